"""Taking an offer: whose right is asked again when it is done, since that may be hours after it was said."""

import msgspec
import pytest

from bot.application.asked import TakeDescription
from bot.application.description_asking import take
from bot.application.description_making import Offer
from bot.application.description_taking import begin, change
from bot.application.recording import append_beside
from bot.domain.describing import Cost, offered, stream_of
from bot.records import StepFailed
from tests.unit.fake_reviews import OPEN
from tests.unit.fakes import FakeLabels, Stage
from tests.unit.histories import DEVELOPER, SHOP

STREAM = stream_of(SHOP.id, 5)


async def staged() -> Stage:
    """An offer, and the word that takes it."""
    stage = Stage(labels=FakeLabels(there={"bug": ""}))
    made = Offer(
        head=OPEN.head,
        title="T",
        description="D",
        labels=("bug",),
        title_then=OPEN.title,
        body_then=OPEN.body,
    )
    digest = await stage.blobs.put(SHOP.id, msgspec.json.encode(made))
    fact = offered(digest, Cost(tokens=0, micro_usd=0))
    await append_beside(stage.world, STREAM, fact, key="o", meta={"key": "o"})
    asked = TakeDescription(by=DEVELOPER, repository=SHOP, number=5, parts=("labels",))
    assert await take(asked, key="k", door="github", world=stage.world)
    await begin(stage.world, STREAM, "k", key="step")
    return stage


async def test_it_is_changed_by_the_word_of_whoever_may_still_write() -> None:
    stage = await staged()

    assert await change(stage.world, STREAM, "k", key="step") == []
    assert stage.pulls.labelled == [(5, ("bug",))]


async def test_who_lost_that_right_since_changes_nothing() -> None:
    stage = await staged()
    stage.repositories.roles = {}

    with pytest.raises(StepFailed, match="requester_lost_access"):
        await change(stage.world, STREAM, "k", key="step")
    assert stage.pulls.labelled == []
