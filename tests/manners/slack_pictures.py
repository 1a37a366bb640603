"""python -m tests.manners.slack_pictures <thread, window or home> <file.html>: the bot in Slack, rendered.

The words and the blocks are the bot's own; what is around them only looks like Slack's window. A browser
makes the picture: `chromium --headless --screenshot=slack-thread.png --window-size=860,820 file.html`.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import time
from pathlib import Path
from typing import Final

from bot.application import slack_form
from bot.application import slack_thread_words as words
from bot.application.budgets_seen import Budget
from bot.application.decisions import decisions_in
from bot.application.projections import row_of
from bot.application.slack_home_blocks import Home
from bot.application.slack_home_blocks import home as home_of
from bot.application.slack_rights import Row
from bot.application.views import view_of
from bot.domain.money import Spending
from bot.domain.slack_notifying import Quiet, Wishes
from bot.domain.trust import Tested
from tests.manners import slack_rendering as shown
from tests.unit.histories import ASKED, DEVELOPER, RELEASED, SHOP, UP_AGAIN, History, integration, recorded

IN_SLACK: Final = '{"door": "slack"}'
PAGE: Final = f"https://github.com/{SHOP.full_name}"


def thread() -> str:
    """What was sent back once, the line that says so, and that it waits again."""
    it = integration(UP_AGAIN)
    records = [each._replace(meta_json=IN_SLACK) for each in recorded(UP_AGAIN)]
    view = view_of(it, records, tested=Tested(passed=8, before=5))
    first = words.first_message(it, view, page=PAGE)
    [line] = map(words.line, decisions_in(records))
    return shown.page(shown.thread(first.blocks, line.text))


def window() -> str:
    """An integration that somebody is about to ask for."""
    view = slack_form.window("C1", SHOP.full_name)
    filled = {slack_form.WHAT: "Send every paid invoice to the ERP, once.", slack_form.BUDGET: "2.50"}
    return shown.page(shown.modal(view, filled), width=520)


def home() -> str:
    """Of somebody who may approve one run, and has asked for two others."""
    it = Home(
        login=DEVELOPER.login,
        waiting=[row("k7p2m4q9xa", UP_AGAIN, "Send paid invoices to the ERP", 3)],
        runs=[
            row("b3w8t5n2ec", ASKED, "Round amounts to cents", 21),
            row("m6r4x9d1hz", RELEASED, "Export customers as CSV", 17),
        ],
        budgets=[Budget(repository=SHOP, spent=SPENT, paused=())],
        repositories={SHOP.id: SHOP.full_name},
        wishes=Wishes(digest="weekly", quiet=Quiet(time(22), time(7)), zone="Europe/Amsterdam"),
    )
    return shown.page(shown.home(home_of(it)))


SPENT: Final = Spending(
    month="2026-01", repository=3_180_000, repository_allowed=50_000_000, owner=3_180_000, owner_allowed=None
)


def row(name: str, history: History, title: str, issue: int) -> tuple[Row, str]:
    """A run as its Home's owner sees it, with its repository's page."""
    return {**row_of(integration(history)), "id": name, "title": title, "issue": issue}, PAGE


PICTURES: Final[Mapping[str, Callable[[], str]]] = {"thread": thread, "window": window, "home": home}


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(PICTURES[sys.argv[1]](), encoding="utf-8")
