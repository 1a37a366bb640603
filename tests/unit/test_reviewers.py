"""Asking for reviews: whom the base's CODEOWNERS names, once, and never in the way of the run."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec import structs

from bot.application import publishing, reviewers
from bot.application.fact_words import told
from bot.domain import events as e
from bot.domain.codeowners import LARGEST_BYTES, MOST_RULES
from bot.records import StepFailed, Unavailable
from tests.unit.fakes import Died, FakeSources, Stage
from tests.unit.histories import (
    AGREED,
    BASE,
    COMMIT,
    ID,
    OPENED,
    SPEC,
    UP_AGAIN,
    UP_FOR_REVIEW,
    History,
    integration,
    kept,
)

OWNERS = "* @developer @requester\n/shop/ @developer @acme/billing\n"


def asking(history: History, *names: str) -> History:
    """The same, where these are to be asked."""
    agreed = structs.replace(SPEC, reviewers=names or ("codeowners",))
    return tuple(agreed if event is SPEC else event for event in history)


def staged(history: History, files: Mapping[str, str] | None = None, **more: Any) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    held = {".github/CODEOWNERS": OWNERS} if files is None else files
    stage.sources = FakeSources({BASE: {path: text.encode() for path, text in held.items()}}, **more)
    return stage


async def asked(stage: Stage, key: str = "k") -> e.ReviewersAsked:
    standing = await publishing.create_pull_request(stage.world, ID, key=key)
    assert standing == ["reviewing", None]
    fact = stage.log.events()[-1]
    assert isinstance(fact, e.ReviewersAsked)
    return fact


async def test_the_owners_of_the_changed_files_are_asked_in_one_call() -> None:
    stage = staged(asking(OPENED))

    fact = await asked(stage)

    assert fact == e.ReviewersAsked(head=COMMIT, names=("@developer", "@acme/billing"))
    assert stage.pulls.review_calls == [("@developer", "@acme/billing")]


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"docs/CODEOWNERS": "* @c"}, ("@c",)),
        ({"docs/CODEOWNERS": "* @c", "CODEOWNERS": "* @b"}, ("@b",)),
        ({"docs/CODEOWNERS": "* @c", "CODEOWNERS": "* @b", ".github/CODEOWNERS": "* @a"}, ("@a",)),
        ({".github/CODEOWNERS": "", "CODEOWNERS": "* @b"}, ()),
        ({}, ()),
    ],
)
async def test_the_first_place_that_has_the_file_counts(
    files: dict[str, str], names: tuple[str, ...]
) -> None:
    stage = staged(asking(OPENED), files)

    assert (await asked(stage)).names == names
    assert len(stage.pulls.review_calls) == bool(names)


async def test_those_who_are_listed_are_asked_whoever_owns_the_files() -> None:
    assert (await asked(staged(asking(OPENED, "@admin", "@requester")))).names == ("@admin",)


async def test_where_nobody_is_to_be_asked_nothing_is_said_of_it() -> None:
    stage = staged(OPENED)

    await publishing.create_pull_request(stage.world, ID, key="k")

    assert isinstance(stage.log.events()[-1], e.CheckOpened)


async def test_one_whom_github_does_not_know_keeps_no_other_from_being_asked() -> None:
    stage = staged(asking(OPENED))
    stage.pulls.unknown = {"@acme/billing"}

    fact = await asked(stage)

    assert (fact.names, fact.refused, fact.trouble) == (("@developer",), ("@acme/billing",), "")
    assert len(stage.pulls.review_calls) == 3


async def test_a_github_that_refuses_the_whole_is_noted_and_nothing_fails() -> None:
    stage = staged(asking(OPENED))
    stage.pulls.mute = StepFailed("github_forbidden")

    fact = await asked(stage)

    assert (fact.names, fact.trouble) == ((), "github_forbidden")


async def test_a_github_that_is_away_is_asked_again() -> None:
    stage = staged(asking(OPENED))
    stage.pulls.mute = Unavailable("github_unreachable")

    with pytest.raises(Unavailable):
        await publishing.create_pull_request(stage.world, ID, key="k")


async def test_they_are_asked_once_though_the_result_was_not_noted() -> None:
    stage = staged(asking(OPENED))
    stage.effects.dies_at = "reviewers:"
    with pytest.raises(Died):
        await publishing.create_pull_request(stage.world, ID, key="k")

    fact = await asked(stage)

    assert (fact.names, len(stage.pulls.review_calls)) == (("@developer", "@acme/billing"), 1)


async def test_what_was_intended_and_never_tried_is_asked() -> None:
    stage = staged(asking(OPENED))
    stage.effects.known[f"reviewers:{ID}:{COMMIT}"] = None

    await asked(stage)

    assert len(stage.pulls.review_calls) == 1


async def test_a_further_commit_asks_only_those_who_were_not_asked() -> None:
    before = e.ReviewersAsked(head=COMMIT, names=("@developer",), refused=("@acme/billing",))
    stage = staged((*asking(UP_AGAIN), before))

    fact = await reviewers.ask_reviewers(integration(stage.log.events()), stage.world, key="k")

    assert fact.reviews_asked[-1].names == ()
    assert stage.pulls.review_calls == []


@pytest.mark.parametrize("owners", ["* @a\n" * (MOST_RULES + 1), "#" * (LARGEST_BYTES + 1)])
async def test_a_file_beyond_the_limit_names_nobody_and_that_is_said(owners: str) -> None:
    fact = await asked(staged(asking(OPENED), {"CODEOWNERS": owners}))

    assert (fact.names, fact.trouble) == ((), "codeowners_too_large")


async def test_a_link_in_its_place_is_not_followed() -> None:
    stage = staged(asking(OPENED), {"CODEOWNERS": "/etc/passwd"}, modes={"CODEOWNERS": "120000"})

    assert (await asked(stage)).trouble == "codeowners_too_large"


async def test_pi_08_what_the_change_makes_of_the_file_counts_for_nothing() -> None:
    change = kept(
        json.dumps({"base": BASE, "files": {"CODEOWNERS": [kept("* @stranger\n"), False], "a": None}})
    )
    history = tuple(
        structs.replace(event, change=change) if isinstance(event, (e.CodeGenerated, e.ToolsRun)) else event
        for event in asking(OPENED)
    )

    fact = await asked(staged(history, {"CODEOWNERS": "* @developer"}))

    assert fact.names == ("@developer",)


async def test_what_was_asked_of_whom_is_told_without_calling_them() -> None:
    fact = e.ReviewersAsked(
        head=COMMIT, names=("@a",), refused=("@b",), left_out=2, trouble="github_forbidden"
    )

    assert told(fact) == (
        "asked for a review: `@\u200ba`, but GitHub did not take `@\u200bb`, and 2 others left out "
        "(`github_forbidden`)"
    )
    assert told(e.ReviewersAsked(head=COMMIT, names=())) == "asked for a review: nobody"


def test_a_run_that_began_before_there_was_such_a_setting_asks_nobody() -> None:
    assert not integration(UP_FOR_REVIEW).needs_reviewers
    assert integration(AGREED).reviewers == ()
