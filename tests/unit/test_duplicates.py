"""The same request twice: recognised by its words, linked, and not carried out a second time."""

import json
from dataclasses import replace
from functools import partial

import pytest
from msgspec import structs

from bot.application.asked import RequestIntegration
from bot.application.commands import handle
from bot.application.recording import TRIES
from bot.domain import events as e
from bot.domain.duplicates import Wish, is_the_same, words_of
from bot.domain.policy import AskedAlready
from bot.records import Unavailable
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ACTIVE,
    ANOTHER,
    ASKED,
    DEVELOPER,
    ID,
    ISSUE,
    REQUEST,
    SHOP,
    UP_FOR_REVIEW,
    History,
    cancelled,
    failed,
    kept,
)

SAID = "send every paid invoice to the ERP"
WISH = Wish(request=SAID, base=None, title="ERP", body="Please.")


def wish(words: str) -> Wish:
    return replace(WISH, request=words, title="Another", body="")


@pytest.mark.parametrize(
    "words",
    [
        SAID,
        "Send every paid invoice to the ERP.",
        "please  send every\npaid invoice to ERP!",
        "Hello, could you send every paid invoices to the **ERP**, thanks",
        "send every paid invocie to the ERP",
        "send every paid invoicee to the ERP",
    ],
)
def test_f45_what_says_the_same_is_the_same(words: str) -> None:
    assert is_the_same(WISH, wish(words))
    assert is_the_same(wish(words), WISH)


@pytest.mark.parametrize(
    "words",
    [
        "send every unpaid invoice to the ERP",
        "do not send every paid invoice to the ERP",
        "send every paid invoice to the CRM",
        "send every paid invoice to the ERP and the CRM",
        "send every paid invoice to the ERP 2",
        "send every paid invoice",
        "the ERP to send every paid invoice",
        "please",
        "sent every paid invoice to the ERP",
        "send every paid invoive to the ERP",
        "send every paid invocie to the EPR",
        "",
    ],
)
def test_f45_what_differs_in_a_word_is_something_else(words: str) -> None:
    assert not is_the_same(WISH, wish(words))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("send it all to C++", "send it all to C#"),
        ("import all orders from shop 1", "import all orders from shop 2"),
        ("use v1.2 of the ERP's API", "use v12 of the ERP's API"),
        ("complain about late orders now", "xomplain about late orders now"),
    ],
)
def test_signs_and_numbers_belong_to_their_words(one: str, other: str) -> None:
    assert not is_the_same(wish(one), wish(other))


def test_from_another_base_it_is_something_else() -> None:
    assert not is_the_same(WISH, replace(WISH, base="next"))


@pytest.mark.parametrize("words", ["do this", "build what is described above, all of it", "export orders"])
def test_where_words_lean_on_their_issue_that_has_to_say_the_same(words: str) -> None:
    here = Wish(request=words, base=None, title="Orders", body="All of them, daily.")

    assert is_the_same(here, replace(here, title="The orders", body="all of them daily"))
    assert not is_the_same(here, replace(here, title="Invoices"))
    assert not is_the_same(here, replace(here, body="None of them."))


def test_of_some_words_nothing_is_left() -> None:
    assert words_of("Please, could you -- ... the") == ("--",)
    assert words_of("\u00a0\uff25\uff32\uff30 «Straße»") == ("erp", "strasse")


# --- asked -----------------------------------------------------------------------------------------------


def asked_for(words: str = "send the invoices", issue: int = ISSUE) -> RequestIntegration:
    said = json.dumps({"request": words, "issue_title": "ERP", "issue_body": "Please."})
    return RequestIntegration(by=DEVELOPER, repository=SHOP, issue=issue, request=said)


async def asks(stage: Stage, asked: RequestIntegration, *, key: str = "k") -> None:
    await handle(asked, key=key, door="github", world=stage.world)


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


@pytest.mark.parametrize("history", [ASKED, UP_FOR_REVIEW, ACTIVE])
async def test_what_is_under_way_or_runs_is_linked_and_nothing_begins(history: History) -> None:
    stage = staged(history)

    with pytest.raises(AskedAlready) as already:
        await asks(stage, asked_for())

    assert (already.value.integration_id, already.value.issue) == (ID, ISSUE)
    assert (stage.log.integrations, stage.claude.asked) == ([ID], [])


@pytest.mark.parametrize(
    "history",
    [
        failed(*UP_FOR_REVIEW),
        cancelled(*ASKED),
        (*UP_FOR_REVIEW, e.Rejected(by=DEVELOPER, why=None)),
        (structs.replace(REQUEST, request="deleted"),),
        (structs.replace(REQUEST, repository_id=8),),
        (structs.replace(REQUEST, request=kept(json.dumps({"request": "send orders"}))),),
    ],
)
async def test_what_came_to_nothing_or_is_something_else_is_no_obstacle(history: History) -> None:
    stage = staged(history)

    await asks(stage, asked_for())

    assert len(stage.log.integrations) == 2


async def test_what_another_process_took_in_at_the_same_moment_is_linked() -> None:
    stage = Stage()
    stage.log.meanwhile.append(lambda: stage.log.holds((REQUEST,), key="theirs"))

    with pytest.raises(AskedAlready) as already:
        await asks(stage, asked_for())

    assert (already.value.integration_id, stage.log.integrations) == (ID, [ID])


async def test_a_version_that_another_process_began_at_the_same_moment_is_linked() -> None:
    stage = staged(ACTIVE)
    stage.log.meanwhile.append(lambda: stage.log.holds((ANOTHER,), key="theirs"))
    request = json.dumps({"request": "refunds, too", "issue_title": "ERP", "issue_body": "Please."})

    with pytest.raises(AskedAlready) as already:
        await asks(stage, replace(asked_for(), request=request))

    assert (already.value.integration_id, stage.log.integrations) == (ID, [ID])


async def test_something_else_that_another_process_took_in_is_no_obstacle() -> None:
    stage, other = Stage(), structs.replace(REQUEST, request=kept(json.dumps({"request": "send orders"})))
    stage.log.meanwhile.append(lambda: stage.log.holds((other,), key="theirs"))

    await asks(stage, asked_for())

    assert len(stage.log.integrations) == 2


async def test_where_ever_more_is_asked_for_it_is_tried_later() -> None:
    stage, other = Stage(), structs.replace(REQUEST, request=kept(json.dumps({"request": "send orders"})))
    for nth in range(TRIES):
        stage.log.meanwhile.append(partial(stage.log.holds, (other,), stream=f"s{nth}", key="theirs"))

    with pytest.raises(Unavailable):
        await asks(stage, asked_for())

    assert len(stage.log.integrations) == TRIES


async def test_who_wants_it_anyway_gets_it() -> None:
    stage = staged(ASKED)

    await asks(stage, replace(asked_for(), anyway=True))

    assert len(stage.log.integrations) == 2


async def test_what_was_taken_stays_taken_however_often_it_is_delivered() -> None:
    stage = Stage()
    await asks(stage, asked_for())
    await asks(stage, replace(asked_for(), anyway=True), key="another")

    await asks(stage, asked_for())

    assert len(stage.log.integrations) == 2


async def test_it_is_said_with_what_to_do_and_why_tells_of_it() -> None:
    stage = staged(ASKED)
    say = GITHUB["issue_comment.created"]

    await say(comment("/claude integrate send invoices", on=ISSUE), Context(world=stage.world, key="d-1"))
    await say(comment("/claude why", on=ISSUE), Context(world=stage.world, key="d-2"))

    said, why = stage.comments.on(ISSUE)
    already = f"This is already under way in #{ISSUE}: `{ID}` is **validating**."
    assert already in said
    assert "`/claude integrate … --anyway`" in said
    assert f"`/claude integrate` by requester: {already}" in why


async def test_a_flag_has_it_done_all_the_same() -> None:
    stage = staged(ASKED)

    payload = comment("/claude integrate --anyway send invoices", on=ISSUE)
    await GITHUB["issue_comment.created"](payload, Context(world=stage.world, key="d-1"))

    assert len(stage.log.integrations) == 2
