"""What is installed before tests and commands: from which files, and what follows where it fails."""

import json
from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest

from bot.application import setup_words
from bot.application.benches import bench_of
from bot.application.coding import coding_question
from bot.application.setting_up import Place, agreed_plan, changed_needs, plan_of
from bot.application.testing import judge_change
from bot.application.texts import keep_change
from bot.application.validating import survey_repository, try_tests
from bot.application.workbench import open_tree, run_command
from bot.domain import events as e
from bot.domain.policy import Rules
from bot.domain.setting_up import SetUp
from bot.records import FileEdit, Outcome, Repository, StepFailed, Unavailable
from tests.unit.fakes import FakeInstallations, FakeSandbox, FakeSources, Stage
from tests.unit.histories import BASE, ID, TAKEN_UP, WRITTEN, integration

PIP = ("python", "-m", "pip", "install", "--target", "/dependencies/python", "-r", "requirements.txt")
PASSED = Outcome(status=0, output="5 passed in 1s", seconds=1, ended="exited")
FAILED = Outcome(status=1, output="no such package\n", seconds=1, ended="exited", during="setup")
FILES: Mapping[str, bytes] = {
    ".github/claude-bot.yml": b"test: pytest -q\n",
    "requirements.txt": b"words\n",
    "shop.py": b"import words\n",
    ".env.requirements.txt": b"",
}
CAREFUL = (*PIP[:4], "--only-binary", ":all:", *PIP[4:])
DETECTED = SetUp(is_detected=True)
AT = Place(
    repository=Repository(id=7, full_name="acme/shop", installation_id=1),
    commit=BASE,
    setup=DETECTED,
    tests=("pytest", "-q"),
)


def stage_of(
    files: Mapping[str, bytes] = FILES, *, fails: bool = False, refused: tuple[str, ...] = ()
) -> Stage:
    sandbox = FakeSandbox(outcome=PASSED)
    failing: dict[tuple[str, ...], Outcome] = dict.fromkeys((PIP, CAREFUL), FAILED) if fails else {}
    stage = Stage(
        sandbox=sandbox,
        installations=FakeInstallations(sandbox, failing=failing, refused=refused),
        rules=Rules(setup_hosts=frozenset({"index.example.org"})),
    )
    stage.sources = FakeSources(files={BASE: dict(files)})
    return stage


def asked(stage: Stage) -> list[tuple[list[tuple[str, ...]], list[str]]]:
    """The commands of each set-up, and the files that it was given."""
    installations = stage.installations
    assert installations is not None
    return [([tuple(each) for each in commands], sorted(files)) for commands, files in installations.asked]


async def test_a_set_up_is_given_what_says_what_is_needed_and_no_code() -> None:
    plan = await plan_of(stage_of().world, AT, ())

    assert plan.commands == (PIP,)
    assert [each.path for each in plan.files] == ["requirements.txt"]


async def test_sx_07_a_set_up_is_not_given_files_of_credentials() -> None:
    files = {**FILES, "tools/key.pem": b"", "tools/run.sh": b""}
    at = replace(AT, setup=SetUp(lines=("sh tools/run.sh",), files=("tools",)))

    plan = await plan_of(stage_of(files).world, at, ())

    assert "tools/run.sh" in [each.path for each in plan.files]
    assert "tools/key.pem" not in [each.path for each in plan.files]


async def test_where_no_set_up_is_wanted_nothing_is_read_for_it() -> None:
    stage = stage_of()
    plan = await plan_of(stage.world, replace(AT, setup=SetUp()), ())

    assert (plan.commands, plan.files) == ((), ())


async def test_more_than_a_set_up_is_shown_ends_it() -> None:
    many = {f"a{n}/requirements.txt": b"" for n in range(501)}

    with pytest.raises(StepFailed, match="setup_too_large"):
        await plan_of(stage_of(many).world, AT, ())


@pytest.mark.parametrize(
    ("edits", "paths"),
    [
        ([FileEdit(path="shop.py", content=b"import letters\n")], ()),
        ([FileEdit(path="requirements.txt", content=b"letters\n")], ("requirements.txt",)),
        ([FileEdit(path="requirements.txt", content=None)], ("requirements.txt",)),
        ([FileEdit(path="constraints.txt", content=b"words<2\n")], ("constraints.txt",)),
        ([FileEdit(path="pyproject.toml", content=b"[project]\ndependencies = ['evil']\n")], ()),
    ],
)
async def test_a_change_of_what_is_needed_is_known_by_its_files(
    edits: list[FileEdit], paths: tuple[str, ...]
) -> None:
    assert await changed_needs(stage_of().world, AT, edits) == paths


async def test_what_a_project_file_declares_counts_where_it_decides() -> None:
    files = {"pyproject.toml": b"[project]\ndependencies = ['words']\n"}
    edit = FileEdit(path="pyproject.toml", content=b"[project]\ndependencies = ['evil']\n")

    assert await changed_needs(stage_of(files).world, AT, [edit]) == ("pyproject.toml",)


async def test_before_the_tests_what_they_need_is_installed_and_the_fact_says_how() -> None:
    stage = stage_of()
    stage.log.holds(TAKEN_UP)
    survey = await survey_repository(stage.world, ID, key="s")

    await try_tests(stage.world, ID, survey, key="t")

    assert json.loads(survey["setup"]) == {"lines": [], "is_detected": True, "files": []}
    assert asked(stage) == [([PIP], ["requirements.txt"])]


async def test_a_set_up_that_fails_ends_it_before_anything_is_changed_and_says_what_was_refused() -> None:
    stage = stage_of(fails=True, refused=("evil.example.org:443 not_allowed",))
    stage.log.holds(TAKEN_UP)
    survey = await survey_repository(stage.world, ID, key="s")

    with pytest.raises(StepFailed, match="setup_red") as failure:
        await try_tests(stage.world, ID, survey, key="t")

    report = json.loads(stage.blobs.contents[failure.value.detail])
    assert report["output"].splitlines() == [
        "no such package",
        "",
        setup_words.TITLE,
        "- evil.example.org:443: not among the hosts that the operator allows (SETUP_HOSTS)",
    ]
    assert stage.sandbox.ran == []


# --- a set-up that a change asks for: nobody has agreed to it yet -----------------------------------------


@pytest.mark.parametrize(
    ("content", "commands", "sees"),
    [
        (b"words\n", PIP, b"words\n"),
        (b"letters\n", CAREFUL, b"letters\n"),
        (b"evil @ https://index.example.org/evil.tar.gz\n", PIP, b"words\n"),
    ],
)
async def test_sc_04_what_a_change_wants_installed_runs_no_code_or_is_not_installed(
    content: bytes, commands: tuple[str, ...], sees: bytes
) -> None:
    plan = await agreed_plan(stage_of().world, AT, [FileEdit(path="requirements.txt", content=content)])

    assert plan.commands == (commands,)
    assert [each.content for each in plan.files] == [sees]


async def test_sc_04_a_change_bends_no_command_of_the_repositorys_own() -> None:
    files = {**FILES, "tools/run.sh": b"true\n"}
    at = replace(AT, setup=SetUp(lines=("sh tools/run.sh",), files=("tools",)))

    plan = await agreed_plan(stage_of(files).world, at, [FileEdit(path="tools/run.sh", content=b"evil\n")])

    assert {each.path: each.content for each in plan.files}["tools/run.sh"] == b"true\n"


async def written(stage: Stage, edits: list[FileEdit]) -> Stage:
    """A change of these edits, up for its tests."""
    it = integration(WRITTEN)
    change = await keep_change(stage.world, it, edits)
    history = [replace_fact(fact, change=change, detects_setup=True) for fact in WRITTEN]
    stage.log.holds(tuple(history))
    return stage


def replace_fact(fact: e.Event, *, change: str, detects_setup: bool) -> e.Event:
    if isinstance(fact, e.RequestValidated):
        return msgspec.structs.replace(fact, detects_setup=detects_setup)
    if isinstance(fact, e.ToolsRun | e.CodeGenerated):
        return msgspec.structs.replace(fact, change=change)
    return fact


LETTERS = FileEdit(path="requirements.txt", content=b"letters\n")
CODE = FileEdit(path="shop.py", content=b"x = 1\n")


async def test_a_set_up_that_the_change_broke_is_a_failed_test_and_the_model_is_told() -> None:
    stage = await written(stage_of(fails=True), [LETTERS])

    await judge_change(stage.world, ID, key="k")

    it = integration(tuple(stage.log.events()))
    question = await coding_question(stage.world, it)
    assert isinstance(stage.log.events()[-1], e.RepairStarted)
    told = str(question.messages[-1])
    assert "the set-up before them failed: exit status 1" in told
    assert "no such package" in told


async def test_a_set_up_that_failed_without_the_change_s_doing_is_tried_again_later() -> None:
    stage = await written(stage_of(fails=True), [CODE])

    with pytest.raises(Unavailable, match="index_unavailable"):
        await judge_change(stage.world, ID, key="k")


async def test_a_change_of_what_is_installed_is_remarked() -> None:
    stage = await written(stage_of(), [LETTERS])

    await judge_change(stage.world, ID, key="k")

    passed = stage.log.events()[-1]
    assert isinstance(passed, e.TestsPassed)
    assert passed.remarks == ("installs_changed",)


async def test_a_command_of_the_model_has_it_too_and_is_told_where_it_could_not_be() -> None:
    stage = await written(stage_of(fails=True), [LETTERS])
    bench = bench_of(stage.world, integration(tuple(stage.log.events())))

    ran = await run_command(bench, await open_tree(bench, [LETTERS]), "make")

    assert stage.sandbox.ran == [["bash", "-c", "make"]]
    assert ran.outcome.output.startswith("[The set-up of what the tests need failed (exit status 1)")
    assert ran.outcome.output.endswith("5 passed in 1s")
