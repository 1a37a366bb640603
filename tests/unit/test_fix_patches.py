"""A change that stands in a comment: a patch only where it can be applied as it stands there."""

import pytest

from bot.application.fix_words import patched
from bot.application.quoting import calm_diff
from bot.domain.comparing import MOST_CHARACTERS, compared
from bot.domain.secrecy import MARK
from bot.records import FileEdit

OLD = b"a  \n\nb\nc\n"
PLAIN = compared([FileEdit(path="a.py", content=b"a  \n\n\td\nc\n")], {"a.py": OLD})


def test_a_patch_stands_there_as_it_is_with_its_blank_lines() -> None:
    said = patched(PLAIN, "to be looked at")

    assert said.startswith("<details><summary>The change as a patch (`git apply -p0`), to be looked at")
    assert f"```diff\n{PLAIN}```" in said
    assert "\n@@ -1,4 +1,4 @@\n" in said


def test_what_is_a_change_of_the_base_is_called_none_of_the_head() -> None:
    assert "(it is one of the branch that this leads to)" in patched(PLAIN, "look", merges=True)


def test_out_06_only_as_much_as_is_wanted_is_there() -> None:
    edits = [FileEdit(path="a.py", content=b"x\n" * 900)]

    assert len(compared(edits, {"a.py": None})) < MOST_CHARACTERS
    assert len(compared(edits, {"a.py": None}, most=100)) < 150


@pytest.mark.parametrize(
    "content",
    [
        b"@dependabot merge\n",
        b"\r\n",
        b"a\n" * MOST_CHARACTERS,
        b"\0",
        MARK.encode(),
    ],
    ids=["heard by others", "with returns", "too long", "no text", "a secret"],
)
def test_out_01_what_cannot_stand_there_as_it_is_is_called_no_patch(content: bytes) -> None:
    said = patched(compared([FileEdit(path="a.py", content=content)], {"a.py": None}), "look")

    assert said.startswith("<details><summary>The change, to be read and not to be applied (not all")
    assert "@dependabot" not in said


def test_out_01_a_line_that_looks_like_the_diffs_own_is_calmed_as_any() -> None:
    assert calm_diff("@@ -1 +1 @@ @org/team\n /merge") == (
        "@\u200b@ -1 +1 @\u200b@ @\u200borg/team\n \u200b/merge"
    )
