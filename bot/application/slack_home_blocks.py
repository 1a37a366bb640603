"""Somebody's Home in Slack, and the window for what they are told, as blocks: made of what was looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Final

from bot.application import slack_home_words as words
from bot.application.budgets_seen import Budget
from bot.application.reasons import code
from bot.application.slack_rights import Row
from bot.domain import slack_blocks as blocks
from bot.domain.slack_blocks import Block
from bot.domain.slack_inputs import one_of, time_of_day
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_notifying import KINDS, Quiet, Wishes

CHANGE: Final = "home.notices"
IN_ONE: Final = "home.notices_in"
LINK: Final = "home.link"
CALLBACK: Final = "notices"
SWITCH, BEGINS, ENDS, DIGEST = "quiet", "begins", "ends", "digest"
AS_EVERYWHERE: Final = "as_everywhere"
USUAL: Final = Quiet(time(22), time(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What somebody sees of their own: runs with the page of their repository, newest first.

    `link` is where they link their account where that is not done; `unheard` is why they are not heard.
    """

    login: str = ""
    link: str = ""
    unheard: str = ""
    waiting: Sequence[tuple[Row, str]] = ()
    runs: Sequence[tuple[Row, str]] = ()
    budgets: Sequence[Budget] = ()
    repositories: Mapping[int, str] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)
    is_cut: bool = False


def home(it: Home) -> Block:
    """The whole page, within Slack's limits."""
    if it.unheard:
        return blocks.home(blocks.sections(mrkdwn(words.NOT_HEARD + it.unheard)), more=words.MORE)
    if not it.login:
        button = blocks.button(words.LINK, action=LINK, url=it.link, style="primary")
        said = blocks.sections(mrkdwn(words.NOT_LINKED))
        return blocks.home([*said, *blocks.actions([button])], more=words.MORE)
    parts = [
        *blocks.sections(mrkdwn(words.linked(it.login))),
        *_part(words.WAITING, it.waiting, words.NOTHING_WAITS),
        *_part(words.RUNS, it.runs, words.NO_RUNS),
        *_budgets(it.budgets),
        *_notices(it),
        *(blocks.context(mrkdwn(words.MORE)) if it.is_cut else []),
    ]
    return blocks.home(parts, more=mrkdwn(words.MORE))


def window(wishes: Wishes, *, repository: tuple[int, str] | None = None) -> Block:
    """Where they say what they are told, everywhere or in one repository."""
    number, name = repository or (None, "")
    asked = [_way_asked(wishes, kind, number) for kind in KINDS]
    told = blocks.context(mrkdwn(words.CHANNEL))
    if number is not None:
        asked = [*blocks.sections(mrkdwn(f"In {code(name)}:")), *asked]
    else:
        asked = [*asked, *_hours(wishes)]
    return blocks.modal(
        words.TITLE,
        [*asked, *told],
        callback=CALLBACK,
        more=words.MORE,
        submit=words.SAVE,
        metadata="" if number is None else str(number),
    )


def _part(title: str, rows: Sequence[tuple[Row, str]], nothing: str) -> list[Block]:
    said = [block for row, page in rows for block in blocks.sections(words.run(row, page))]
    return [blocks.header(title), *(said or blocks.sections(mrkdwn(nothing)))]


def _budgets(budgets: Sequence[Budget]) -> list[Block]:
    if not budgets:
        return []
    said = mrkdwn("\n".join(map(words.budget, budgets)))
    return [blocks.header(words.BUDGETS), *blocks.sections(said)]


def _notices(it: Home) -> list[Block]:
    where = blocks.choice(
        ((name, str(number)) for number, name in it.repositories.items()),
        action=IN_ONE,
        placeholder=words.IN_ONE,
    )
    pressed = [blocks.button(words.CHANGE, action=CHANGE), *([where] if where else [])]
    said = blocks.sections(mrkdwn(words.notices(it.wishes)))
    return [blocks.header(words.NOTICES), *said, *blocks.actions(pressed)]


def _way_asked(wishes: Wishes, kind: str, number: int | None) -> Block:
    known = next(each for each in KINDS if each == kind)
    options = {str(way): label for way, label in words.WAYS.items()}
    chosen: str = wishes.way(known, 0)
    if number is not None:
        options = {AS_EVERYWHERE: words.AS_EVERYWHERE, **options}
        chosen = wishes.repositories.get(number, {}).get(known, AS_EVERYWHERE)
    return blocks.question(
        words.KINDS[known], one_of(options, action=kind, chosen=chosen), block=f"way.{kind}"
    )


def _hours(wishes: Wishes) -> list[Block]:
    quiet, is_on = wishes.quiet or USUAL, "on" if wishes.quiet else "off"
    digests = {str(each): label for each, label in words.DIGESTS.items()}
    return [
        blocks.question(words.DIGEST, one_of(digests, action=DIGEST, chosen=wishes.digest), block=DIGEST),
        blocks.question(
            words.QUIET, one_of(words.SWITCH, action=SWITCH, chosen=is_on), block=SWITCH, hint=words.HINT
        ),
        blocks.question(words.BEGINS, time_of_day(quiet.begins, action=BEGINS), block=BEGINS),
        blocks.question(words.ENDS, time_of_day(quiet.ends, action=ENDS), block=ENDS),
    ]
