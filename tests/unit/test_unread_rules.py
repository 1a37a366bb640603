"""What a configuration says of approvals, and cannot be read: nobody's releases a merge before it can."""

from typing import Any, Final

import pytest
from msgspec import structs

from bot.application import configuration_words
from bot.application.asked import Approve
from bot.application.broken_configuration import tell_of_what_is_broken
from bot.application.commands import handle
from bot.application.configuration import PATH
from bot.application.configuration_file import read_configuration
from bot.application.in_force import in_force
from bot.application.notifying import look
from bot.application.refusal_words import refusal
from bot.application.surveyed import agreed_on
from bot.application.validating import survey_repository
from bot.application.waiting_words import waiting_words
from bot.domain import deciding, vouching
from bot.domain import events as e
from bot.domain.approving import RulesUnread, may_rule
from bot.records import Commit, StepFailed
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    ADMIN,
    ADMIN_APPROVAL,
    BASE,
    BEGAN,
    BRANCH,
    COMMIT,
    ID,
    ISSUE,
    PULL,
    SHOP,
    SPEC,
    TAKEN_UP,
    TREE,
    UP_FOR_REVIEW,
    History,
    integration,
)

LATER: Final = "fa11" * 10
CLOSED: Final[History] = tuple(
    structs.replace(each, unread=("acme/shop",)) if each is SPEC else each for each in UP_FOR_REVIEW
)
RULE: Final = e.PathRule(path="shop/", role="admin")
READ: Final = e.RulesRead(path_rules=(RULE,), approval_days=3)
RULED: Final = e.GateRuled(head=COMMIT, change=integration(CLOSED).change, rules=(RULE,))


def staged(content: bytes, *, earlier: bytes = b"approvals: 1\n", history: History = CLOSED) -> Stage:
    """The repository's file now, after one that was valid."""
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    there = {"shop/erp.py": b"after"}
    stage.sources = FakeSources(
        files={BASE: {PATH: earlier}, LATER: {PATH: content}, COMMIT: {PATH: earlier, **there}}
    )
    stage.branches.heads |= {"main": Commit(sha=LATER, tree=TREE), BRANCH: Commit(sha=COMMIT, tree=TREE)}
    stage.notes.known[f"configuration:{SHOP.id}"] = BASE
    return stage


async def approves(stage: Stage) -> Any:
    asked = Approve(by=ADMIN, repository=SHOP, integration_id=ID)
    return await handle(asked, key="d-1", door="github", world=stage.world)


def new(stage: Stage) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(CLOSED) :]]


@pytest.mark.parametrize(
    ("faulty", "said", "may"),
    [
        (["approval_paths.0.count"], ["approval_paths"], True),
        (["approval_days"], ["approval_days", "test"], True),
        (["test"], ["test", "approval_paths"], True),  # it is well said, and does not count all the same
        (["test"], ["test"], False),
        ([""], [], True),
    ],
)
def test_a_broken_file_may_rule_approvals_where_it_says_them_or_nothing_of_it_is_known(
    faulty: list[str], said: list[str], *, may: bool
) -> None:
    assert may_rule(faulty, said) == may


def test_nobody_can_release_it() -> None:
    it = integration((*CLOSED, ADMIN_APPROVAL))

    assert (it.approved, it.waiting_for, deciding.release(it)) == (False, "approval", [])
    with pytest.raises(RulesUnread):
        vouching.approve(integration(CLOSED), ADMIN_APPROVAL, alone=False, now=BEGAN)


def test_once_it_is_read_it_holds_for_the_commit_that_waits() -> None:
    assert vouching.read_again(integration(CLOSED), READ, RULED) == [READ, RULED]
    plain = e.RulesRead(path_rules=(), approval_days=14)
    assert vouching.read_again(integration(CLOSED), plain, RULED) == [plain]
    it = integration((*CLOSED, READ, RULED))
    assert (it.unread, it.approval_days, it.rules_standing[0].missing) == ((), 3, 1)


@pytest.mark.parametrize(
    ("history", "ruled"),
    [
        (UP_FOR_REVIEW, RULED),
        (CLOSED[:-1], RULED),
        (CLOSED, structs.replace(RULED, head="f" * 40)),
        (CLOSED, structs.replace(RULED, change="")),
    ],
    ids=["known already", "before its gate", "another commit", "another change"],
)
def test_else_nothing_changes(history: History, ruled: e.GateRuled) -> None:
    assert vouching.read_again(integration(history), READ, ruled) == []


@pytest.mark.parametrize(
    "content", [b"approval_days: soon\n", b"approval_paths: [{path: x, cuont: 2}]\n", b"x: ["]
)
async def test_as_long_as_it_cannot_be_read_whoever_approves_is_told(content: bytes) -> None:
    stage = staged(content)

    with pytest.raises(RulesUnread) as refused:
        await approves(stage)

    assert new(stage) == []
    assert refusal(refused.value) == (
        "**What `.github/claude-bot.yml` of `acme/shop` says of approvals cannot be read**, so nobody's "
        "approval releases a merge until it can. Whoever may write there mends the file (`/claude config` "
        "says what is wrong), or lets me see it. I read it again at every approval."
    )


async def test_mended_it_counts_at_the_next_approval() -> None:
    stage = staged(b"approval_paths: [{path: shop/, role: admin}]\napproval_days: 3\n")

    it = await approves(stage)

    assert new(stage) == ["RulesRead", "GateRuled", "Approved"]
    assert (it.approved, it.path_rules, it.approval_days) == (True, (RULE,), 3)


async def test_what_cannot_be_had_is_not_taken_for_mended() -> None:
    stage = staged(b"approval_days: 3\n")
    del stage.branches.heads["main"]

    with pytest.raises(RulesUnread):
        await approves(stage)


async def test_it_is_found_out_with_the_request_and_said_to_whoever_asked() -> None:
    stage = staged(b"approval_days: soon\n", earlier=b"test: make\n", history=TAKEN_UP)

    survey = await survey_repository(stage.world, ID, key="k1")

    agreed = agreed_on({**survey, "passed": "5"}, spec="", kept_back="")
    assert agreed.unread == ("acme/shop",)
    assert "says of approvals cannot be read**" in stage.comments.on(ISSUE)[0]
    assert agreed_on({**survey, "passed": "", "unread": "[]"}, spec="", kept_back="").unread == ()


async def test_nobody_is_told_of_anything_where_all_is_well() -> None:
    stage = staged(b"approval_days: 3\n")
    found = await in_force(stage.world, SHOP, stage.repositories.facts, commit=LATER)

    await tell_of_what_is_broken(integration(CLOSED), found, stage.world)

    assert stage.comments.bodies == {}
    assert "cannot be read" not in configuration_words.in_force(found)


async def test_people_see_it_where_it_waits_and_with_the_configuration() -> None:
    stage = staged(b"approval_days: soon\n")
    _, view = await look(stage.world, ID)
    found = await in_force(stage.world, SHOP, stage.repositories.facts, commit=LATER)

    assert any("says of approvals cannot be read**" in each for each in waiting_words(view))
    assert "says of approvals cannot be read**" in configuration_words.in_force(found)


@pytest.mark.parametrize(("content", "closes"), [(b"approval_days: soon\n", True), (b"tset: make\n", False)])
def test_the_check_of_a_file_says_what_would_come_of_it(content: bytes, *, closes: bool) -> None:
    _, summary = configuration_words.check_of(read_configuration(content), is_there=True)

    assert ("so nobody's would release a merge meanwhile" in summary) == closes


async def test_a_file_that_is_not_there_says_nothing() -> None:
    stage = staged(b"")
    stage.sources.files[LATER] = {}

    found = await in_force(stage.world, SHOP, stage.repositories.facts, commit=LATER)

    assert (found.unread, found.broken) == ((), [])
    with pytest.raises(StepFailed, match="bad_configuration"):
        await in_force(staged(b"", earlier=b"x: [").world, SHOP, stage.repositories.facts, commit=BASE)
