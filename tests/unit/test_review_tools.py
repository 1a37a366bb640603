"""A repository's own tools in a review: whatever keeps one from being run is told, and fails nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from pydantic import ValidationError

from bot.application import review_tool_words as words
from bot.application.configuration import PATH
from bot.application.configuration_review import Review as Settings
from bot.application.review_changes import Changed
from bot.application.review_reading import Read
from bot.application.review_telling import left
from bot.application.review_tools import MOST_CHANGED_FILES, Job, Ran, Tooled, run_tools
from bot.domain.anchors import Anchor
from bot.domain.diff import files_in
from bot.domain.following import Followed
from bot.domain.remarks import Finding, Severity
from bot.domain.reviewing import Request
from bot.domain.verdicts import Verdict, subject_of
from bot.records import Outcome, StepFailed, Unavailable
from tests.unit.fake_reviews import OPEN
from tests.unit.fakes import FakeFiles, FakeInstallations, FakeSandbox, FakeSources, Stage
from tests.unit.histories import ADMIN, BASE, BEGAN, SHOP

DIFF: Final = b"""\
diff --git a/a.py b/a.py
index 1111111..2222222 100644
--- a/a.py
+++ b/a.py
@@ -1 +1,2 @@
 x = 1
+y = 2
"""
SAYS: Final = Outcome(status=1, output="a.py:2: error: wrong [rule]", seconds=1.0, ended="exited")
OWN: Final = Settings.model_validate({"tools": [{"name": "own", "run": "check {files}", "endings": [".py"]}]})
BOTH: Final[Mapping[str, bytes]] = {"a.py": b"x = 1\ny = 2\n"}
ASKED: Final = Request(repository=SHOP, number=5, cause="asked")


def job(**changed: Any) -> Job:
    files = {file.path: file for file in files_in(DIFF)}
    what = Changed(
        diff=DIFF,
        files=files,
        groups=(),
        followed=Followed(),
        hunks=(),
        covered=("a.py",),
        left_out=changed.pop("left_out", ()),
        in_part=(),
        unlisted=0,
    )
    return Job(
        key="k",
        request=changed.pop("request", ASKED),
        pull=OPEN,
        changed=what,
        known=changed.pop("known", ()),
    )


def staged(
    outcome: Outcome = SAYS, *, base: Mapping[str, bytes] = BOTH, head: Mapping[str, bytes] = BOTH
) -> Stage:
    sources = FakeSources(files={OPEN.base: dict(base), OPEN.head: dict(head)})
    return Stage(sources=sources, sandbox=FakeSandbox(outcome=outcome))


async def tooled(stage: Stage, settings: Settings = OWN, **changed: Any) -> Tooled:
    return await run_tools(job(**changed), settings, stage.world)


async def test_what_it_says_of_an_added_line_is_a_finding() -> None:
    stage = staged()

    came = await tooled(stage)

    assert [(each.rule, each.anchor.line, each.severity) for each in came.findings] == [
        ("own:rule", 2, "minor")
    ]
    assert came.ran == (Ran(name="own", found=1, paths=("a.py",)),)
    assert (came.beyond, came.more) == ((), 0)
    assert stage.sandbox.ran == [["check", "./a.py"]]


async def test_what_was_said_for_what_was_seen_is_kept_and_what_did_not_answer_is_asked_again() -> None:
    stage = staged()
    stage.sandbox.meanwhile = no_sandbox
    nothing = await tooled(stage)
    stage.sandbox.meanwhile = lambda: None

    first, second = await tooled(stage), await tooled(stage)
    stage.blobs.contents.clear()
    third = await tooled(stage)

    assert nothing.ran == (Ran(name="", why="sandbox_unavailable"),)
    assert first == second == third
    assert len(stage.sandbox.ran) == 3


def no_sandbox() -> None:
    raise StepFailed("sandbox_unavailable")


async def test_its_tool_is_heard_of_what_it_was_given_and_had_room_for() -> None:
    [finding] = (await tooled(staged())).findings

    assert (await tooled(staged())).heard(finding)
    assert not Tooled(ran=(Ran(name="own", paths=("a.py",)),), beyond=(finding.fingerprint,)).heard(finding)
    for ran in (
        Ran(name="own", why="timeout", paths=("a.py",)),
        Ran(name="own", paths=("b.py",)),
        Ran(name="two", paths=("a.py",)),
    ):
        assert not Tooled(ran=(ran,)).heard(finding)


@pytest.mark.parametrize(
    ("ends", "why", "detail"),
    [
        (Outcome(status=None, output="", seconds=90.0, ended="timeout"), "timeout", ""),
        (Outcome(status=None, output="", seconds=9.0, ended="memory"), "memory", ""),
        (Outcome(status=127, output="\nno such\n\n", seconds=0.1, ended="exited"), "no_report", "no such"),
    ],
)
async def test_one_that_ends_ill_is_named(ends: Outcome, why: str, detail: str) -> None:
    came = await tooled(staged(ends))

    assert came.ran == (Ran(name="own", why=why, detail=detail, paths=("a.py",)),)
    assert came.findings == ()


async def test_one_that_finds_nothing_ran() -> None:
    came = await tooled(staged(Outcome(status=0, output="", seconds=0.1, ended="exited")))

    assert came.ran == (Ran(name="own", paths=("a.py",)),)


@pytest.mark.parametrize("kind", [StepFailed, Unavailable])
async def test_where_there_is_no_sandbox_that_is_told(kind: type[StepFailed | Unavailable]) -> None:
    stage = staged()

    def fails() -> None:
        raise kind("sandbox_unavailable")

    stage.sandbox.meanwhile = fails

    assert (await tooled(stage)).ran == (Ran(name="", why="sandbox_unavailable"),)


async def test_too_many_changed_files_of_configuration_are_not_put_back() -> None:
    head = {**BOTH, **{f"{nth}/tox.ini": b"" for nth in range(MOST_CHANGED_FILES + 1)}}

    came = await tooled(staged(head=head))

    assert came.ran == (Ran(name="", why="configuration_changed"),)


async def test_in_a_brief_review_none_is_run() -> None:
    stage = staged()

    came = await tooled(stage, request=replace(ASKED, is_brief=True))

    assert came.ran == (Ran(name="", why="nobody_asked"),)
    assert stage.sandbox.ran == []


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        (Settings(), {}),
        (OWN, {"left_out": (("a.py", "generated"),)}),
        (Settings(tools=True), {}),
    ],
)
async def test_where_there_is_nothing_for_them_none_is_run(
    settings: Settings, changed: dict[str, Any]
) -> None:
    stage = staged()

    assert await tooled(stage, settings, **changed) == Tooled()
    assert stage.sandbox.ran == []


async def test_what_is_too_much_for_a_reader_is_not_for_a_tool() -> None:
    assert len((await tooled(staged(), left_out=(("a.py", "too_much"),))).findings) == 1


async def test_a_file_that_is_gone_is_given_to_none() -> None:
    assert await tooled(staged(head={})) == Tooled()


async def test_of_a_set_up_that_failed_all_are_named() -> None:
    files = {BASE: {PATH: b'setup: ["make deps"]\n'}, OPEN.base: {**BOTH}, OPEN.head: {**BOTH}}
    failing = FakeInstallations(FakeSandbox(), failing={("make", "deps"): SAYS})
    sources = FakeSources(files=files)
    stage = Stage(sources=sources, files=FakeFiles(files=files), installations=failing)

    came = await tooled(stage)

    assert came.ran == (Ran(name="own", why="setup"),)


@pytest.mark.parametrize(
    "tool",
    [
        {"name": "own", "run": ""},
        {"name": "own", "run": "'"},
        {"name": "own", "run": "  "},
        {"name": "own", "run": "a\0"},
        {"name": "Own", "run": "a"},
        {"name": "own", "run": "a", "report": "../out"},
        {"name": "own", "run": "a", "report": "/out"},
        {"name": "own", "run": "a", "shell": True},
    ],
)
def test_a_tool_that_cannot_be_is_refused(tool: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"tools": [tool]})


def test_two_of_the_same_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="the same name"):
        Settings.model_validate({"tools": [{"name": "own", "run": "a"}, {"name": "own", "run": "b"}]})


def test_what_had_no_room_is_said_and_so_is_what_nobody_foresaw() -> None:
    said = words.below(Tooled(ran=(Ran(name="own", found=33), Ran(name="two", why="gone")), more=3))

    assert "`own`, 33 findings on added lines; `two` could not be run: something that it needs" in said
    assert "3 findings of theirs more had no room." in said
    assert words.below(Tooled()) == ""


LINGERS: Final = Finding(
    rule="own:rule",
    severity="minor",
    confidence=100,
    anchor=Anchor(path="a.py", line=2),
    title="wrong",
    text="",
    code=(b"y = 2",),
    tool="own",
)


@pytest.mark.parametrize(
    ("ran", "fails_at", "count"),
    [
        (Ran(name="own", why="timeout"), "minor", 1),
        (Ran(name="", why="nobody_asked"), "minor", 1),
        (Ran(name="own", why="timeout"), "major", 0),
        (Ran(name="own", why="timeout"), None, 0),
        (Ran(name="own"), "minor", 0),
        (Ran(name="two", why="timeout"), "minor", 0),
    ],
)
def test_what_one_that_could_not_be_run_said_before_lets_no_check_pass(
    ran: Ran, fails_at: Severity | None, count: int
) -> None:
    read = Read(
        head=OPEN.head, fails_at=fails_at, confidence=70, lingering=(LINGERS,), tooled=Tooled(ran=(ran,))
    )

    assert read.unanswered == count
    assert ("could not be run now: 1 finding" in words.passes_nothing(count, read.unheard)) is bool(count)
    assert left(read, [], {LINGERS.fingerprint: dismissed()}).unanswered == 0


@pytest.mark.parametrize(
    ("ran", "fails_at", "said"),
    [
        (Ran(name="own", why="timeout"), "minor", "of the repository's own tools could not be run: `own`."),
        (Ran(name="own", why="timeout"), "nit", "of the repository's own tools could not be run: `own`."),
        (Ran(name="", why="setup"), "minor", "of the repository's own tools could not be run: all."),
        (Ran(name="own", why="timeout"), "major", ""),
        (Ran(name="own", why="timeout"), None, ""),
        (Ran(name="own", found=0, paths=("a.py",)), "minor", ""),
    ],
)
def test_one_that_could_not_be_run_lets_no_check_pass_that_would_fail_for_what_it_finds(
    ran: Ran, fails_at: Severity | None, said: str
) -> None:
    read = Read(head=OPEN.head, fails_at=fails_at, confidence=70, tooled=Tooled(ran=(ran,)))

    whole = f" It passes nothing here: {said}" if said else ""
    assert words.passes_nothing(read.unanswered, read.unheard) == whole


def dismissed() -> Verdict:
    return Verdict(kind="dismissed", of=subject_of(LINGERS), by=ADMIN, number=5, why="", until=None, at=BEGAN)
