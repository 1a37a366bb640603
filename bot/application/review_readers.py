"""Who reads a change: those of the bot's own readers that the repository wants, and its own, in its words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.application.configuration_review import OwnReader, Review
from bot.application.review_guidance import Place
from bot.application.showing import seen_of
from bot.domain.fencing import fence
from bot.domain.lenses import LENSES, wanted
from bot.domain.review_guides import concerns


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Their names, and what the repository's own look for, as the model is shown it."""

    names: tuple[str, ...] = LENSES
    told: str = ""


async def readers_of(settings: Review, place: Place) -> Readers:
    """Those who have something to read here: one for certain paths where one of these changes."""
    own = [each for each in settings.readers if isinstance(each, OwnReader)]
    meant = await asyncio.to_thread(lambda: [each for each in own if _is_for(each, place.paths)])
    told = [fence(await seen_of(each.text), f"reader {each.name}", place.nonce) for each in meant]
    named = [each for each in settings.readers if isinstance(each, str)]
    return Readers(names=wanted(named, (each.name for each in meant)), told="\n\n".join(told))


def _is_for(it: OwnReader, paths: Sequence[str]) -> bool:
    return not it.paths or concerns(it.paths, paths)
