"""What `python -m bot doctor` looks at, in which order, and what to do where something is wrong."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.troubles import TROUBLES, worded

CHECK_SECONDS: Final = 20.0

Examine = Callable[[], Awaitable[str]]
"""Looks at one thing: a few words on how it is, or an error that says what is wrong."""


class Unwell(Exception):
    """A check found something wrong: in a few words, what."""


class NothingThere(Exception):
    """There is nothing to look at; another check says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at, and the remedy; not looked at where the check that it comes `after` is WRONG."""

    name: str
    remedy: str
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one check went; `well` is None where there was nothing to look at."""

    check: Check
    well: bool | None
    says: str


CHECKS: Final = (
    Check(name="python", remedy="run the bot with Python 3.11, 3.12 or 3.13"),
    Check(name="settings", remedy="docs/operations.md lists every setting"),
    Check(
        name="data",
        remedy="set DATA_DIR to a directory that the bot may write, with a gigabyte free",
    ),
    Check(name="database", remedy="look at DATABASE_URL, and whether what it leads to is the bot's own"),
    Check(
        name="secret",
        remedy="give back the key that the database was begun with: as SECRET_KEY, or as the file beside it",
        after="database",
    ),
    Check(
        name="cache",
        remedy="look at REDIS_URL, and whether Redis runs; until then each process has a cache of its own",
    ),
    Check(
        name="deliveries",
        remedy="look at `python -m bot deliveries`; `--again <id>` hands one to the bot once more",
        after="database",
    ),
    Check(
        name="freezes",
        remedy="`python -m bot freezes` lists what is frozen; `python -m bot unfreeze` lifts it",
        after="database",
    ),
    Check(name="clock", remedy="set the clock by NTP: GitHub refuses an App whose clock is off"),
    Check(
        name="github",
        remedy="look at GITHUB_APP_ID and GITHUB_PRIVATE_KEY, and whether GitHub can be reached",
    ),
    Check(
        name="owners",
        remedy="install the App on the accounts that it is for, and name those in ALLOWED_OWNERS",
        after="github",
    ),
    Check(
        name="sign-in",
        remedy="set GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and a PUBLIC_URL that begins with https, and name "
        "PUBLIC_URL/auth/callback as the App's callback URL",
    ),
    Check(
        name="permissions",
        remedy="give the App the permissions and events of app.yml, and accept them",
        after="github",
    ),
    Check(
        name="webhook",
        remedy="in the App's settings point the webhook to PUBLIC_URL/webhooks/github, or mend PUBLIC_URL",
        after="github",
    ),
    Check(
        name="payloads",
        remedy="in the App's settings set the webhook's content type to application/json",
        after="github",
    ),
    Check(
        name="certificate",
        remedy="in the App's settings enable the webhook's SSL verification",
        after="github",
    ),
    Check(
        name="arrivals",
        remedy="see that GitHub can reach PUBLIC_URL; the App's settings show each under Advanced, and the "
        "running bot asks for them again",
        after="github",
    ),
    Check(
        name="slack",
        remedy="look at SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, or SLACK_BOT_TOKEN, at SLACK_API_URL, and "
        "at a PUBLIC_URL that begins with https",
    ),
    Check(
        name="claude",
        remedy="look at ANTHROPIC_API_KEY, CLAUDE_MODEL and ANTHROPIC_BASE_URL, and whether Claude can be "
        "reached",
    ),
    Check(name="git", remedy="install git 2.34 or newer"),
    Check(
        name="sandbox",
        remedy="install bubblewrap and allow it user namespaces, and keep the bot's data out of the system's "
        "and Python's own directories; without it no test is run",
    ),
)


async def examine(parts: Mapping[str, Examine]) -> list[Finding]:
    """Every check in turn; what no part is given for, or another check told of, is told as not looked at."""
    found: dict[str, Finding] = {}
    for check in CHECKS:
        is_told = check.after in found and found[check.after].well is False
        found[check.name] = await _finding(check, None if is_told else parts.get(check.name))
    return list(found.values())


async def _finding(check: Check, look: Examine | None) -> Finding:
    if look is None:
        return Finding(check=check, well=None, says="not looked at")
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return Finding(check=check, well=True, says=await look())
    except TimeoutError:
        return Finding(check=check, well=False, says=f"no answer in {CHECK_SECONDS:.0f} seconds")
    except NothingThere:
        return Finding(check=check, well=None, says="not looked at")
    except (Unwell, ValueError, *TROUBLES) as wrong:
        return Finding(check=check, well=False, says=worded(wrong))


def report(findings: Sequence[Finding]) -> str:
    """One line for each finding, and the remedy below what is wrong."""
    return "\n".join(line for finding in findings for line in _lines(finding))


def _lines(finding: Finding) -> list[str]:
    mark = {True: "ok", False: "WRONG", None: "-"}[finding.well]
    line = f"{mark:<6}{finding.check.name:<12} {' '.join(finding.says.split())}"
    return [line] if finding.well is not False else [line, f"{'':<18} {finding.check.remedy}"]


def is_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong."""
    return all(finding.well is not False for finding in findings)
