"""A cache that processes share: with it or without it, the story is the same."""

from collections.abc import Mapping
from typing import Final

import aiohttp
import pytest

from bot.domain.states import State
from tests.contracts.conftest import REDIS
from tests.story import Team
from tests.story.places import EACH_ONCE

AWAY: Final = "redis://127.0.0.1:9"


async def health(team: Team) -> Mapping[str, object]:
    address = f"http://127.0.0.1:{team.bot.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        told: Mapping[str, object] = await answer.json()
    return told


async def goes_the_whole_way(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE


@pytest.mark.parametrize("environment", [{"REDIS_URL": AWAY}])
async def test_f13_without_its_redis_the_bot_works_with_a_cache_of_its_own(team: Team) -> None:
    await goes_the_whole_way(team)

    assert (await health(team))["cache"] == "away"


@pytest.mark.parametrize("environment", [{"REDIS_URL": REDIS}] if REDIS else [])
async def test_with_redis_a_process_that_starts_anew_needs_no_new_tokens(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    tokens = set(team.github.world.tokens)

    await team.bot.restarts()
    await team.admin.comments("/claude help", on=pull)
    await team.bot.comes_to_rest()

    assert (await health(team))["cache"] == "ok"
    assert set(team.github.world.tokens) == tokens


async def test_without_a_redis_nothing_is_shared(team: Team) -> None:
    assert (await health(team))["cache"] == "process"
