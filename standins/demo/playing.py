"""The demonstration: what was typed, the stage, the stories, the reckoning, and then the prompt."""

import argparse
import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from standins.demo import reckoning
from standins.demo.process import CannotPlay
from standins.demo.prompt import HELP, Keyboard, Prompt
from standins.demo.screen import Screen, on_terminal, recorded
from standins.demo.script import DESCRIBE, INVOICES
from standins.demo.slack_telling import SlackTeller
from standins.demo.stage import Stage, staged
from standins.demo.telling import Plot, Teller, Told

OK, WRONG, STOPPED = 0, 1, 130
ABOUT: Final = "From a sentence to running code, on this machine, with no account."
# What of this environment leads to a real model, and how much of it may be used.
MODEL: Final = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "CLAUDE_MODEL",
    "CLAUDE_FAST_MODEL",
    "RUN_LIMITS",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
)
GOES_LIVE: Final = Plot(
    name="goes-live",
    title="First story: a request goes live",
    issue="Invoices for the ERP",
    request=INVOICES,
    repaired=True,
)
ROLLED_BACK: Final = Plot(
    name="rolled-back",
    title="Second story: a deployment fails after the merge, and is rolled back",
    issue="Which systems do we talk to?",
    request=DESCRIBE,
    deployment="failure",
)
IN_SLACK: Final = Plot(
    name="in-slack",
    title="Third story: for another account, asked for, followed and approved in Slack",
    issue="",
    request=DESCRIBE,
    in_slack=True,
)
ANYWHERE: Final = Plot(
    name="anywhere", title="A request goes live", issue="Which systems do we talk to?", request=DESCRIBE
)
ANYWHERE_IN_SLACK: Final = replace(IN_SLACK, title=IN_SLACK.title.replace("Third", "Second"))
ASKED: Final = "An integration"
SCRIPTED: Final = (
    "Claude is a script here: no model is asked and nothing is paid. What it writes is fixed beforehand; "
    "what the bot does with it is not."
)
HELD: Final = "every call and answer is held to GitHub's published description"
LIVE: Final = "Claude is a real model here: {where} is asked, and paid."


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was typed, checked."""
    parser = argparse.ArgumentParser(prog="python -m standins.demo", description=ABOUT)
    parser.add_argument(
        "--repo", type=Path, help="play the first and the last story on this local git repository"
    )
    parser.add_argument(
        "--exit", action="store_true", help="end after the stories; status 0 if all went well"
    )
    parser.add_argument("--live", action="store_true", help="let the model of ANTHROPIC_API_KEY play Claude")
    parser.add_argument("--request", help="what is asked for in the first story; with --live")
    parser.add_argument("--pictures", type=Path, help="keep a picture of each story in this directory")
    asked = parser.parse_args(given)
    if asked.live and not os.environ.get("ANTHROPIC_API_KEY"):
        parser.error(
            "--live needs ANTHROPIC_API_KEY in the environment, and ANTHROPIC_BASE_URL where it is not "
            "Anthropic's own address"
        )
    if asked.request and not asked.live:
        parser.error("--request needs --live: the script that plays Claude knows its own requests only")
    return asked


def plots_of(asked: argparse.Namespace) -> list[Plot]:
    """Which stories are told."""
    request = f"/claude integrate {asked.request}" if asked.request else None
    first = ANYWHERE if asked.repo else GOES_LIVE
    if asked.live:
        issue = ASKED if asked.request else first.issue
        first = replace(first, issue=issue, request=request or first.request, repaired=False)
    return [first, ANYWHERE_IN_SLACK] if asked.repo else [first, ROLLED_BACK, IN_SLACK]


async def play(asked: argparse.Namespace, screen: Screen) -> int:
    """The stage, the stories, the reckoning, and then the prompt; the exit status."""
    end_cleanly(asyncio.current_task())
    model = {name: os.environ[name] for name in MODEL if name in os.environ} if asked.live else None
    screen.say("Starting the stand-ins and the bot ...")
    async with staged(source=asked.repo, model=model) as stage:
        introduce(stage, screen, asked.repo)
        teller = Teller(stage, screen)
        status = await told(teller, plots_of(asked), asked.pictures)
        if not asked.exit:
            await stay(teller)
        return status


def end_cleanly(playing: "asyncio.Task[int] | None") -> None:
    """A first signal ends the play, so that everything is taken down; further ones change nothing."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end() -> None:
        for each in signals:
            asyncio.get_running_loop().add_signal_handler(each, lambda: None)
        if playing is not None:
            playing.cancel()

    for each in signals:
        asyncio.get_running_loop().add_signal_handler(each, end)


def introduce(stage: Stage, screen: Screen, source: Path | None) -> None:
    """What is real here, and what is not."""
    whose = f"what {source} has committed" if source else "a small shop that keeps invoices"
    screen.say(f"\nThe bot is the real one, on SQLite, at {stage.bot.url}.")
    screen.say(f"The git repository {stage.place.full_name} is real: {whose}.")
    screen.say(f"GitHub is a stand-in at {stage.github.url}; {HELD}.")
    screen.say(f"So is Slack at {stage.slack.url}, by the description that Slack publishes.")
    where = stage.bot.settings.get("ANTHROPIC_BASE_URL", "Anthropic")
    screen.say(LIVE.format(where=where) if stage.claude is None else SCRIPTED)


async def told(teller: Teller, plots: Sequence[Plot], pictures: Path | None) -> int:
    """Tell the stories and reckon up; the exit status."""
    stories: list[Told] = []
    for plot in plots:
        stories.append(await (SlackTeller(teller) if plot.in_slack else teller).tell(plot))
        if pictures is not None:
            teller.screen.picture(pictures / f"{plot.name}.svg", plot.title)
    teller.screen.heading("Was it all done, and done once?")
    rows = await reckoning.reckoned(teller.stage, stories)
    teller.screen.checks(rows)
    return OK if all(row.holds for row in rows) else WRONG


async def stay(teller: Teller) -> None:
    """Up until somebody has tried enough."""
    teller.screen.heading("All of it stays up: try more")
    teller.screen.quote(f"{HELP}\n\n{EXAMPLE}")
    teller.stage.deployer.outcome = "success"
    keyboard = Keyboard(0)
    try:
        await Prompt(teller).serve(keyboard)
    except asyncio.CancelledError:
        teller.screen.say("")  # whoever ends it at the prompt has seen the stories to their end
    finally:
        keyboard.close()


EXAMPLE: Final = """\
For example, with the id that the list tells:
    slack requester list all
    slack admin rollback <id>"""


def main(given: Sequence[str]) -> int:
    """Play; whatever ends it, nothing is left behind."""
    asked = arguments(given)
    screen = recorded() if asked.pictures else on_terminal()
    try:
        return asyncio.run(play(asked, screen))
    except asyncio.CancelledError:
        screen.say("\nStopped before its end.")
        return STOPPED
    except CannotPlay as fault:
        screen.quote(f"\n{fault}")
        return WRONG
