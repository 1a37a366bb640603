"""What Claude does in the quicker stories: a repository whose tests take no time, and changes to it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from standins import stories
from standins.claude_replies import Asked, Raw, Reply, Script, calls, edit, says

# The tests of this repository: its word must be right.
REPOSITORY: Final[Mapping[str, str]] = {
    "README.md": "# A shop\n\nKeeps one word. `sh run_tests.sh` tests it.\n",
    "word.txt": "right\n",
    "run_tests.sh": 'echo "the word is $(cat word.txt)" && grep -q right word.txt\n',
    ".github/claude-bot.yml": 'test: "sh run_tests.sh"\n',
}
PATH: Final = "erp.txt"
CHANGE: Final = "every paid invoice\n"
SUMMARY: Final = "Send paid invoices to the ERP\n\nEvery paid invoice is sent once."


def spec(**changed: Any) -> Reply:
    """A spec as the model gives it."""
    return says(json.dumps({**stories.SPEC, **changed}))


def wants_a_spec(asked: Asked) -> bool:
    wanted = (asked.body.get("output_config") or {}).get("format") or {}
    return "acceptance_tests" in (wanted.get("schema") or {}).get("properties", {})


def writes(path: str = PATH, content: str = CHANGE, *, summary: str = SUMMARY) -> Script:
    """A clear request and one file, written at once; after a failed test nothing better comes."""

    def script(asked: Asked) -> Reply:
        if wants_a_spec(asked):
            return spec()
        if asked.calls_since_told:
            return says(summary)
        return calls(edit(f"toolu_{asked.turns}", "create", path, file_text=content))

    return script


def breaks_then_mends(asked: Asked) -> Reply | Raw | None:
    """The first change breaks the tests, the second mends them."""
    word = "right again\n" if "did not pass" in asked.told else "wrong\n"
    return writes("word.txt", word)(asked)


def breaks(asked: Asked) -> Reply | Raw | None:
    """The tests never pass."""
    return writes("word.txt", f"wrong {asked.turns}\n")(asked)


def repeats(asked: Asked) -> Reply | Raw | None:
    """Looks at the same file for ever."""
    return spec() if wants_a_spec(asked) else calls(edit(f"toolu_{asked.turns}", "view", "word.txt"))


def wanders(*, usage: Mapping[str, int] | None = None) -> Script:
    """Writes one file after another and never comes to an end."""

    def script(asked: Asked) -> Reply:
        if wants_a_spec(asked):
            return spec()
        work = edit(f"toolu_{asked.turns}", "create", f"part_{asked.turns}.txt", file_text="part\n")
        return Reply(content=(work,), stop_reason="tool_use", usage=usage)

    return script


def asks(*questions: str, until: int) -> Script:
    """Asks the same until it was answered so often, then writes."""

    def script(asked: Asked) -> Reply | Raw | None:
        if wants_a_spec(asked) and asked.told.count("the answer") < until:
            return spec(questions=list(questions))
        return writes()(asked)

    return script


def refuses(why: str) -> Script:
    """Will not build it."""
    return lambda asked: spec(refusal=why) if wants_a_spec(asked) else None
