"""A label or a request for a review: whether it is meant for the bot, and who may have one begin by it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.application.configuration import PATH
from bot.application.review_heeding import after_sign, heed, sign_of
from bot.domain.review_signs import Sign, is_meant
from bot.records import Actor, Start, StepFailed
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import Payload, example, user
from tests.unit.fakes import FakeFiles, FakeSources, Stage
from tests.unit.histories import BASE, DEVELOPER, SHOP, STRANGER, VIEWER

SIGN = Sign(repository=SHOP, private=True, number=5, kind="label", name="look", by=DEVELOPER)
WANTED = b"review: {label: Look, reviewer: '@acme/Readers'}\n"


def staged(said: bytes = WANTED) -> Stage:
    files = {BASE: {PATH: said}}
    return Stage(sources=FakeSources(files=files), files=FakeFiles(files=files))


def asked(stage: Stage) -> list[tuple[str, str]]:
    past = stage.log.streams.get("review:7:5", [])
    return [(each.data["cause"], each.data["by"]["login"]) for each in past]


@pytest.mark.parametrize(
    ("kind", "name", "label", "reviewer", "meant"),
    [
        ("label", "look", "Look", None, True),
        ("label", "look", None, "look", False),
        ("label", "looks", "look", None, False),
        ("reviewer", "acme/readers", None, "@Acme/Readers", True),
        ("reviewer", "ann", None, "ann", True),
        ("reviewer", "ann", "ann", None, False),
        ("reviewer", "ann", None, "acme/ann", False),
        ("label", "", "", None, False),
    ],
)
def test_it_is_meant_where_the_repository_names_it(
    kind: Any,
    name: str,
    label: str | None,
    reviewer: str | None,
    meant: bool,  # noqa: FBT001  a table's column
) -> None:
    assert is_meant(replace(SIGN, kind=kind, name=name), label=label, reviewer=reviewer) is meant


def test_what_is_handed_to_the_workflow_comes_back_as_it_was() -> None:
    nobodys = replace(SIGN, repository=replace(SHOP, owner_id=None))

    assert sign_of(*after_sign(SIGN, key="k").args[:-1]) == SIGN
    assert sign_of(*after_sign(nobodys, key="k").args[:-1]) == nobodys


@pytest.mark.parametrize(("kind", "name"), [("label", "look"), ("reviewer", "acme/readers")])
async def test_who_may_has_one_begin_once_however_often_it_comes(kind: Any, name: str) -> None:
    stage, sign = staged(), replace(SIGN, kind=kind, name=name)

    await heed(sign, key="k", world=stage.world)
    await heed(sign, key="k", world=stage.world)

    assert asked(stage) == [(kind, DEVELOPER.login)]
    assert stage.comments.bodies == {}


@pytest.mark.parametrize(
    "stage_said", [b"", b"review: {automatic: true}\n", b"review: {label: another}\n", b"labels: [look]\n"]
)
async def test_what_the_repository_names_not_begins_nothing(stage_said: bytes) -> None:
    stage = staged(stage_said)

    await heed(SIGN, key="k", world=stage.world)

    assert stage.log.streams == {}


async def test_of_an_account_that_is_not_served_nothing_is_asked() -> None:
    stage = staged()

    await heed(replace(SIGN, repository=replace(SHOP, owner_id=99)), key="k", world=stage.world)

    assert (stage.log.streams, stage.repositories.asked) == ({}, [])


async def test_a_broken_configuration_is_taken_for_none_of_it() -> None:
    with pytest.raises(StepFailed, match="bad_configuration"):
        await heed(SIGN, key="k", world=staged(b"review: [\n").world)


async def test_who_may_not_is_told_once_and_found_by_why() -> None:
    stage, sign = staged(), replace(SIGN, by=VIEWER)

    await heed(sign, key="k", world=stage.world)
    await heed(sign, key="k", world=stage.world)

    [said] = stage.comments.on(5)
    assert "The label `look` asks me for a review here, by your word, viewer." in said
    assert [each.data["command"] for past in stage.log.streams.values() for each in past] == ["review"]


async def test_whom_the_repository_does_not_count_among_its_own_is_told_nothing() -> None:
    stage = staged()

    await heed(replace(SIGN, by=STRANGER), key="k", world=stage.world)
    await heed(replace(SIGN, by=VIEWER, private=False), key="l", world=stage.world)

    assert (stage.comments.bodies, stage.log.streams) == ({}, {})


async def test_who_is_refused_very_often_is_not_told_each_time() -> None:
    stage, sign = staged(), replace(SIGN, by=VIEWER)

    for nth in range(40):
        await heed(sign, key=f"k{nth}", world=stage.world)

    assert len(stage.comments.on(5)) == 30


def labeled(by: Actor = DEVELOPER, kind: str = "User", **changed: Any) -> Payload:
    payload = example("pull_request/labeled.2") | changed
    payload["sender"] |= user(by, kind)
    payload["label"] = {"id": 1, "name": "look"}
    payload["pull_request"]["number"] = 5
    return payload


def requested(**of: Any) -> Payload:
    payload = example("pull_request/review-requested.1")
    del payload["requested_reviewer"]
    payload["sender"] |= user(DEVELOPER)
    return payload | of


async def begun(payload: Payload) -> list[Any]:
    context = Context(world=Stage().world, key="d-1")
    await GITHUB[f"pull_request.{payload['action']}"](payload, context)
    return context.follow_ups


async def test_a_label_is_looked_at_once_for_a_delivery() -> None:
    [start] = await begun(labeled())

    assert isinstance(start, Start)
    assert (start.id, start.queue, start.partition) == ("heed-d-1", "github", str(SHOP.installation_id))
    assert start.args[5:] == (5, "label", "look", DEVELOPER.id, DEVELOPER.login, "d-1")


@pytest.mark.parametrize(
    ("of", "name"),
    [
        ({"requested_reviewer": {"id": 9, "login": "ann"}}, "ann"),
        ({"requested_team": {"id": 9, "slug": "readers"}}, "acme/readers"),
    ],
)
async def test_so_is_a_request_to_a_person_or_a_team(of: dict[str, Any], name: str) -> None:
    [start] = await begun(requested(**of))

    assert start.args[6:8] == ("reviewer", name)


@pytest.mark.parametrize("payload", [labeled(kind="Bot"), requested(), requested(requested_reviewer=None)])
async def test_what_a_program_does_or_nobody_is_asked_for_is_not(payload: Payload) -> None:
    assert await begun(payload) == []
