"""What an operator reads at /metrics once the team has worked."""

from typing import Final

import pytest

from bot.infrastructure.engine import QUEUES
from tests.story import Team

KINDS: Final = ("input", "output", "cache_read", "cache_write")
MODEL: Final = 'model="claude-opus-5-5"'


async def test_what_claude_was_paid_is_in_the_figures(team: Team) -> None:
    await team.has_a_pull_request()
    it = await team.bot.integration()

    figures = await team.bot.figures()

    assert it.micro_usd > 0
    assert figures["bot_model_dollars_total"] == pytest.approx({MODEL: it.micro_usd / 1e6})
    tokens = figures["bot_model_tokens_total"]
    assert tokens.keys() == {f'kind="{kind}",{MODEL}' for kind in KINDS}
    assert sum(tokens.values()) == it.tokens


async def test_every_queue_is_in_the_figures_and_empty_at_rest(team: Team) -> None:
    await team.asks("/claude help")
    await team.bot.comes_to_rest()

    figures = await team.bot.figures()

    assert figures["bot_queue_length"] == {f'queue="{name}"': 0 for name in QUEUES}


async def test_what_was_paid_before_a_restart_is_not_counted_again(team: Team) -> None:
    await team.has_a_pull_request()

    await team.bot.restarts()
    await team.bot.comes_to_rest()

    assert "bot_model_dollars_total" not in await team.bot.figures()
