"""Plain words are heard so often an hour; what was heard is not refused when its delivery comes again."""

from bot.application.mention_hearing import MOST_AN_HOUR, hear
from bot.domain.mentioned import Mention, stream_of
from tests.unit.fakes import Stage
from tests.unit.histories import DEVELOPER, SHOP

SAID = Mention(repository=SHOP, number=3, by=DEVELOPER, comment="d1")


async def hears(stage: Stage, key: str) -> str | None:
    return await hear(SAID, key=key, door="github", world=stage.world)


async def test_what_was_noted_is_not_refused_when_its_delivery_comes_again() -> None:
    stage = Stage()
    assert [await hears(stage, f"k{nth}") for nth in range(MOST_AN_HOUR)] == [None] * MOST_AN_HOUR

    assert "20 times an hour" in (await hears(stage, "another") or "")
    assert await hears(stage, "k3") is None

    assert len(stage.log.streams[stream_of(SHOP.id, 3)]) == MOST_AN_HOUR
