"""The button of a review's check: whose, of which check, and what who may not is told."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.freezing import Scope, froze
from bot.records import Actor
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example, user
from tests.unit.fake_reviews import OPEN
from tests.unit.fakes import Stage
from tests.unit.histories import ADMIN, DEVELOPER, SHOP, VIEWER

STREAM = "review:7:5"
BUTTONS = ("check_run/rerequested.2", "check_suite/rerequested.1")


def pressed(
    name: str,
    *,
    by: Actor = DEVELOPER,
    kind: str = "User",
    app: Any = "claude-code-bot",
    check: str = "Claude review",
) -> Payload:
    payload, what = example(name), name.partition("/")[0]
    payload["sender"] |= user(by, kind)
    payload[what] |= {"head_sha": OPEN.head, "app": app and {"id": 1, "slug": app}}
    if what == "check_run":
        payload[what]["name"] = check
    return payload


async def staged() -> Stage:
    """A stage on which a review of the commit has begun."""
    stage = Stage()
    await stage.notes.put(f"review-check:{SHOP.id}:{OPEN.head}", "5 31")
    return stage


async def deliver(stage: Stage, payload: Payload, *, key: str = "d-1") -> None:
    kind = "check_run.rerequested" if "check_run" in payload else "check_suite.rerequested"
    await GITHUB[kind](payload, Context(world=stage.world, key=key))


def asked(stage: Stage) -> list[tuple[str, str]]:
    past = stage.log.streams.get(STREAM, [])
    return [(each.data["cause"], each.data["by"]["login"]) for each in past]


@pytest.mark.parametrize("button", BUTTONS)
async def test_it_asks_once_however_often_the_delivery_comes(button: str) -> None:
    stage = await staged()

    await deliver(stage, pressed(button))
    await deliver(stage, pressed(button))

    assert asked(stage) == [("rerun", DEVELOPER.login)]
    assert stage.review_checks.reworded == []


@pytest.mark.parametrize(
    "other",
    [
        {"app": "somebody-else"},
        {"app": None},
        {"check": "Claude Code Bot"},
        {"by": ADMIN, "kind": "Bot"},
    ],
)
async def test_anothers_check_or_a_program_asks_for_nothing(other: dict[str, Any]) -> None:
    stage = await staged()

    await deliver(stage, pressed(BUTTONS[0], **other))

    assert (asked(stage), stage.review_checks.reworded) == ([], [])


@pytest.mark.parametrize("button", BUTTONS)
async def test_of_a_commit_that_was_never_reviewed_nothing_is(button: str) -> None:
    stage = Stage()

    await deliver(stage, pressed(button))

    assert stage.log.streams == {}


async def test_who_may_not_is_told_at_the_check_and_found_by_why() -> None:
    stage = await staged()

    await deliver(stage, pressed(BUTTONS[0], by=VIEWER))
    await deliver(stage, pressed(BUTTONS[0], by=VIEWER))

    assert asked(stage) == []
    assert stage.review_checks.reworded == [(31, "Not run again")] * 2
    [refused] = [each.data for past in stage.log.streams.values() for each in past]
    assert (refused["command"], refused["code"]) == ("review", "not_allowed")


@pytest.mark.parametrize(
    ("changed", "title"),
    [({"is_open": False}, "Not run again"), ({"head": "n" * 40}, "Run again for a newer commit")],
)
async def test_whoever_gets_no_review_of_that_commit_is_told_so(changed: dict[str, Any], title: str) -> None:
    stage = await staged()
    stage.reviews.pull = replace(OPEN, **changed)

    await deliver(stage, pressed(BUTTONS[0]))

    assert asked(stage) == [("rerun", DEVELOPER.login)]
    assert stage.review_checks.reworded == [(31, title)]


async def test_nothing_is_run_again_while_it_is_frozen() -> None:
    stage = await staged()
    scope = Scope(level="repo", id=SHOP.id, name=SHOP.full_name, installation=SHOP.installation_id)
    frozen = froze(scope, by=ADMIN, why="Stocktaking", until=None)
    await stage.log.append(scope.stream, [frozen], after=0, key="f", meta={"key": "f"}, row={}, follow_ups=[])

    await deliver(stage, pressed(BUTTONS[0]))

    assert asked(stage) == []
    assert "Stocktaking" in stage.review_checks.summed_up
