"""What the model is told of the tools that are our own, and what they say besides what they show."""

from typing import Final

from bot.application.setup_words import ended
from bot.records import Outcome

LIST_FILES: Final = (
    "List the repository's files by path, as they stand after your edits. The request lists them already: "
    "use this where that list is cut, or files have come or gone since. A directory is seen by the editor's "
    "view."
)
SEARCH: Final = (
    "Find a text in the repository's text files, as they stand after your edits. Each line that holds it "
    "is shown as path:number:line. The text is taken literally; for a regular expression use grep in bash. "
    "Binary files, files over 1 MiB and files of credentials are not searched."
)
RUN_TESTS: Final = (
    "Run the repository's tests by its own test command on a fresh copy with your change, as they are run "
    "afterwards. Shown are how it ended, the tests that failed, and the end of what it printed (of TAP and "
    "`pytest -v`, without the tests that passed). Nothing that the run writes becomes part of your change. "
    "For a single test, use bash."
)
LIST_COMMIT: Final = (
    "List the repository's files by path. The question lists them already: use this where that list is cut. "
    "A directory is seen by view."
)
SEARCH_COMMIT: Final = (
    "Find a text in the repository's text files. Each line that holds it is shown as path:number:line. The "
    "text is taken literally. Binary files, files over 1 MiB and files of credentials are not searched."
)
VIEW: Final = "See a file with its line numbers, or what lies in a directory."
PATH: Final = "From the root of the repository; empty for the root itself."
VIEW_RANGE: Final = "The first and the last line, -1 for the end. Without it, the whole file."
PATHS: Final = (
    "Only paths that fit this pattern: * stands for anything, / included, ? for one character, and [ab] for "
    "one of these. Without it, every path."
)
TEXT: Final = "One line or a part of it, taken literally."
IGNORE_CASE: Final = "Whether capitals and small letters are the same."

NO_FILE: Final = "No path fits."
NOT_FOUND: Final = "No line holds it."
NO_TESTS: Final = "There is no test command here: others run the tests."
NO_TIME: Final = "Not run: the commands of this turn have used up its time. Ask in the next one."


def more_files(count: int) -> str:
    return f"{count} more fit; give a narrower pattern."


def more_lines(shown: int) -> str:
    return f"Only the first {shown} lines are shown; give a longer text or a narrower pattern."


def searched_in_part(bytes_read: int) -> str:
    return f"The search ended after {bytes_read // 1024**2} MiB; give a narrower pattern for the rest."


def tests_ended(outcome: Outcome) -> str:
    """How the run ended."""
    how = ended(outcome.status, outcome.ended, during="tests")
    return f"The tests have run: {how}, after {outcome.seconds:.1f} s."
