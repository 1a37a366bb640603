"""A pull request that changes the configuration gets a check run that says whether that is valid."""

# ruff: noqa: E501  a sentence is pinned as it is said

import asyncio

import pytest
from inline_snapshot import snapshot

from bot.annotations import Annotation, Concluded
from bot.application.configuration import PATH
from bot.domain.policy import Rules
from bot.records import Actor, Repository, StepFailed
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example, user
from tests.unit.fakes import Died, FakeChecks, FakeEffects, Stage
from tests.unit.histories import BASE, COMMIT, DEVELOPER, MERGED_SHA

BOT = Actor(id=90, login="claude-code-bot[bot]")
BROKEN = b"approvals: 2\ntests: pytest\nmerge_reverts: perhaps\n"


def pushed(*, by: Actor = DEVELOPER, head: str = COMMIT, fork: bool = False) -> Payload:
    payload = example("pull_request/synchronize.1")
    payload["sender"] |= user(by)
    payload["pull_request"]["head"] |= {"sha": head, "repo": {"id": 999} if fork else None}
    payload["pull_request"]["base"] |= {"sha": BASE}
    return payload


def staged(before: bytes | None, after: bytes | None) -> Stage:
    stage = Stage()
    for commit, content in ((BASE, before), (COMMIT, after)):
        stage.files.files[commit] = {} if content is None else {PATH: content}
    stage.branches.forked_at = BASE
    return stage


async def deliver(stage: Stage, payload: Payload | None = None, *, kind: str = "synchronize") -> None:
    await GITHUB[f"pull_request.{kind}"](payload or pushed(), Context(world=stage.world, key="d-1"))


@pytest.mark.parametrize("kind", ["opened", "reopened", "synchronize"])
async def test_a_valid_one_passes_and_says_what_it_says(kind: str) -> None:
    stage = staged(None, b"test: pytest -q\napprovals: 2\n")

    await deliver(stage, kind=kind)

    [said] = stage.checks.said
    assert (said.name, said.conclusion, said.annotations) == ("Claude configuration", "success", ())
    assert [said.title, said.summary] == snapshot([
        "Valid: 2 keys",
        """\
It counts once it is on the default branch; `/claude config` says what is in force there.

| key | value |
|---|---|
| `test` | `pytest -q` |
| `approvals` | `2` |\
""",
    ])


async def test_each_mistake_is_named_at_its_line_with_what_to_do() -> None:
    stage = staged(b"approvals: 2\n", BROKEN)

    await deliver(stage)

    [said] = stage.checks.said
    assert (said.conclusion, said.title) == ("failure", "2 mistakes")
    assert said.summary == snapshot("""\
On the default branch it would not count, and the last valid version would stay in force.

- line 2: `tests`: there is no such key. Did you mean `test`? The keys are test, tester, report, environment, deploy, merge_method, merge_reverts, approvals, approval_days, approval_paths, plan_first, reminders, update, test_remarks, test_reruns, checks, ask, review, branch, labels, reviewers, not_secret, setup, setup_files.
- line 3: `merge_reverts`: has to be true or false, without quotes.\
""")
    assert [(each.path, each.line) for each in said.annotations] == [(PATH, 2), (PATH, 3)]
    assert said.annotations[1] == Annotation(
        path=PATH, line=3, message="`merge_reverts`: has to be true or false, without quotes."
    )


async def test_no_value_leaves_its_cell_of_the_table() -> None:
    stage = staged(None, rb"test: 'sh ![x](https://evil.example/a.png) | tee a\| b'")

    await deliver(stage)

    [said] = stage.checks.said
    row = "| `test` | `sh ![x](https://evil.example/a.png) \\| tee a\\\u200b\\| b` |"
    assert said.summary.splitlines()[-1] == row


@pytest.mark.parametrize("fork", [False, True])
async def test_one_that_takes_long_to_read_keeps_nobody_waiting(*, fork: bool) -> None:
    stage = staged(None, b"labels: [" + b"a," * 10_000 + b"]\n")
    turns = 0

    async with asyncio.TaskGroup() as group:
        said = group.create_task(deliver(stage, pushed(fork=fork)))
        while not said.done():
            await asyncio.sleep(0)
            turns += 1

    assert ([each.conclusion for each in stage.checks.said], turns > 20) == (["failure"], True)


@pytest.mark.parametrize(("after", "title"), [(None, "Valid: the file goes"), (b"# none\n", "Valid: 0 keys")])
async def test_a_file_that_goes_or_says_nothing_is_valid(after: bytes | None, title: str) -> None:
    stage = staged(b"approvals: 2\n", after)

    await deliver(stage)

    assert [(said.conclusion, said.title) for said in stage.checks.said] == [("success", title)]


async def test_of_one_head_there_is_one_check_however_often_it_is_told() -> None:
    stage = staged(None, BROKEN)

    await deliver(stage)
    await deliver(stage, kind="reopened")

    assert len(stage.checks.said) == 1


async def test_killed_before_it_was_noted_the_check_is_found_again() -> None:
    stage = staged(None, BROKEN)
    stage.effects = FakeEffects(dies_at="configuration:")
    with pytest.raises(Died):
        await deliver(stage)

    await deliver(stage)

    assert len(stage.checks.said) == 1


async def test_one_that_does_not_change_it_costs_two_looks_and_gets_no_check() -> None:
    stage = staged(BROKEN, BROKEN)

    await deliver(stage)

    assert (stage.checks.said, stage.files.asked) == ([], [BASE, COMMIT])


async def test_what_the_base_got_since_is_not_its_doing() -> None:
    stage = staged(b"approvals: 3\n", BROKEN)
    stage.branches.forked_at = MERGED_SHA
    stage.files.files[MERGED_SHA] = {PATH: BROKEN}

    await deliver(stage)

    assert stage.checks.said == []


async def test_a_branch_that_began_nowhere_changes_all_of_it() -> None:
    stage = staged(b"approvals: 3\n", b"approvals: 2\n")
    stage.branches.forked_at = None

    await deliver(stage)

    assert len(stage.checks.said) == 1


async def test_the_bots_own_pull_requests_are_not_even_looked_at() -> None:
    stage, own = staged(None, BROKEN), pushed(by=BOT)
    own["pull_request"]["user"] |= user(BOT)

    await deliver(stage, own)

    assert (stage.checks.said, stage.files.asked) == ([], [])


async def test_what_the_bot_pushes_to_somebody_elses_is() -> None:
    stage = staged(None, BROKEN)

    await deliver(stage, pushed(by=BOT))

    assert [said.conclusion for said in stage.checks.said] == ["failure"]


async def test_id_01_nothing_is_said_where_the_bot_does_not_serve() -> None:
    stage = staged(None, BROKEN)
    stage.rules = Rules(owners=frozenset({"somebody-else"}))

    await deliver(stage)

    assert (stage.checks.said, stage.files.asked) == ([], [])


async def test_rc_02_a_forks_file_is_read_as_data_and_decides_nothing() -> None:
    stage = staged(None, b"test: 'true'\nmerge_reverts: true\n")

    await deliver(stage, pushed(fork=True))

    assert [said.conclusion for said in stage.checks.said] == ["success"]
    assert (stage.notes.known, stage.log.streams, stage.comments.bodies) == ({}, {}, {})


async def test_where_github_refuses_the_file_the_check_is_neutral() -> None:
    stage = staged(None, BROKEN)
    stage.files.refuses = "github_forbidden"

    await deliver(stage)

    [said] = stage.checks.said
    assert (said.conclusion, said.title) == ("neutral", "Could not be looked at")
    assert said.summary == snapshot(
        "GitHub did not let me: the App lacks a permission. Its operator can grant it. The next push is looked at again."
    )


async def test_rc_18_a_file_that_is_too_large_is_not_even_fetched() -> None:
    stage = staged(None, b"#" * 70_000)
    stage.files.refuses = "must_not_be_asked"

    await deliver(stage)

    assert [(said.conclusion, said.title) for said in stage.checks.said] == [("failure", "1 mistake")]
    assert "larger than 65536 bytes" in stage.checks.said[0].summary


class Refusing(FakeChecks):
    """No check run can be made."""

    async def conclude(self, repository: Repository, *, head: str, external_id: str, said: Concluded) -> int:
        raise StepFailed("repository_archived")


async def test_where_no_check_can_be_made_nothing_else_suffers() -> None:
    stage = staged(None, BROKEN)
    stage.checks = Refusing()

    await deliver(stage)

    assert stage.checks.runs == {}


WORKFLOW = ".github/workflows/deploy.yml"
DEPLOYING = b"test: pytest\ndeploy: {workflow: deploy.yml, inputs: {target: eu}}\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such workflow (.github/workflows/deploy.yml). Name a file"),
        (b"on: push\n", "this workflow cannot be started by dispatch (.github/workflows/deploy.yml). Give"),
        (b"on: workflow_dispatch\n", "the workflow does not declare these inputs (target). Declare them"),
        (
            b"on: {workflow_dispatch: {inputs: {target: {}, size: {required: true}}}}\n",
            "the workflow asks for these inputs (size). Give them",
        ),
        (b"on: workflow_dispatch\n#" + b"x" * 600_000, "this workflow cannot be started by dispatch"),
    ],
    ids=["missing", "by push", "unknown", "required", "too large"],
)
async def test_a_workflow_that_cannot_deploy_is_named_at_its_line(content: bytes | None, said: str) -> None:
    stage = staged(None, DEPLOYING)
    stage.files.files[COMMIT] |= {} if content is None else {WORKFLOW: content}

    await deliver(stage)

    [told] = stage.checks.said
    assert (told.conclusion, told.annotations[0].line) == ("failure", 2)
    assert told.annotations[0].message.startswith(f"`deploy`: {said}")


async def test_a_workflow_that_can_passes() -> None:
    stage = staged(None, DEPLOYING)
    stage.files.files[COMMIT] |= {WORKFLOW: b"on: {workflow_dispatch: {inputs: {target: {}}}}\n"}

    await deliver(stage)

    assert stage.checks.said[0].conclusion == "success"
