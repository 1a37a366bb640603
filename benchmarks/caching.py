"""How much of what the model is given over a run of 20 turns it reads from its cache, and what that saves.

The count is the stand-in's own, by the rules of the API: a marked prefix, byte for byte, at most five minutes
old, found at most 20 blocks before a mark, and of 1,024 tokens at least.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Final

from benchmarks.running import Running, running_bot
from standins.claude_replies import Asked, Reply, calls, edit, says
from standins.stories import SPEC

TURNS: Final = 20
TARGET: Final = 0.8
PATIENCE_SECONDS: Final = 120.0
# Of millionths of a dollar for a token: what is read costs a tenth, what is written a quarter more.
WEIGHTS: Final[Mapping[str, float]] = {
    "input_tokens": 1.0,
    "cache_read_input_tokens": 0.1,
    "cache_creation_input_tokens": 1.25,
}
MODULE: Final = "\n".join(
    f"def price_{nth}(paid: int) -> int:\n    return paid + {nth}\n" for nth in range(20)
)
FILES: Final[Mapping[str, str]] = {
    "README.md": "# Shop\n",
    ".github/claude-bot.yml": "test: 'true'\n",
    **{f"shop/part_{nth}.py": MODULE for nth in range(TURNS)},
}


def at_length(asked: Asked) -> Reply | None:
    """A spec; then a module looked at and another written in each turn; then finished."""
    if (asked.body.get("output_config") or {}).get("format"):
        return says(json.dumps(SPEC))
    nth = asked.turns
    if nth >= TURNS - 1:
        return says("Export to the ERP\n\nDone.")
    look = edit(f"toolu_{nth}a", "view", f"shop/part_{nth}.py")
    return calls(look, edit(f"toolu_{nth}b", "create", f"shop/erp_{nth}.py", file_text=MODULE))


async def opened(bot: Running) -> None:
    """Ask, and wait for the pull request."""
    issue = await bot.github.open_issue("requester", "acme/shop", "Invoices", "")
    await bot.github.comment("requester", "acme/shop", issue, "/claude integrate send paid invoices")
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not bot.github.effects_named("open_pull"):
        if time.perf_counter() > deadline:
            raise TimeoutError("the bot did not get there")
        await asyncio.sleep(0.05)


async def main() -> None:
    async with running_bot(at_length, FILES) as bot:
        await opened(bot)
        used, share, turns = bot.claude.used, bot.claude.cached_share, len(bot.claude.requests)
    given = sum(used[kind] for kind in WEIGHTS)
    paid = sum(used[kind] * weight for kind, weight in WEIGHTS.items())
    print(
        f"{turns} questions, {given:,} input tokens: {used['cache_read_input_tokens']:,} read from the cache,"
    )
    print(f"  {used['cache_creation_input_tokens']:,} written to it, {used['input_tokens']:,} beside it")
    print(f"share read from the cache: {share:.2f}")
    print(f"ratio of the input's price to that without a cache: {paid / given:.2f}")
    print(f"ratio to the target of {TARGET}: {share / TARGET:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
