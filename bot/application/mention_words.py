"""Every sentence to those who speak to the bot in plain words."""

from collections.abc import Mapping
from typing import Final

from bot.application.quoting import as_code, unheard
from bot.application.reasons import why
from bot.domain.commands import PREFIX, Command
from bot.domain.visible import visible_characters

WHY: Final[Mapping[str, str]] = {
    "unavailable": "A service that I need does not answer.",
    "frozen": "Everything is frozen here.",
}
COMMANDS: Final = f"Commands still work: `{PREFIX} help` shows them."


def proposed(command: Command, said: str) -> str:
    """What seems to be wanted, as the very command that a person has to say."""
    return "\n".join([
        f"This seems to ask for `{PREFIX} {command.name}`. I begin nothing of that from plain words: to have "
        "it done, copy this into a comment of your own, changed as you like.",
        "",
        as_code(_line(command.name, said)),
    ])


def _line(name: str, said: str) -> str:
    """Behind the command where it is one line of words, else below it: there nothing of it is an option."""
    plain = visible_characters(said).strip()
    is_line = "\n" not in plain and not any(word.startswith("--") for word in plain.split())
    return f"{PREFIX} {name} {unheard(plain)}" if is_line else f"{PREFIX} {name}\n{unheard(plain)}"


def said_as_command(command: Command) -> str:
    """What only the command itself does."""
    return (
        "I do nothing of that from plain words. If you mean it, say it as a command, at the beginning of a "
        f"comment: `{PREFIX} {command.usage}`"
    )


def unclear() -> str:
    """Where it cannot be told what is wanted."""
    return (
        f"I do not know what you want me to do. In plain words I answer questions, say where things stand "
        f"and review; `{PREFIX} help` shows what you may have done here."
    )


def too_many(most: int) -> str:
    """Whoever said more in plain words than is read in an hour."""
    return f"I make out plain words of one person {most} times an hour, and you have had that. {COMMANDS}"


def given_up(code: str) -> str:
    """Where nobody can be asked now what it means."""
    return f"I cannot make out plain words now, because: {WHY.get(code) or why(code)} {COMMANDS}"


def not_done(code: str) -> str:
    """Where it is known what it means, and it was not, or not all, done."""
    return (
        f"I know what you want, and could not do all of it, because: {WHY.get(code) or why(code)} {COMMANDS}"
    )
