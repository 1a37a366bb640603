"""Every sentence about the repository's own tools in a review."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.application.fact_words import counted
from bot.application.model_markdown import unlinked
from bot.application.quoting import one_line
from bot.application.reasons import code
from bot.application.review_tools import Ran, Tooled

LONGEST_DETAIL: Final = 200
WHY: Final[Mapping[str, str]] = {
    "nobody_asked": "nobody asked for this review of a fork's",
    "sandbox_unavailable": "there is no sandbox here",
    "setup": "what is needed for it could not be installed",
    "no_report": "it did not say what it found",
    "timeout": "it took too long",
    "memory": "it took too much memory",
    "processes": "it began too many processes",
    "output": "it printed too much",
    "disk": "it wrote too much",
    "path_refused": "a file of its configuration cannot be put back",
    "configuration_changed": "too many files of configuration are changed",
}
ELSE: Final = "something that it needs does not answer, or is not there"


def below(it: Tooled) -> str:
    """At the end of a walkthrough: which were run, and which could not be."""
    if not it.ran:
        return ""
    more = f" {counted(it.more, 'finding')} of theirs more had no room." if it.more else ""
    return f"\n\n<sub>By the repository's own tools: {'; '.join(map(_ran, it.ran))}.{more}</sub>"


def passes_nothing(unanswered: int, unheard: Sequence[str]) -> str:
    """Why the check does not pass: what tools said before nobody knows of now, or what they would say now."""
    before = "said before by a tool of the repository's own that could not be run now"
    which = ", ".join(map(code, unheard)) if all(unheard) else "all"
    parts = [
        *([f"{before}: {counted(unanswered, 'finding')}"] if unanswered else []),
        *([f"of the repository's own tools could not be run: {which}"] if unheard else []),
    ]
    return f" It passes nothing here: {'; '.join(parts)}." if parts else ""


def _ran(it: Ran) -> str:
    why = WHY.get(it.why, ELSE)
    if not it.name:
        return f"none was run, because {why}"
    if not it.why:
        return f"{code(it.name)}, {counted(it.found, 'finding')} on added lines"
    detail = unlinked(one_line(it.detail, most=LONGEST_DETAIL))
    return f"{code(it.name)} could not be run: {why}{f' ({code(detail)})' if detail else ''}"
