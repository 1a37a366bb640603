"""The one way in which what is asked is done: the right first, then a decision, appended once."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.application import requesting
from bot.application.asked import (
    AnswerQuestions,
    Approve,
    Asked,
    Cancel,
    Deploy,
    Reject,
    RequestIntegration,
)
from bot.application.commands import handle, note_closed, report_deployment
from bot.application.recording import FACTS, load
from bot.application.requesting import new_id
from bot.application.rights import belongs_here
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import NotAllowed, NothingWaits, OwnerNotAllowed, Rules, SelfApproval, StaleApproval
from bot.domain.states import State
from bot.records import Actor, Repository, Start, Unavailable, Wake
from tests.unit.fakes import FakeLog, FakeRepositories, Stage, world
from tests.unit.histories import (
    ADMIN,
    ADMIN_APPROVAL,
    ASKED,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    ISSUE,
    MERGED_FOR_A_DEVELOPER,
    OWNER,
    PULL,
    REQUESTED,
    REQUESTER,
    SHOP,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    History,
    cancelled,
)

ELSEWHERE = Repository(id=8, full_name="acme/other", installation_id=9, owner_id=OWNER)
MOVED = "0bad" * 10
ASKED_FOR = json.dumps({"request": "send invoices", "issue_title": "ERP", "issue_body": "Please."})


def staged(history: History = UP_FOR_REVIEW, *, head: str = COMMIT) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, head)
    return stage


def request(by: Actor = REQUESTER, **bent: Any) -> RequestIntegration:
    plain = {"repository": SHOP, "issue": ISSUE, "request": ASKED_FOR}
    return RequestIntegration(by=by, **{**plain, **bent})


def another(by: Actor) -> RequestIntegration:
    return request(by, anyway=True)


def approve(by: Actor = DEVELOPER, repository: Repository = SHOP) -> Approve:
    return Approve(by=by, repository=repository, integration_id=ID)


def cancel(by: Actor = DEVELOPER, repository: Repository = SHOP) -> Cancel:
    return Cancel(by=by, repository=repository, integration_id=ID, cause="cancelled")


def deploy(by: Actor) -> Deploy:
    return Deploy(by=by, repository=SHOP, integration_id=ID)


async def send(asked: Asked, stage: Stage, key: str = "k") -> Integration:
    return await handle(asked, key=key, door="github", world=stage.world)


async def test_a_request_is_a_fact_with_the_run_limits_and_starts_its_saga() -> None:
    stage = Stage()

    it = await send(request(base="next", micro_usd=2_000_000), stage)

    [fact] = stage.log.events(it.id)
    assert isinstance(fact, e.IntegrationRequested)
    assert (fact.base, fact.turns, fact.tokens, fact.micro_usd) == ("next", 60, 2_000_000, 2_000_000)
    assert fact.minutes == 120
    assert stage.blobs.contents[fact.request] == ASKED_FOR.encode()
    assert stage.log.follow_ups == [
        Start(
            queue="saga",
            workflow="integration_saga_v1",
            id=f"int-{it.id}",
            args=(it.id, str(SHOP.id), str(SHOP.installation_id)),
        )
    ]


@pytest.mark.parametrize(("wanted", "allowed"), [(None, 5_000_000), (9_000_000, 5_000_000), (1, 1)])
async def test_a_budget_lowers_the_ceiling_and_never_lifts_it(wanted: int | None, allowed: int) -> None:
    it = await send(request(micro_usd=wanted), Stage())

    assert it.micro_usd_allowed == allowed


async def test_the_same_key_appends_once() -> None:
    stage = Stage()

    first, again = await send(request(), stage), await send(request(), stage)

    assert (first.id, first.version) == (again.id, again.version)
    assert len(stage.log.streams) == len(stage.log.follow_ups) == 1
    assert len(stage.log.events(first.id)) == 1


async def test_another_key_is_another_request() -> None:
    stage = Stage()

    again = request(anyway=True)

    assert (await send(request(), stage, "a")).id != (await send(again, stage, "b")).id


async def test_an_id_that_is_taken_is_not_requested_again() -> None:
    stage = Stage()
    stage.log.holds(REQUESTED, stream=new_id("k"), key="somebody else's")

    await send(request(), stage)

    assert len(stage.log.events(new_id("k"))) == 1


async def test_who_asked_through_what_is_kept_with_the_fact() -> None:
    stage = staged()

    await send(cancel(), stage, "delivery-1")

    assert stage.log.streams[ID][-1].meta == {
        "by": DEVELOPER.id,
        "login": "developer",
        "door": "github",
        "key": "delivery-1",
    }


COMMANDS: dict[str, tuple[History, Callable[[Actor], Asked], set[str]]] = {
    "answer": (
        ASKED,
        lambda by: AnswerQuestions(by=by, repository=SHOP, integration_id=ID, text="SAP"),
        {"requester", "developer", "admin"},
    ),
    "approve": (UP_FOR_REVIEW, approve, {"developer", "admin"}),
    "reject": (
        UP_FOR_REVIEW,
        lambda by: Reject(by=by, repository=SHOP, integration_id=ID, why="no"),
        {"requester", "developer", "admin"},
    ),
    "deploy": (MERGED_FOR_A_DEVELOPER, deploy, {"admin"}),
    "cancel": (WORKED, cancel, {"requester", "developer", "admin"}),
    "cancel after the merge": (MERGED_FOR_A_DEVELOPER, cancel, {"admin"}),
    "integrate": (UP_FOR_REVIEW, another, {"requester", "developer", "admin"}),
}
PEOPLE = (REQUESTER, DEVELOPER, ADMIN, VIEWER, STRANGER)
MATRIX = [(name, person) for name in COMMANDS for person in PEOPLE]
MAY = [(name, person) for name, person in MATRIX if person.login in COMMANDS[name][2]]
MAY_NOT = [(name, person) for name, person in MATRIX if person.login not in COMMANDS[name][2]]


@pytest.mark.parametrize(("name", "person"), MAY)
async def test_who_holds_the_right_is_heard(name: str, person: Actor) -> None:
    history, asked, _ = COMMANDS[name]
    stage = staged(history)

    await send(asked(person), stage)

    assert sum(map(len, stage.log.streams.values())) == len(history) + 1


@pytest.mark.parametrize(("name", "person"), MAY_NOT)
async def test_id_01_who_does_not_is_refused_and_nothing_is_appended(name: str, person: Actor) -> None:
    history, asked, _ = COMMANDS[name]
    stage = staged(history)

    with pytest.raises((NotAllowed, SelfApproval)):
        await send(asked(person), stage)

    assert stage.log.events() == list(history)
    assert (stage.log.follow_ups, stage.claude.asked) == ([], [])


@pytest.mark.parametrize("name", COMMANDS)
async def test_id_01_a_right_that_cannot_be_asked_for_is_not_given(name: str) -> None:
    history, asked, _ = COMMANDS[name]
    stage = staged(history)
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await send(asked(ADMIN), stage)

    assert stage.log.events() == list(history)


@pytest.mark.parametrize("name", COMMANDS)
async def test_id_14_a_custom_role_may_nothing(name: str) -> None:
    history, asked, _ = COMMANDS[name]
    stage = staged(history)
    stage.repositories.roles = {ADMIN.id: "release_captain"}

    with pytest.raises(NotAllowed):
        await send(asked(ADMIN), stage)


@pytest.mark.parametrize(
    ("owners", "served"), [(frozenset(), True), (frozenset({"other"}), False), (frozenset({"ACME"}), True)]
)
async def test_only_named_accounts_are_served_else_the_apps_own(owners: frozenset[str], served: bool) -> None:  # noqa: FBT001  a table's column
    stage = Stage(rules=Rules(owners=owners))

    heard = [await send(request(), stage)] if served else []

    with pytest.raises(OwnerNotAllowed):
        await send(request(repository=Repository(id=7, full_name="evil/shop", installation_id=9)), stage)
    assert len(stage.log.streams) == len(heard)


@pytest.mark.parametrize("owner", [OWNER + 1, None])
async def test_id_10_whoever_takes_the_old_name_of_the_apps_owner_is_not_served(owner: int | None) -> None:
    stage = staged()
    taken = replace(SHOP, owner_id=owner)

    with pytest.raises(OwnerNotAllowed):
        await send(approve(repository=taken), stage)

    assert not await belongs_here(ADMIN, taken, stage.world, private=True)
    assert stage.log.events() == list(UP_FOR_REVIEW)


async def test_id_10_the_apps_owner_is_served_under_a_new_name() -> None:
    stage = staged()

    await send(approve(repository=replace(SHOP, full_name="renamed/shop")), stage)

    assert stage.log.events() != list(UP_FOR_REVIEW)


@pytest.mark.parametrize("asked", [approve(repository=ELSEWHERE), cancel(repository=ELSEWHERE)])
async def test_id_10_an_integration_of_another_repository_does_not_exist_here(asked: Asked) -> None:
    stage = staged()

    with pytest.raises(NothingWaits):
        await send(asked, stage)

    assert stage.log.events() == list(UP_FOR_REVIEW)


async def test_an_integration_that_is_not_there_is_answered_the_same() -> None:
    with pytest.raises(NothingWaits):
        await send(cancel(), Stage())


async def test_id_13_who_asked_does_not_approve_whatever_their_role() -> None:
    stage = staged()
    stage.repositories.roles = {REQUESTER.id: "admin"}

    with pytest.raises(SelfApproval):
        await send(approve(REQUESTER), stage)


async def test_the_operator_may_let_the_requester_approve() -> None:
    stage = staged()
    stage.rules = Rules(self_approval=True)

    it = await send(approve(REQUESTER), stage)

    assert [given.by for given in it.approvals] == [REQUESTER]


async def test_sm_02_an_approval_means_the_commit_that_the_pull_request_shows_now() -> None:
    stage = staged(head=MOVED)

    with pytest.raises(StaleApproval):
        await send(approve(), stage)

    assert stage.log.events() == list(UP_FOR_REVIEW)


async def test_a_developer_approves_and_an_administrator_deploys() -> None:
    stage = staged()
    approved = await send(approve(DEVELOPER), stage, "a")
    stage.log.holds(MERGED_FOR_A_DEVELOPER[len(UP_FOR_REVIEW) + 1 :])

    released = await send(deploy(ADMIN), stage, "b")

    assert (approved.may_deploy, released.may_deploy, released.deployers) == (False, True, (ADMIN,))


async def test_an_administrator_releases_the_deployment_by_approving() -> None:
    assert (await send(approve(ADMIN), staged())).may_deploy


async def test_an_approval_wakes_the_saga_that_waits_for_it() -> None:
    stage = staged()

    it = await send(approve(), stage)

    assert stage.log.follow_ups == [Wake(workflow_id=f"int-{ID}", topic=FACTS, key=f"{ID}:{it.version}")]


async def test_where_somebody_was_faster_it_is_decided_again() -> None:
    stage = staged()
    stage.log.meanwhile = [lambda: stage.log.holds([ADMIN_APPROVAL])]

    it = await send(cancel(), stage)

    assert [type(fact).__name__ for fact in stage.log.events()[-2:]] == ["Approved", "CancelRequested"]
    assert it.version == len(UP_FOR_REVIEW) + 2


async def test_where_somebody_was_faster_and_it_is_too_late_it_is_refused() -> None:
    stage = staged()
    stage.log.meanwhile = [lambda: stage.log.holds(cancelled())]

    with pytest.raises(NothingWaits):
        await send(approve(), stage)

    assert stage.log.events() == list(cancelled(*UP_FOR_REVIEW))


async def test_where_somebody_is_faster_again_and_again_it_is_left_for_later() -> None:
    stage = staged()
    stage.log.meanwhile = [lambda: stage.log.holds([ADMIN_APPROVAL])] * 100

    with pytest.raises(Unavailable, match="stream_busy"):
        await send(cancel(), stage)


async def test_every_subscriber_is_told_with_the_fact() -> None:
    told: list[tuple[int, int]] = []

    def tell(before: Integration, after: Integration) -> Wake:
        told.append((before.version, after.version))
        return Wake(workflow_id="w", topic="t", key="k")

    stage = staged()
    stage.subscribers = (tell,)

    await send(cancel(), stage)

    assert told == [(len(UP_FOR_REVIEW), len(UP_FOR_REVIEW) + 1)]
    assert stage.log.follow_ups[-1] == Wake(workflow_id="w", topic="t", key="k")


async def test_a_rejection_keeps_its_why_apart() -> None:
    stage = staged()

    await send(Reject(by=DEVELOPER, repository=SHOP, integration_id=ID, why="too risky"), stage, "a")
    await send(Reject(by=ADMIN, repository=SHOP, integration_id=ID, why=""), stage, "b")

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.Rejected)
    assert stage.blobs.contents[fact.why or ""] == b"too risky"


@pytest.mark.parametrize(("merged", "cause"), [(False, "pull_request_closed"), (True, "merged_by_hand")])
async def test_a_pull_request_closed_by_hand_stops_it_at_the_gate(merged: bool, cause: str) -> None:  # noqa: FBT001  a table's column
    stage = staged()

    await note_closed(ID, PULL, by=STRANGER, merged=merged, key="k", world=stage.world)

    assert (await load(stage.world, ID)).cancelled == cause


async def test_a_pull_request_closed_after_the_gate_stops_nothing() -> None:
    stage = staged(DEPLOYING)

    await note_closed(ID, PULL, by=STRANGER, merged=True, key="k", world=stage.world)

    assert stage.log.events() == list(DEPLOYING)


async def test_a_deployments_report_is_noted_once() -> None:
    stage = staged(DEPLOYING)

    for key in ("a", "b"):
        await report_deployment(ID, 51, "success", key=key, world=stage.world)

    assert stage.log.events()[len(DEPLOYING) :] == [e.DeploymentReported(deployment=51, outcome="success")]


async def test_a_row_is_written_with_every_fact() -> None:
    stage = staged()

    it = await send(cancel(), stage)

    row = await stage.world.integrations.get(ID)
    assert row is not None
    assert (row["state"], row["waiting_for"], row["version"]) == ("reviewing", None, it.version)


def test_an_id_is_short_and_made_from_the_key() -> None:
    ids = {new_id(str(number)) for number in range(1000)}

    assert len(ids) == 1000
    assert all(len(each) == requesting.ID_LENGTH and each.isalnum() and each.islower() for each in ids)
    assert new_id("k") == new_id("k")


async def test_a_world_of_ones_own_fakes() -> None:
    log = FakeLog()

    await handle(request(), key="k", door="api", world=world(log=log, repositories=FakeRepositories()))

    assert [row["state"] for row in log.rows.values()] == [State.DRAFT]
