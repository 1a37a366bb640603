"""Which configuration is in force: whose file says a key, and which version of a broken file counts."""

# ruff: noqa: E501  a sentence is pinned as it is said

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.application import configuration_words as words
from bot.application.configuration import PATH, path_rules_in, path_rules_text
from bot.application.in_force import InForce, in_force
from bot.application.validating import survey_repository
from bot.domain import events as e
from bot.records import Commit, RepositoryFacts, StepFailed, Unavailable
from tests.unit.fakes import ABOUT, FakeRepositories, FakeSources, Stage
from tests.unit.histories import BASE, ID, ISSUE, OWNER, SHOP, TAKEN_UP, TREE

THEIRS = "0123" * 10
LATER = "fa11" * 10
SETTINGS = RepositoryFacts(
    id=70,
    full_name="acme/.github",
    default_branch="trunk",
    private=True,
    archived=False,
    owner_id=OWNER,
    page="https://github.com/acme/.github",
)


def staged(own: bytes | None = None, owners: bytes | None = None) -> Stage:
    """A repository and its owner's `.github`, each with its file."""
    stage = Stage(repositories=FakeRepositories(settings=SETTINGS))
    stage.branches.heads["trunk"] = Commit(sha=THEIRS, tree=TREE)
    for commit, content in ((BASE, own), (THEIRS, owners)):
        stage.sources.files[commit] = {} if content is None else {PATH: content}
    return stage


async def found(stage: Stage, *, commit: str = BASE) -> InForce:
    return await in_force(stage.world, SHOP, stage.repositories.facts, commit=commit)


async def test_key_by_key_the_nearer_file_says_it_and_else_the_default_holds() -> None:
    stage = staged(b"approvals: 1\ntest: make\n", b"# ours\napprovals: 3\ntest_remarks: refuse\n")

    assert words.in_force(await found(stage)) == snapshot("""\
| key | value | from |
|---|---|---|
| `test` | `make` | this repository, [line 2](https://github.com/acme/shop/blob/ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e/.github/claude-bot.yml#L2) |
| `tester` | `sandbox` | the bot's default |
| `report` | (not set) | the bot's default |
| `environment` | `production` | the bot's default |
| `deploy` | (not set) | the bot's default |
| `merge_method` | (not set) | the bot's default |
| `merge_reverts` | `false` | the bot's default |
| `approvals` | `1` | this repository, [line 1](https://github.com/acme/shop/blob/ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e/.github/claude-bot.yml#L1) |
| `approval_days` | `14` | the bot's default |
| `approval_paths` | (not set) | the bot's default |
| `plan_first` | `false` | the bot's default |
| `reminders` | `true` | the bot's default |
| `update` | `false` | the bot's default |
| `test_remarks` | `refuse` | the owner's `acme/.github`, [line 3](https://github.com/acme/.github/blob/0123012301230123012301230123012301230123/.github/claude-bot.yml#L3) |
| `test_reruns` | `1` | the bot's default |
| `checks` | `send_back: true, minutes: 60` | the bot's default |
| `ask` | `readers: false` | the bot's default |
| `review` | `automatic: false, forks: false, patient: false, own: false, confidence: 70, tools: false` | the bot's default |
| `branch` | `claude/{issue}-{id}` | the bot's default |
| `labels` | (not set) | the bot's default |
| `reviewers` | `codeowners` | the bot's default |
| `not_secret` | (not set) | the bot's default |
| `setup` | (not set) | the bot's default |
| `setup_files` | (not set) | the bot's default |\
""")


async def test_a_key_that_is_said_to_be_nothing_is_said() -> None:
    stage = staged(b"test:\n", b"test: make\n")

    assert (await found(stage)).configuration.test is None


@pytest.mark.parametrize(
    "settings",
    [None, replace(SETTINGS, owner_id=OWNER + 1), replace(SETTINGS, owner_id=None), replace(SETTINGS, id=7)],
    ids=["not installed there", "another account's", "nobody knows whose", "the repository itself"],
)
async def test_rc_22_what_is_not_the_owners_by_number_says_nothing(settings: RepositoryFacts | None) -> None:
    stage = staged(owners=b"approvals: 3\n")
    stage.repositories.settings = settings

    assert (await found(stage)).configuration.approvals == 1


async def test_where_the_owner_is_not_known_nobody_is_taken_for_the_owner() -> None:
    stage = staged(owners=b"approvals: 3\n")
    stage.repositories.facts = replace(ABOUT, owner_id=None)
    stage.repositories.settings = replace(SETTINGS, owner_id=None)

    assert (await found(stage)).configuration.approvals == 1


async def test_an_owners_repository_without_commits_says_nothing() -> None:
    stage = staged(owners=b"approvals: 3\n")
    del stage.branches.heads["trunk"]

    now = await found(stage)

    assert (now.configuration.approvals, now.unread) == (1, ())


class Unseen(FakeSources):
    """One commit's files cannot be had, for this reason."""

    def __init__(self, failure: Exception, commit: str, files: dict[str, dict[str, bytes]]) -> None:
        super().__init__(files=files)
        self.failure, self.commit = failure, commit

    async def read(self, repository: object, commit: str, path: str) -> bytes | None:
        if commit == self.commit:
            raise self.failure
        return self.files.get(commit, {}).get(path)


async def test_an_owners_file_that_cannot_be_seen_says_nothing_but_may_have_ruled_approvals() -> None:
    stage = staged(b"approvals: 2\n", b"approvals: 3\ntest: make\n")
    stage.sources = Unseen(StepFailed("repository_gone"), THEIRS, stage.sources.files)

    now = await found(stage)

    assert (now.configuration.test, now.unread) == (None, ("acme/.github",))


async def test_where_github_does_not_answer_nothing_is_taken_for_missing() -> None:
    stage = staged(owners=b"approvals: 3\n")
    stage.sources = Unseen(Unavailable("git_unreachable"), THEIRS, stage.sources.files)

    with pytest.raises(Unavailable):
        await found(stage)


async def test_f76_of_a_broken_file_the_version_that_was_valid_last_stays_in_force() -> None:
    stage = staged(b"approvals: 2\n")
    await found(stage)
    stage.sources.files[LATER] = {PATH: b"approvals: 0\ntests: make\n"}

    now = await found(stage, commit=LATER)

    assert (now.configuration.approvals, now.configuration.test) == (2, None)
    assert words.in_force(now).partition("\n\n")[2] == snapshot(
        "**`.github/claude-bot.yml` of `acme/shop` is broken** on `main` (`fa11fa1`), line 1: `approvals`: has to be at least 1. There is 1 more mistake. Until it is mended, what it said in `ba5eba5` stays in force."
    )


async def test_a_broken_file_is_no_missing_one() -> None:
    stage = staged(b"approvals: 0\n")

    with pytest.raises(StepFailed, match="bad_configuration") as failure:
        await found(stage)

    assert failure.value.detail == "acme/shop, line 1: `approvals`: has to be at least 1."


async def test_neither_is_a_broken_one_of_the_owners() -> None:
    stage = staged(b"approvals: 2\n", b"\n- x\n")

    with pytest.raises(StepFailed, match="bad_configuration") as failure:
        await found(stage)

    assert failure.value.detail.startswith("acme/.github, line 2: ")


@pytest.mark.parametrize("failure", [StepFailed("commit_gone"), None])
async def test_an_earlier_version_that_is_gone_or_not_valid_any_more_does_not_count(
    failure: StepFailed | None,
) -> None:
    stage = staged(b"approvals: 2\n")
    await found(stage)
    stage.sources.files |= {LATER: {PATH: b"x: 1\n"}, BASE: {PATH: b"x: 1\n"}}
    if failure is not None:
        stage.sources = Unseen(failure, BASE, stage.sources.files)

    with pytest.raises(StepFailed, match="bad_configuration"):
        await found(stage, commit=LATER)


async def test_what_is_valid_again_counts_at_once_and_no_file_is_valid() -> None:
    stage = staged(b"approvals: 2\n")
    await found(stage)
    stage.sources.files |= {LATER: {}}

    assert (await found(stage, commit=LATER)).configuration.approvals == 1
    assert stage.notes.known == {"configuration:7": LATER, "configuration:70": THEIRS}


async def test_whoever_asks_is_told_once_that_an_earlier_version_counts() -> None:
    stage = staged(b"test: pytest -q\napprovals: 2\n")
    await found(stage)
    stage.sources.files[LATER] = {PATH: b"tset: pytest\n"}
    stage.branches.heads["main"] = Commit(sha=LATER, tree=TREE)
    stage.log.holds(TAKEN_UP)

    surveys = [await survey_repository(stage.world, ID, key="k") for _ in range(2)]

    assert [survey["approvals"] for survey in surveys] == ["2", "2"]
    [told] = stage.comments.on(ISSUE)
    assert told.partition(" -->\n")[2] == snapshot("""\
@requester, I am at it, but:

**`.github/claude-bot.yml` of `acme/shop` is broken** on `main` (`fa11fa1`), line 1: `tset`: there is no such key. Did you mean `test`? The keys are test, tester, report, environment, deploy, merge_method, merge_reverts, approvals, approval_days, approval_paths, plan_first, reminders, update, test_remarks, test_reruns, checks, ask, review, branch, labels, reviewers, not_secret, setup, setup_files. Until it is mended, what it said in `ba5eba5` stays in force.\
""")


async def test_rc_02_an_owners_file_adds_to_what_paths_take_and_no_repository_takes_it_away() -> None:
    own = b"approval_days: 3\napproval_paths:\n  - {path: payments/, count: 2}\n  - {path: infra/}\n"
    owners = b"approval_days: 9\napproval_paths: [{path: infra/}, {path: '*.sql', role: admin}]\n"

    both, none = await found(staged(own, owners)), await found(staged(b"approval_paths: []", owners))

    assert (path_rules_in(path_rules_text(both.configuration)), both.configuration.approval_days) == (
        (
            e.PathRule(path="payments/", count=2, role="developer"),
            e.PathRule(path="infra/", role="developer"),
            e.PathRule(path="*.sql", role="admin"),
        ),
        3,
    )
    assert [each.path for each in none.configuration.approval_paths] == ["infra/", "*.sql"]
    [row] = [line for line in words.in_force(both).splitlines() if "approval_paths" in line]
    assert row == snapshot(
        "| `approval_paths` | `path: payments/, count: 2, role: developer; path: infra/, count: 1, role: developer; path: *.sql, count: 1, role: admin` | this repository, [line 2](https://github.com/acme/shop/blob/ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e/.github/claude-bot.yml#L2); the owner's `acme/.github`, [line 2](https://github.com/acme/.github/blob/0123012301230123012301230123012301230123/.github/claude-bot.yml#L2) |"
    )


async def test_as_many_rules_as_either_file_may_have_hold_together() -> None:
    def rules(name: str) -> bytes:
        return b"approval_paths:\n" + b"".join(b"  - {path: %s%d}\n" % (name.encode(), n) for n in range(20))

    it = await found(staged(rules("a"), rules("b")))

    assert len(it.configuration.approval_paths) == 40
