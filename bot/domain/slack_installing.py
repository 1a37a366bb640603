"""Installing in Slack, decided without looking outside: what counts, and when tokens are renewed."""

import re
from datetime import datetime, timedelta
from typing import Final

from bot.slack_records import KeptInstallation, Returned, SlackTokens, Workspace

TO_RETURN: Final = timedelta(minutes=10)
# A token lasts twelve hours. Whoever uses it within the last of them has it renewed.
RENEWED_BEFORE: Final = timedelta(hours=1)
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 random bits
CODE: Final = re.compile(r"[A-Za-z0-9._~-]{1,512}")


class NotInstalled(Exception):
    """Nothing was installed; `code` is stable and public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_begun_here(returned: Returned, browser: str) -> None:
    """Whether there is a state, and a browser that can have begun it. Raises NotInstalled."""
    if not SECRET.fullmatch(browser):
        raise NotInstalled("state_missing")
    if not SECRET.fullmatch(returned.state):
        raise NotInstalled("state_foreign")


def code_of(returned: Returned) -> str:
    """The code. Raises NotInstalled where the person said no, or it is none."""
    if returned.error:
        raise NotInstalled("access_denied" if returned.error == "access_denied" else "slack_refused")
    if not CODE.fullmatch(returned.code):
        raise NotInstalled("code_refused")
    return returned.code


def is_to_renew(tokens: SlackTokens, now: datetime) -> bool:
    """Whether the token ends soon enough to be renewed now."""
    return tokens.refresh is not None and tokens.until is not None and tokens.until - now < RENEWED_BEFORE


def is_over(tokens: SlackTokens, now: datetime) -> bool:
    """Whether the token is worth nothing any more."""
    return tokens.until is not None and tokens.until <= now


def is_meant(
    kept: KeptInstallation, *, of: Workspace, told_at: datetime, bots: frozenset[str] | None
) -> bool:
    """Whether what Slack told at that moment is of this installation, and not of one before it.

    `bots` are those whose tokens were revoked, None where the app is gone as a whole: where that is told of
    one workspace it is not of its grid, whose tokens the next use of them would tell to be void.
    """
    if kept.installed_at > told_at:
        return False
    if bots is None:
        return not kept.installed.org_wide or of.team == of.enterprise
    return kept.installed.bot_user in bots
