"""Money: amounts, shares of a ceiling, top-ups, and what was spent in a month."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.application import money_words
from bot.application.announcing import announce
from bot.application.spending import check_month, spending
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.money import (
    BudgetNotLowered,
    ChangedSince,
    Spending,
    check_seen,
    micro_dollars,
    month_of,
    more_than_now,
    nearly_spent,
    raise_budget,
    stream_of,
)
from bot.domain.policy import NothingWaits, Rules
from bot.records import StepFailed
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    AGREED,
    ID,
    ISSUE,
    MORE,
    RESTING,
    SHOP,
    WORKED,
    History,
    cancelled,
    failed,
    integration,
)
from tests.unit.test_handlers import says

SPENT = Spending(month="2026-01", repository=10, repository_allowed=50, owner=10, owner_allowed=None)
DEAR = replace(integration(WORKED), micro_usd=4_000_000)


@pytest.mark.parametrize(
    ("spent", "reached", "near"),
    [
        (SPENT, None, None),
        (replace(SPENT, repository=39), None, None),
        (replace(SPENT, repository=40), None, "repository"),
        (replace(SPENT, repository=50), "monthly_budget", "repository"),
        (replace(SPENT, owner_allowed=100, owner=79), None, None),
        (replace(SPENT, owner_allowed=100, owner=80), None, "owner"),
        (replace(SPENT, owner_allowed=100, owner=100, repository=50), "owner_budget", "owner"),
    ],
)
def test_a_month_has_two_ceilings(spent: Spending, reached: str | None, near: str | None) -> None:
    assert (spent.reached(), spent.nearly()) == (reached, near)


@pytest.mark.parametrize(
    ("it", "which"),
    [
        (DEAR, "dollars"),
        (replace(DEAR, micro_usd=3_999_999), None),
        (replace(DEAR, micro_usd=0, tokens=1_600_000), "tokens"),
        (replace(DEAR, micro_usd=0, turns=48), "turns"),
    ],
)
def test_four_fifths_of_a_ceiling_are_nearly_all_of_it(it: Integration, which: str | None) -> None:
    assert nearly_spent(it) == which


def test_a_top_up_brings_as_much_of_all_as_a_run_of_so_many_dollars_has() -> None:
    [more] = raise_budget(integration(WORKED), by=ADMIN, micro_usd=1_000_001, rules=Rules())

    assert more == e.BudgetRaised(by=ADMIN, micro_usd=1_000_001, turns=13, tokens=400_001, minutes=25)


def test_where_a_run_has_no_dollars_a_top_up_brings_as_much_as_a_run_has() -> None:
    [more] = raise_budget(integration(WORKED), by=ADMIN, micro_usd=1, rules=Rules(micro_usd=0))

    assert more == e.BudgetRaised(by=ADMIN, micro_usd=1, turns=60, tokens=2_000_000, minutes=120)


def test_what_failed_may_get_more_to_be_tried_again_with() -> None:
    assert raise_budget(integration(failed(*cancelled(*WORKED))), by=ADMIN, micro_usd=1, rules=Rules())


@pytest.mark.parametrize("history", [ACTIVE, cancelled(*WORKED)])
def test_what_is_over_gets_no_more(history: History) -> None:
    with pytest.raises(NothingWaits):
        raise_budget(integration(history), by=ADMIN, micro_usd=1, rules=Rules())


def test_a_budget_is_set_to_a_sum_and_only_grows() -> None:
    it = integration(WORKED)

    assert more_than_now(it, 7_500_000) == 2_500_000
    assert more_than_now(it, 5_000_000) == 0
    with pytest.raises(BudgetNotLowered):
        more_than_now(it, 4_999_999)
    assert raise_budget(it, by=ADMIN, micro_usd=0, rules=Rules()) == []


def test_what_is_meant_for_what_was_seen_is_for_nothing_later() -> None:
    it = integration(WORKED)

    check_seen(it, None)
    check_seen(it, it.version)
    with pytest.raises(ChangedSince):
        check_seen(it, it.version - 1)


def test_what_was_raised_may_be_used_up() -> None:
    before, after = integration(WORKED), integration((*WORKED, MORE))

    assert (after.turns_allowed, after.tokens_allowed) == (120, 4_000_000)
    assert (after.micro_usd_allowed, after.minutes_allowed) == (10_000_000, None)
    assert (before.micro_usd, before.turns) == (after.micro_usd, after.turns)


@pytest.mark.parametrize(("said", "read"), [("5", 5_000_000), ("$0.25", 250_000), ("five", None)])
def test_an_amount_is_digits(said: str, read: int | None) -> None:
    assert micro_dollars(said) == read


# --- the month -----------------------------------------------------------------------------------------


async def test_ab_01_what_was_asked_for_last_month_counts_for_what_it_costs_in_this_one() -> None:
    stage = Stage()
    stage.log.holds(WORKED, stream="old")
    stage.clock.time = datetime(2026, 2, 1, 9, tzinfo=UTC)
    stage.log.streams["old"][-1] = stage.log.streams["old"][-1]._replace(at=stage.clock.time)
    stage.log.rows["old"]["updated_at"] = stage.clock.time.isoformat()
    stage.log.holds(WORKED, stream="over")

    spent = await spending(SHOP, stage.world)

    assert (spent.month, spent.repository) == (month_of(stage.clock.time), 10_000)


async def test_ab_01_an_app_that_was_installed_anew_has_spent_what_it_had() -> None:
    stage = Stage()
    stage.log.holds(WORKED, stream="before")
    stage.log.rows["before"]["installation_id"] = 8

    assert (await spending(SHOP, stage.world)).repository == integration(WORKED).micro_usd


async def test_ab_01_an_account_has_spent_what_all_its_repositories_have() -> None:
    stage = Stage(rules=Rules(owners_micro_usd=60_000))
    stage.log.holds(WORKED, stream="here")
    stage.log.holds(WORKED, stream="elsewhere")
    stage.log.rows["elsewhere"]["repository_id"] = 8
    one = integration(WORKED).micro_usd

    spent = await spending(SHOP, stage.world)

    assert (spent.repository, spent.owner) == (one, 2 * one)
    with pytest.raises(StepFailed, match="owner_budget"):
        await check_month(integration(WORKED).repository, stage.world)


# --- budget --------------------------------------------------------------------------------------------


async def test_a_budget_is_shown_and_raised() -> None:
    stage = Stage()
    stage.log.holds((*AGREED, RESTING))

    shown = await says("/claude budget", stage, by=ADMIN)
    raised = await says("/claude budget +2.50", stage, key="d-2", by=ADMIN)

    assert "has used $0.01 of $5.00, 1 of 60 model turns" in shown[0]
    assert "In January 2026 (UTC) this repository has spent $0.01 of $50.00" in shown[0]
    assert raised[1] == money_words.run_raised(stage.log.integration(), by="admin")
    assert "it may use up $7.50 now, 90 model turns and 3,000,000 tokens" in raised[1]


async def test_a_month_is_raised_once_and_wakes_whoever_rests_for_it() -> None:
    stage = Stage(rules=Rules(monthly_micro_usd=1))
    stage.log.holds((*AGREED, e.Paused(cause="monthly_budget", detail="")))

    await says("/claude budget month +20", stage, by=ADMIN)
    said = await says("/claude budget month +20", stage, by=ADMIN)

    assert "this repository may spend $20.00 in January 2026 now" in said[0]
    assert [fact.type for fact in stage.log.streams[stream_of(SHOP.id)]] == ["MonthRaised"]
    assert [each.workflow_id for each in stage.log.follow_ups] == [f"int-{ID}"]  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["five", "+0", "5", "+1e9", "month five", "+5 +5", "year +5"])
async def test_what_is_no_amount_adds_nothing(words: str) -> None:
    stage = Stage()
    stage.log.holds(AGREED)

    [said] = await says(f"/claude budget {words}", stage, by=ADMIN)

    assert "is nothing that I could add" in said
    assert list(stage.log.streams) == [ID]


# --- what is said once ---------------------------------------------------------------------------------


async def test_what_is_nearly_used_up_is_said_once_for_each_height_of_the_ceiling() -> None:
    stage = Stage()
    for it in (DEAR, DEAR, replace(DEAR, micro_usd_allowed=5_000_001, micro_usd=5_000_000)):
        await announce(it, stage.world)

    [first, second] = stage.comments.on(ISSUE)
    assert "has used up four fifths of its $5.00. At the ceiling it rests and asks" in first
    assert "of its $5.00" in second


async def test_what_the_month_has_nearly_used_up_is_said_once() -> None:
    stage = Stage(rules=Rules(monthly_micro_usd=35_000))
    stage.log.holds(WORKED)

    for _ in range(2):
        await announce(integration(WORKED), stage.world)

    [said] = stage.comments.on(ISSUE)
    assert "This repository has spent $0.03 of its $0.04 of January 2026." in said


async def test_an_account_that_has_nearly_used_its_month_up_is_told_once_of_all_its_repositories() -> None:
    stage = Stage(rules=Rules(owners_micro_usd=31_000))
    stage.log.holds(WORKED)
    elsewhere = replace(integration(WORKED), repository=replace(SHOP, id=8))

    for it in (integration(WORKED), elsewhere):
        await announce(it, stage.world)

    [said] = stage.comments.on(ISSUE)
    assert "This account has spent $0.03 of its $0.03 of January 2026." in said


async def test_what_rests_says_so_once_for_each_rest() -> None:
    stage = Stage()
    once, twice = (*WORKED, RESTING), (*WORKED, RESTING, MORE, e.Resumed(), RESTING)
    for history in (once, once, twice):
        await announce(integration(history), stage.world)

    assert ["has used up its $5.00" in said for said in stage.comments.on(ISSUE)] == [True, False]
