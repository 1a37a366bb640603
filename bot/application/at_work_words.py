"""What the model is about, for people who watch: said from an answer that nobody has checked."""

from typing import Final

from bot.application.reasons import code
from bot.domain.secrecy import without_secrets

LONGEST: Final = 80


def at_work(doing: tuple[str, str] | None) -> list[str]:
    """One line, of which the model chose the end; nothing where it does nothing."""
    if doing is None:
        return []
    how, what = doing
    line = " ".join(without_secrets(what).split())
    return [f"**At work**: the model {how} {code(line if len(line) <= LONGEST else line[:LONGEST] + '…')}."]
