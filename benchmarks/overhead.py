"""The time and the GitHub calls that the bot itself adds between a request and its opened pull request.

Claude, GitHub and the tests answer at once: the model writes one file in one turn, the test command is
`true`. The stand-ins run in this process, the bot in one of its own, on SQLite, with its default settings.
"""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from benchmarks.running import Running, running_bot
from standins.claude_replies import Asked, Reply, calls, edit, says
from standins.stories import SPEC

RUNS: Final = 4  # more writes than 70 a minute are paced, as GitHub wants it
TARGET_SECONDS: Final = 1.5
TARGET_CALLS: Final = 25
PATIENCE_SECONDS: Final = 60.0
FILES: Final[Mapping[str, str]] = {
    "README.md": "# Shop\n",
    ".github/claude-bot.yml": "test: 'true'\n",
}


def at_once(asked: Asked) -> Reply | None:
    """A spec; one file; finished."""
    if (asked.body.get("output_config") or {}).get("format"):
        return says(json.dumps(SPEC))
    if asked.calls_since_told:
        return says("Export to the ERP\n\nDone.")
    return calls(edit("toolu_1", "create", "erp.txt", file_text="right\n"))


async def one(bot: Running) -> tuple[float, float, int]:
    """Seconds to the reaction and to the pull request, and the calls until then."""
    github, began = bot.github, len(bot.github.calls)
    issue = await github.open_issue("requester", "acme/shop", "Invoices", "")
    start = time.perf_counter()
    # Each for something else: the same once more would be recognised, and not be done.
    await github.comment("requester", "acme/shop", issue, f"/claude integrate send paid invoices, {issue}")
    await until(lambda: seen(bot, began, "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"))
    reacted = time.perf_counter() - start
    await until(lambda: seen(bot, began, "/repos/{owner}/{repo}/pulls"))
    opened = time.perf_counter() - start
    return reacted, opened, len(github.calls) - began


def seen(bot: Running, began: int, route: str) -> bool:
    return any(call.route == route and call.method == "POST" for call in bot.github.calls[began:])


async def until(reached: object) -> None:
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while callable(reached) and not reached():
        if time.perf_counter() > deadline:
            raise TimeoutError("the bot did not get there")
        await asyncio.sleep(0.002)


async def main() -> None:
    async with running_bot(at_once, FILES) as bot:
        first = await one(bot)
        runs = [await one(bot) for _ in range(RUNS)]
        routes = Counter(f"{call.method} {call.route}" for call in bot.github.calls)
    reacted, opened, counted = zip(*runs, strict=True)
    median = statistics.median(opened)
    print(f"first run of a process: {first[1]:.2f} s to the pull request, {first[2]} GitHub calls")
    print(f"then, over {RUNS} runs:")
    print(f"  to the reaction      median {statistics.median(reacted):.2f} s, most {max(reacted):.2f} s")
    print(f"  to the pull request  median {median:.2f} s, most {max(opened):.2f} s")
    print(f"  GitHub calls         median {statistics.median(counted):.0f}, most {max(counted)}")
    print(f"ratio to the target of {TARGET_SECONDS} s: {median / TARGET_SECONDS:.2f}")
    print(f"ratio to the target of {TARGET_CALLS} calls: {max(counted) / TARGET_CALLS:.2f}")
    print("calls by route:", ", ".join(f"{times} {route}" for route, times in routes.most_common(6)))


if __name__ == "__main__":
    asyncio.run(main())
