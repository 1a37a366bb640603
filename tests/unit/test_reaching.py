"""Whether a repository can be reached, and where: what is at work follows it, stops, or is finished."""

from dataclasses import replace

import pytest

from bot.application.asked import Cancel
from bot.application.commands import handle
from bot.domain import events as e
from bot.domain.reaching import find, lose
from bot.domain.states import State
from bot.records import Actor
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example, installation
from tests.unit.fakes import ABOUT, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ANOTHER,
    DEVELOPER,
    ID,
    REQUESTED,
    SHOP,
    UP_FOR_REVIEW,
    History,
    cancelled,
    failed,
    integration,
)

STORE = replace(SHOP, full_name="acme/store")
ANEW = replace(SHOP, installation_id=99)
GIVEN = replace(ANEW, full_name="globex/shop")
MOVED = e.RepositoryMoved(repository="acme/store", installation_id=SHOP.installation_id)
INSTALLED_ANEW = e.RepositoryMoved(repository="acme/shop", installation_id=99)
GIVEN_AWAY = e.RepositoryMoved(repository="globex/shop", installation_id=99)


def out(code: str = "installation_gone") -> History:
    """It failed for being out of reach, and nothing was left to do."""
    return (*failed(*UP_FOR_REVIEW, reason=code, during="reviewing"), e.UndoFinished())


def stopped(cause: str) -> e.CancelRequested:
    return e.CancelRequested(by=ADMIN, cause=cause)


@pytest.mark.parametrize("history", [REQUESTED, UP_FOR_REVIEW, ACTIVE, out()])
def test_a_new_name_is_followed_wherever_it_stands(history: History) -> None:
    found = find(integration(history), STORE, archived=False, by=ADMIN)

    assert found[0] == MOVED
    assert integration((*history, *found)).repository.full_name == "acme/store"


@pytest.mark.parametrize("history", [REQUESTED, UP_FOR_REVIEW, ACTIVE])
def test_what_is_as_it_was_is_left_alone(history: History) -> None:
    assert find(integration(history), SHOP, archived=False, by=ADMIN) == []


def test_the_app_may_be_installed_anew_under_what_is_at_work() -> None:
    assert find(integration(UP_FOR_REVIEW), ANEW, archived=False, by=ADMIN) == [INSTALLED_ANEW]


def test_what_another_account_has_now_stops_what_the_former_one_agreed_to() -> None:
    it = integration(UP_FOR_REVIEW)

    assert find(it, GIVEN, archived=False, by=ADMIN) == [GIVEN_AWAY, stopped("repository_transferred")]
    assert find(integration(ACTIVE), GIVEN, archived=False, by=ADMIN) == [GIVEN_AWAY]


def test_an_account_that_is_called_otherwise_is_the_same_one() -> None:
    renamed = replace(SHOP, full_name="acme-inc/shop")

    [moved] = find(integration(UP_FOR_REVIEW), renamed, archived=False, by=ADMIN)

    assert isinstance(moved, e.RepositoryMoved)


def test_what_is_archived_stops_and_what_had_failed_waits_until_it_is_not() -> None:
    assert find(integration(UP_FOR_REVIEW), SHOP, archived=True, by=ADMIN) == [stopped("repository_archived")]
    assert find(integration(out("repository_archived")), SHOP, archived=True, by=ADMIN) == []


@pytest.mark.parametrize(
    "code", ["installation_gone", "installation_suspended", "repository_gone", "repository_archived"]
)
def test_what_failed_for_being_out_of_reach_is_brought_to_its_end_once(code: str) -> None:
    it = integration(out(code))
    found = find(it, SHOP, archived=False, by=ADMIN)
    after = integration((*out(code), *found))

    assert found == [e.ReachedAgain()]
    assert (it.ended, after.ended) == (True, False)
    assert find(integration((*out(code), *found, e.UndoFinished())), SHOP, archived=False, by=ADMIN) == []


@pytest.mark.parametrize(
    "history", [out("tests"), failed(*UP_FOR_REVIEW, reason="installation_gone", during="reviewing")]
)
def test_what_failed_of_something_else_or_is_being_taken_back_is_left_alone(history: History) -> None:
    assert find(integration(history), SHOP, archived=False, by=ADMIN) == []


def test_what_is_seen_no_more_stops() -> None:
    it = integration(UP_FOR_REVIEW)

    assert lose(it, SHOP, "repository_gone", by=ADMIN) == [stopped("repository_gone")]
    assert lose(it, SHOP, "github_forbidden", by=ADMIN) == []
    assert lose(it, ANEW, "installation_gone", by=ADMIN) == []  # a word that came late
    assert lose(integration(cancelled(*UP_FOR_REVIEW)), SHOP, "repository_gone", by=ADMIN) == []
    assert lose(integration(ACTIVE), SHOP, "repository_gone", by=ADMIN) == []


def test_a_version_of_which_nothing_came_leaves_the_one_before_where_it_is_now() -> None:
    renewed = (*ACTIVE, ANOTHER, MOVED)
    ended = (*failed(*renewed, reason="cancelled", during="generating"), e.UndoFinished())

    it = integration(ended)

    assert (it.state, it.repository.full_name) == (State.ACTIVE, "acme/store")


# --- from a delivery -----------------------------------------------------------------------------------


def staged(history: History = UP_FOR_REVIEW) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def hears(kind: str, payload: Payload, stage: Stage, *, by: Actor = ADMIN) -> list[str]:
    """The facts that come of it."""
    before = len(stage.log.events())
    payload["sender"] |= {"id": by.id, "login": by.login}
    await GITHUB[kind](payload, Context(world=stage.world, key="d-1"))
    return [type(fact).__name__ for fact in stage.log.events()[before:]]


def about_installation(number: int = SHOP.installation_id) -> Payload:
    return installation("installation/created.1", "repositories", number=number)


def taken_away(repository: int) -> Payload:
    name, number = "installation_repositories/removed.1", SHOP.installation_id
    return installation(name, "repositories_removed", number=number, repository=repository)


@pytest.mark.parametrize("kind", ["installation.suspend", "installation.deleted"])
async def test_a_suspension_stops_what_github_says_is_not_seen(kind: str) -> None:
    stage = staged()
    assert await hears(kind, about_installation(), stage) == []
    stage.repositories.unseen[SHOP.installation_id] = "installation_suspended"

    assert await hears(kind, about_installation(99), stage) == []
    assert await hears(kind, about_installation(), stage) == ["CancelRequested"]


async def test_what_was_installed_anew_is_found_by_its_number() -> None:
    stage = staged(out())

    assert await hears("installation.created", about_installation(99), stage) == [
        "RepositoryMoved",
        "ReachedAgain",
    ]
    assert stage.log.integration().repository.installation_id == 99
    [undo] = [each for each in stage.log.follow_ups if getattr(each, "id", "") == f"undo-{ID}-4"]
    assert getattr(undo, "args", None) == (ID, "installation_gone")


async def test_a_repository_that_is_taken_away_is_looked_at_alone() -> None:
    stage = staged()
    stage.repositories.unseen[SHOP.installation_id] = "repository_gone"

    assert await hears("installation_repositories.removed", taken_away(8), stage) == []
    assert await hears("installation_repositories.removed", taken_away(SHOP.id), stage) == ["CancelRequested"]


async def test_whoever_speaks_from_another_account_is_heard_there() -> None:
    stage = staged()
    stage.repositories.facts = replace(ABOUT, full_name="globex/shop")
    asked = Cancel(by=ADMIN, repository=GIVEN, integration_id=ID, cause="cancelled")

    it = await handle(asked, key="k-1", door="github", world=stage.world)

    assert (it.repository.full_name, it.cancelled) == ("globex/shop", "repository_transferred")


async def test_a_repository_is_called_what_github_says_now_whatever_the_word_of_it_says() -> None:
    stage = staged()
    stage.repositories.facts = replace(ABOUT, full_name="acme/store")

    assert await hears("repository.renamed", example("repository/renamed.1"), stage) == ["RepositoryMoved"]
    assert await hears("repository.renamed", example("repository/renamed.1"), stage, by=DEVELOPER) == []
    assert stage.log.rows[ID]["repository"] == "acme/store"
