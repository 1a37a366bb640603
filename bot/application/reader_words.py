"""Every sentence about which readers a change had, and which of them saw a finding."""

from collections.abc import Sequence

from bot.application.reasons import code
from bot.domain.lenses import LENSES
from bot.domain.remarks import Finding


def seen_by(it: Finding) -> str:
    """The names of those who saw it; nothing where that is not known."""
    return ", ".join(it.lenses)


def grade(it: Finding) -> str:
    """How grave it is, and who saw it."""
    seen = seen_by(it)
    return f"**{it.severity}** ({seen})" if seen else f"**{it.severity}**"


def below(readers: Sequence[str]) -> str:
    """At the end of a walkthrough, where the readers were others than usual."""
    if not readers or tuple(readers) == LENSES:
        return ""
    usual = [each for each in readers if each in LENSES]
    own = [code(each) for each in readers if each not in LENSES]
    left = [each for each in LENSES if each not in readers]
    parts = [f"Read for {', '.join(usual)}"]
    parts += [f" and, as this repository wants it, for {', '.join(own)}"] if own else []
    parts += [f"; not for {', '.join(left)}"] if left else []
    return f"\n\n<sub>{''.join(parts)}.</sub>"
