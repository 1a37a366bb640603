"""Plain words are heard so often an hour; what was heard is not refused when its delivery comes again."""

from datetime import UTC, datetime

import msgspec

from bot.application.mention_hearing import MOST_AN_HOUR, hear
from bot.domain.mentioned import Mention, stream_of
from handlers import COMMANDS
from handlers.mention import Ear, Heard
from handlers.payloads import Comment
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


async def test_what_was_made_out_and_not_done_is_not_said_to_be_unclear() -> None:
    stage = Stage()
    comment = Comment(
        repository=SHOP,
        private=True,
        issue=3,
        id=1,
        body="@bot why?",
        said_at=datetime(2026, 11, 30, tzinfo=UTC),
        by=DEVELOPER,
        own=True,
        issue_title="",
        issue_body="",
        issue_author=None,
    )
    kept, ear = (
        msgspec.json.encode(Heard(comment=comment, words="why?")),
        Ear(world=stage.world, known=COMMANDS),
    )

    await ear.give_up(kept, "unavailable", is_read=False, key="a")
    await ear.give_up(kept, "unavailable", is_read=True, key="b")

    (_, first), (_, second) = stage.comments.bodies.values()
    assert "I cannot make out plain words now" in first
    assert "I know what you want, and could not do all of it" in second
