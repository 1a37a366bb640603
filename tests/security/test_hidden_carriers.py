"""PI-02, PI-03: what a reader does not see does not arrive at Claude, by any of the ways to it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import pytest
from msgspec import structs

from bot.application.coding import coding_question
from bot.application.validating import consult, survey_repository
from bot.domain import events as e
from standins.claude_replies import says
from tests.contracts.claude_desk import Desk, always, desk
from tests.security.test_visible import CARRIERS, INVISIBLE, ORDER
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import BASE, ID, REQUEST, SENT_BACK, TAKEN_UP, WISH, History, integration, kept

LEAST: Final = 40
SEEN: Final = "A reader sees this."
# Half a character can neither be stored nor sent.
STORED: Final = tuple(text for text in INVISIBLE if text != "a\ud800")
# The ways: what was asked, the title and text, the answer to a question, a reviewer's parts, and how
# the repository introduces itself.
WAYS: Final = ("request", "issue_title", "issue_body", "answer", "wish", "readme")


def history(way: str, hostile: str) -> History:
    """An integration in which this text came by this way."""
    text = f"{SEEN}\n\n{hostile}"
    if way == "wish":
        wish = structs.replace(WISH, said=kept(json.dumps({"parts": [text], "others": []})))
        return (*(each for each in SENT_BACK[:-1] if not _is_of_tools(each)), wish)
    if way == "answer":
        asked = e.QuestionsAsked(questions=kept("- Which?"))
        return (*TAKEN_UP, asked, e.Answered(by=REQUEST.by, text=kept(text)))
    texts = {"request": "send invoices", "issue_title": "ERP", "issue_body": "Please.", way: text}
    return (structs.replace(REQUEST, request=kept(json.dumps(texts))), *TAKEN_UP[1:])


def _is_of_tools(event: e.Event) -> bool:
    return isinstance(event, e.ToolsRun) or (
        isinstance(event, e.TurnTaken) and event.stop_reason == "tool_use"
    )


@pytest.fixture
async def here() -> AsyncIterator[Desk]:
    async with desk(always(says("{}"))) as it:
        yield it


async def arrives(here: Desk, way: str, hostile: str) -> str:
    """What Claude's stand-in was sent."""
    past = history(way, hostile)
    stage = Stage()
    stage.log.holds(past)
    files = {".github/claude-bot.yml": b"test: pytest -q\n"}
    if way == "readme":
        files["README.md"] = f"{SEEN}\n\n{hostile}".encode()
    stage.sources = FakeSources(files={BASE: files})
    world = replace(stage.world, claude=here.client)
    key = f"{way} {hostile}"
    if way == "wish":
        question = await coding_question(world, integration(past))
        await here.asks(question, key=key)
    else:
        await consult(world, ID, await survey_repository(world, ID, key=f"{key}-s"), key=key)
    return json.dumps(here.claude.requests[-1], ensure_ascii=False)


@pytest.mark.parametrize("way", WAYS)
async def test_pi_03_no_hidden_carrier_arrives(way: str, here: Desk) -> None:
    found = []
    for carrier in CARRIERS:
        arrived = await arrives(here, way, carrier)
        assert SEEN in arrived
        found += [carrier] if ORDER in arrived else []

    assert found == []


@pytest.mark.parametrize("way", WAYS)
async def test_pi_03_no_character_that_shows_nothing_arrives(way: str, here: Desk) -> None:
    for text in STORED:
        arrived = await arrives(here, way, text)
        hidden = {one for one in text if one not in {"a", "&"} and not one.isascii()}

        assert SEEN in arrived
        assert not hidden.intersection(arrived)


async def test_what_a_reader_sees_does_arrive(here: Desk) -> None:
    assert ORDER in await arrives(here, "issue_body", f"plain {ORDER}")


def test_pi_03_as_many_are_tried_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{len({*CARRIERS, *STORED})} hidden carriers, by {len(WAYS)} ways")  # noqa: T201  to be seen

    assert len({*CARRIERS, *STORED}) >= LEAST
