"""Linking a Slack account with one on GitHub."""

from datetime import timedelta
from typing import Final

import pytest

from bot.application.slack_linking import acts_as, all_links, link, link_of, offered, unlink
from bot.domain.slack_links import LINKED, TO_FOLLOW, UNLINKED, NotLinked, TicketOver, short, stream_of
from bot.records import Actor
from bot.slack_link_records import SlackUser, Ticket
from tests.unit.fakes import Stage

ADA: Final = Actor(id=1, login="ada")
EVE: Final = Actor(id=2, login="eve")
HERE: Final = SlackUser(team="T1", id="U1")
ELSEWHERE: Final = SlackUser(team="T2", id="U1")
IN_A_GRID: Final = SlackUser(team="T1", id="U1", enterprise="E1")


class Once:
    """Everything once."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    async def use_up(self, text: str, at: object) -> bool:
        is_new = text not in self.used
        self.used.add(text)
        return is_new


def ticket(stage: Stage, user: SlackUser = HERE) -> Ticket:
    return offered(user, name="alice", workspace="acme", at=stage.clock.now())


async def test_sl_10_who_is_not_linked_is_nobody_whatever_they_are_called() -> None:
    stage = Stage()
    await link(ticket(stage), ADA, kept=stage, used=Once())

    for other in (ELSEWHERE, IN_A_GRID, SlackUser(team="T1", id="U2")):
        with pytest.raises(NotLinked):
            await acts_as(other, stage)
    assert await acts_as(HERE, stage) == ADA


async def test_sl_10_a_link_is_a_fact_of_ids_and_says_by_whom() -> None:
    stage = Stage()
    made = await link(ticket(stage), ADA, kept=stage, used=Once())

    [fact] = stage.log.streams[stream_of(HERE)]
    assert (fact.type, fact.data["person"], fact.data["user"]) == (
        LINKED,
        {"id": 1, "login": "ada"},
        {"enterprise": None, "team": "T1", "id": "U1"},
    )
    assert (fact.meta["by"], fact.meta["door"]) == (1, "slack")
    assert (made.person, (await all_links(stage))[0].person) == (ADA, ADA)


async def test_sl_11_a_ticket_is_good_once() -> None:
    stage, once = Stage(), Once()
    it = ticket(stage)
    await link(it, ADA, kept=stage, used=once)

    with pytest.raises(TicketOver, match="ticket_used"):
        await link(it, EVE, kept=stage, used=once)

    assert await acts_as(HERE, stage) == ADA


@pytest.mark.parametrize("by", [TO_FOLLOW, timedelta(days=1), timedelta(seconds=-1)])
async def test_sl_11_a_ticket_is_good_for_ten_minutes(by: timedelta) -> None:
    stage, once = Stage(), Once()
    it = ticket(stage)
    stage.clock.time += by

    with pytest.raises(TicketOver, match="ticket_over"):
        await link(it, ADA, kept=stage, used=once)

    assert (once.used, stage.log.streams) == (set(), {})


@pytest.mark.parametrize("unlinked", [True, False])
async def test_sl_11_a_ticket_is_over_with_what_was_said_of_the_account_since(*, unlinked: bool) -> None:
    stage, once = Stage(), Once()
    lost = offered(HERE, name="alice", workspace="acme", at=stage.clock.now() - timedelta(minutes=1))
    await link(ticket(stage), ADA, kept=stage, used=once)
    if unlinked:
        await unlink(HERE, cause="deactivated", key="d-1", kept=stage)

    with pytest.raises(TicketOver, match="ticket_outdated"):
        await link(lost, EVE, kept=stage, used=once)

    held = await link_of(HERE, stage)
    assert (held and held.person) == (None if unlinked else ADA)


async def test_sl_11_what_is_no_ticket_links_nothing() -> None:
    with pytest.raises(TicketOver, match="ticket_unknown"):
        await link(None, ADA, kept=Stage(), used=Once())


def test_sl_11_a_ticket_has_128_random_bits() -> None:
    stage = Stage()
    nonces = {ticket(stage).nonce for _ in range(50)}

    assert len(nonces) == 50
    assert {len(nonce) for nonce in nonces} == {22}


async def test_the_newest_link_counts() -> None:
    stage = Stage()
    for person in (ADA, EVE):
        await link(ticket(stage), person, kept=stage, used=Once())

    assert await acts_as(HERE, stage) == EVE
    assert [each.person for each in await all_links(stage)] == [EVE]


async def test_who_unlinks_acts_as_nobody_and_the_same_delivery_says_it_once() -> None:
    stage = Stage()
    await link(ticket(stage), ADA, kept=stage, used=Once())

    first = await unlink(HERE, cause="asked", key="d-1", kept=stage)
    again = await unlink(HERE, cause="asked", key="d-1", kept=stage)
    later = await unlink(HERE, cause="asked", key="d-2", kept=stage)

    assert first == again
    assert (first and first.person, later) == (ADA, None)
    assert [each.type for each in stage.log.streams[stream_of(HERE)]] == [LINKED, UNLINKED]
    assert (await link_of(HERE, stage), await all_links(stage)) == (None, [])


async def test_links_are_listed_by_the_person_that_they_act_as() -> None:
    stage = Stage()
    for user, person in ((HERE, EVE), (ELSEWHERE, ADA), (IN_A_GRID, EVE)):
        await link(ticket(stage, user), person, kept=stage, used=Once())

    assert [each.user for each in await all_links(stage)] == [ELSEWHERE, HERE, IN_A_GRID]


@pytest.mark.parametrize(
    ("name", "kept"), [("alice", "alice"), ("a\x1b\u202eb", "ab"), ("é" * 40, "é" * 20), ("", "")]
)
def test_a_name_is_as_long_as_an_address_has_room_for(name: str, kept: str) -> None:
    assert short(name) == kept
