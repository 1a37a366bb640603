"""A title that a person gives: what can be one, and how it comes onto the pull request once."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.application import answer_words, status_words
from bot.application.asked import Adjust, RaiseBudget
from bot.application.commands import handle
from bot.application.notifying import show_status
from bot.application.projections import row_of
from bot.application.steps import title_and_body
from bot.application.titling import show_title
from bot.application.views import view_of
from bot.domain import events as e
from bot.domain.freezing import Freeze, Scope
from bot.domain.integration import fold
from bot.domain.money import ChangedSince
from bot.domain.titling import LONGEST, is_title, retitle
from bot.records import PullRequest
from tests.unit.fakes import FakeClock, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ANOTHER,
    BEGAN,
    BRANCH,
    COMMIT,
    DEVELOPER,
    HELD_UP,
    ID,
    PULL,
    SHOP,
    UP_FOR_REVIEW,
    WORKED,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

PAID: Final = "Paid invoices to the ERP"
TITLED: Final = e.Titled(by=DEVELOPER, title=PAID)


def staged(history: History) -> Stage:
    stage = Stage(clock=FakeClock(time=datetime(2026, 1, 1, 10, tzinfo=UTC)))
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, title="Send paid invoices")
    return stage


async def shown(stage: Stage, *freezes: Freeze) -> list[tuple[int, str]]:
    """What GitHub was told to call it, once people are told how it stands."""
    await show_title(fold(ID, e.decode(stage.log.streams[ID])), freezes, stage.world)
    return stage.pulls.retitled


def asks(title: str, seen: int, by: Any = DEVELOPER) -> Adjust:
    return Adjust(by=by, repository=SHOP, integration_id=ID, title=title, seen=seen)


@pytest.mark.parametrize(
    "text", ["a", PAID, "x" * LONGEST, "Größe `x` **y** <b> @all #1", "数 🎉", "☎\ufe0f"]
)
def test_a_title_is_any_line_in_which_everything_is_seen(text: str) -> None:
    assert is_title(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " a", "a ", "x" * (LONGEST + 1), "a\nb", "a\tb", "a\rb", "a\0b", "\x1b[31ma", "a\u200bb"),
        *("a\u202eb", "\ufeffa", "a\u2028b", "\ud800", "a\ufe0f", "\U000e0041a", "a\x85b", "\u3164"),
    ],
    ids=ascii,
)
def test_what_is_not_seen_or_moves_the_text_is_none(text: str) -> None:
    assert not is_title(text)


@given(st.text(max_size=LONGEST))
def test_what_is_one_is_shown_as_it_is(text: str) -> None:
    assert not is_title(text) or all(map(is_seen, text))


def is_seen(one: str) -> bool:
    """A character that is drawn, the space of whatever script, or what makes a sign colourful."""
    return one.isprintable() or unicodedata.category(one) == "Zs" or one == "\ufe0f"


def test_the_same_again_changes_nothing() -> None:
    assert retitle(integration(WORKED), by=DEVELOPER, title=PAID) == [TITLED]
    assert retitle(integration((*WORKED, TITLED)), by=ADMIN, title=PAID) == []


@pytest.mark.parametrize("history", [WORKED, UP_FOR_REVIEW, ACTIVE, failed(*WORKED), cancelled(*WORKED)])
def test_it_moves_nothing(history: History) -> None:
    before, after = integration(history), integration((*history, TITLED))

    assert replace(after, title="", titles=0, version=before.version) == before


def test_it_stays_what_does_not_answer_meanwhile() -> None:
    assert integration((*WORKED, HELD_UP, TITLED)).held_up == HELD_UP


def test_it_outlives_what_begins_anew() -> None:
    again = e.Retried(by=ADMIN, state="validating", attempt=2)

    assert integration((*failed(*WORKED, TITLED), again)).title == PAID
    assert integration((*ACTIVE, TITLED, ANOTHER)).title == PAID
    assert integration((*ACTIVE, TITLED, ANOTHER)).titles == 1


async def test_who_may_write_may_call_it_something_else_where_it_is_still_what_they_saw() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.repositories.roles = {DEVELOPER.id: "write"}
    version = len(UP_FOR_REVIEW)

    it = await handle(asks(PAID, version), key="k-1", door="api", world=stage.world)
    again = await handle(asks(PAID, version), key="k-1", door="api", world=stage.world)

    assert (it.title, again.version) == (PAID, version + 1)
    with pytest.raises(ChangedSince):
        await handle(asks("Other", version), key="k-2", door="api", world=stage.world)


async def test_with_more_money_it_is_one_fact_beside_the_other_or_neither() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.repositories.roles = {ADMIN.id: "admin"}
    both = RaiseBudget(
        by=ADMIN, repository=SHOP, integration_id=ID, up_to=9_000_000, seen=len(UP_FOR_REVIEW), title=PAID
    )

    it = await handle(both, key="k-1", door="api", world=stage.world)

    assert (it.title, it.micro_usd_allowed) == (PAID, 9_000_000)
    with pytest.raises(ChangedSince):
        await handle(replace(both, title="Other"), key="k-2", door="api", world=stage.world)
    assert integration(tuple(e.decode(stage.log.streams[ID]))).title == PAID


async def test_the_pull_request_gets_it_once_and_what_a_person_writes_there_stays() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))

    assert await shown(stage) == [(PULL, PAID)]
    stage.pulls.has(PULL, BRANCH, COMMIT, title="By hand")
    assert await shown(stage) == [(PULL, PAID)]


async def test_what_github_shows_already_is_not_said_again() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))
    stage.pulls.has(PULL, BRANCH, COMMIT, title=PAID)

    assert await shown(stage) == []


async def test_a_title_that_is_given_back_is_shown_again() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))
    await shown(stage)
    other = (e.Titled(by=DEVELOPER, title="Other"), TITLED)
    stage.log.holds((*UP_FOR_REVIEW, TITLED, *other[:1]))
    await shown(stage)
    stage.log.holds((*UP_FOR_REVIEW, TITLED, *other))

    assert await shown(stage) == [(PULL, PAID), (PULL, "Other"), (PULL, PAID)]


async def test_a_description_that_was_under_way_meanwhile_does_not_have_the_last_word() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))
    await shown(stage)
    stage.pulls.has(PULL, BRANCH, COMMIT, title="Send paid invoices")
    stage.log.holds((*UP_FOR_REVIEW, TITLED, e.PullRequestDescribed(head="d" * 40, shown_at="")))

    assert await shown(stage) == [(PULL, PAID), (PULL, PAID)]


async def test_killed_after_github_was_told_it_is_not_told_again() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))
    await stage.effects.begin(f"title:{ID}:1:{integration(UP_FOR_REVIEW).described}")
    stage.pulls.has(PULL, BRANCH, COMMIT, title=PAID)

    assert await shown(stage) == []


@pytest.mark.parametrize(
    "history",
    [UP_FOR_REVIEW, (*WORKED, TITLED), (*ACTIVE, TITLED), (*cancelled(*UP_FOR_REVIEW), TITLED)],
    ids=["no title", "no pull request", "merged", "stopped"],
)
async def test_where_there_is_nothing_to_call_so_nothing_is_asked(history: History) -> None:
    stage = staged(history)

    assert await shown(stage) == []
    assert stage.pulls.read == 0


async def test_while_it_is_frozen_the_pull_request_is_left() -> None:
    freeze = Freeze(scope=Scope(level="repository", id=SHOP.id), by=None, why="", since=BEGAN, until=None)
    stage = staged((*UP_FOR_REVIEW, TITLED))

    assert await shown(stage, freeze) == []
    assert await shown(stage) == [(PULL, PAID)]


async def test_a_pull_request_that_somebody_closed_is_left() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))
    stage.pulls.has(PULL, BRANCH, COMMIT, title="Old", state="closed")

    assert await shown(stage) == []


async def test_one_that_is_no_draft_still_says_that_its_tests_are_under_way() -> None:
    judged = tuple(
        replace_tester(each) for each in (*WORKED, e.CodeGenerated(attempt=1, change="", files=1, summary=""))
    )
    opened = e.PullRequestCreated(number=PULL, head=COMMIT)
    stage = staged((*judged, opened, TITLED))

    assert await shown(stage) == [(PULL, f"[tests under way] {PAID}")]


def replace_tester(event: e.Event) -> e.Event:
    return structs.replace(event, tester="checks") if isinstance(event, e.RequestValidated) else event


async def test_a_pull_request_that_is_yet_to_come_is_called_so_from_the_start() -> None:
    stage = staged((*UP_FOR_REVIEW, e.Titled(by=DEVELOPER, title="Fixes #1 for @all")))

    title, _ = await title_and_body(fold(ID, e.decode(stage.log.streams[ID])), stage.world)

    assert title.replace("\u200b", "") == "Fixes #1 for @all"
    assert "@all" not in title
    assert "Fixes #" not in title


def test_the_status_comment_shows_it_and_does_not_read_it() -> None:
    history = (*UP_FOR_REVIEW, e.Titled(by=DEVELOPER, title="# `x` **[y](http://z)** @all"))

    said = status_words.status_comment(view_of(integration(history), recorded(history)))

    assert "\n`# 'x' **[y](http://z)** @\u200ball`. Asked for by @requester." in said


async def test_telling_how_it_stands_brings_both_up_to_date() -> None:
    stage = staged((*UP_FOR_REVIEW, TITLED))

    await show_status(stage.world, ID, len(UP_FOR_REVIEW) + 1, 0, key="k")

    [comment] = stage.comments.on(3)
    assert f"`{PAID}`. Asked for by" in comment
    assert stage.pulls.there[PULL][1] == PullRequest(
        number=PULL,
        head=COMMIT,
        base="main",
        state="open",
        merged=False,
        merge_sha=None,
        opened_at=stage.pulls.there[PULL][1].opened_at,
        title=PAID,
    )


def test_the_list_shows_it_and_does_not_read_it() -> None:
    row = {**row_of(integration(UP_FOR_REVIEW)), "title": "a|b `c` @all"}

    [_, _, titled] = answer_words.listed([row], wanted="all").splitlines()
    [_, _, plain] = answer_words.listed([{**row, "title": None}], wanted="all").splitlines()

    assert titled.startswith(f"| `{ID}` `a\\|b 'c' @\u200ball` | requester | #3 |")
    assert plain.startswith(f"| `{ID}` | requester | #3 |")
