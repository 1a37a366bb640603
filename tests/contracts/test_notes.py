"""Small values of which only the newest counts."""

import pytest

from bot.application.ports import Notes as Port
from bot.infrastructure.database import Database
from bot.infrastructure.notes import Notes
from tests.unit.fakes import FakeNotes


@pytest.fixture(params=["adapter", "fake"])
def notes(request: pytest.FixtureRequest, database: Database) -> Port:
    return Notes(database) if request.param == "adapter" else FakeNotes()


async def test_nothing_was_noted_yet(notes: Port) -> None:
    assert await notes.get("told:1") is None


async def test_the_newest_value_counts(notes: Port) -> None:
    await notes.put("told:1", "3 100")
    await notes.put("told:1", "4 110")
    await notes.put("told:2", "1 100")

    assert (await notes.get("told:1"), await notes.get("told:2")) == ("4 110", "1 100")
