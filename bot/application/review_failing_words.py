"""What a failing check of a review says of why it fails: the bot's own change goes back to work by that."""

from typing import Final

from bot.application.model_markdown import unlinked
from bot.application.quoting import one_line
from bot.application.reader_words import grade
from bot.application.reasons import code
from bot.application.review_reading import Read
from bot.domain.remarks import Finding, Sorted, grave

MOST_LISTED: Final = 20
LONGEST: Final = 500


def below(read: Read, found: Sorted) -> str:
    """Behind the summary of the check; nothing where it fails for nothing."""
    if read.fails_at is None:
        return ""
    failing = [each for each in grave(found.all, read.fails_at) if not each.is_unsettled]
    more = len(failing) - MOST_LISTED
    rows = [*map(_row, failing[:MOST_LISTED]), *([f"- and {more} more"] if more > 0 else [])]
    return "\n".join(["\n\nIt fails for:\n", *rows]) if rows else ""


def _row(it: Finding) -> str:
    place = code(it.anchor.path if it.anchor.line < 1 else f"{it.anchor.path}:{it.anchor.line}")
    said = unlinked(one_line(f"{it.title.rstrip('.')}. {it.text}", most=LONGEST))
    return f"- {place} {grade(it)}: {said}"
