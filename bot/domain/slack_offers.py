"""What was made of plain words in Slack and only its asker can have done: facts, in a stream for each offer.

It is exactly what was shown, good for an hour, for the account, workspace and channel of its words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.domain.secrecy import without_secrets
from bot.domain.slack_talks import YOU, Talk
from bot.domain.visible import visible_characters
from bot.records import Fact, Recorded, Repository
from bot.slack_link_records import SlackUser

FAMILY: Final = "slack-offers"
OFFERED: Final = "SlackOffered"
ANSWERED: Final = "SlackOfferAnswered"
TAKEN: Final = "taken"
LEFT: Final = "left"
GOOD_FOR: Final = timedelta(hours=1)
LONGEST: Final = 6_000
_ID: Final = re.compile(r", [A-Z0-9]+\b")
BEFORE: Final = "Said before in the thread in Slack, by whom it is:"
ATTACHED: Final = "Attached to it:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A command, on what, and for whom in which channel; `text` is the digest of the words that it takes.

    `name` is of the message that shows it, which stands in `shown_in`, in that thread or in none.
    """

    command: str
    repository: Repository
    number: int
    text: str
    by: SlackUser
    channel: str
    name: str
    shown_in: str
    thread: str | None


def stream_of(offer_id: str) -> str:
    """The stream of one offer. No integration has a colon in its id."""
    return f"{FAMILY}:{offer_id}"


def offered(it: Offer) -> Fact:
    """It was shown."""
    return Fact(type=OFFERED, data=asdict(it))


def answered(how: str) -> Fact:
    """Its asker has taken it, or left it."""
    return Fact(type=ANSWERED, data={"how": how})


def offer_in(past: Sequence[Recorded]) -> Offer | None:
    """What was offered; None where nothing was."""
    if not past or past[0].type != OFFERED:
        return None
    said: dict[str, Any] = dict(past[0].data)
    repository, by = Repository(**said.pop("repository")), SlackUser(**said.pop("by"))
    return Offer(repository=repository, by=by, **said)


def answer_in(past: Iterable[Recorded]) -> str:
    """What was said of it first; "" where nothing was."""
    return next((str(each.data["how"]) for each in past if each.type == ANSWERED), "")


def why_not(past: Sequence[Recorded], how: str, *, by: SlackUser, channel: str, now: datetime) -> str:
    """Why this person may not say that of it there now: not_yours, late or left; "" where they may."""
    offer = offer_in(past)
    if offer is None or offer.by != by or channel not in {offer.channel, offer.shown_in}:
        return "not_yours"
    if said := answer_in(past):
        return "" if said == how else LEFT
    return "late" if not timedelta() <= now - past[0].at < GOOD_FOR else ""


def request_of(words: str, talk: Talk) -> tuple[str, bool]:
    """What would be asked for: their words, and behind them what was said before and is attached, as far as
    there is room; whether something of it has none.
    """
    own = _readable(words)[:LONGEST]
    said = [f"> {_name(each.by)}: {_quoted(each.text)}" for each in talk.lines if each.by != YOU]
    files = [f"{each.name}:\n\n{_indented(each.text)}" for each in talk.files]
    room = LONGEST - len(own)
    kept_files, room = _fitting(files, room)
    kept, _ = _fitting(reversed(said), room)
    parts = [own, *_headed(BEFORE, kept[::-1]), *_headed(ATTACHED, kept_files)]
    is_whole = len(kept) == len(said) and len(kept_files) == len(files) and not talk.earlier
    return "\n\n".join(parts), not is_whole or len(words) > LONGEST


def _name(by: str) -> str:
    """Whose words they are, without the id in Slack."""
    return _ID.sub("", by)


def _readable(text: str) -> str:
    """As people read it, without what looks like a secret: it is to stand on GitHub."""
    return without_secrets(visible_characters(text)).strip()


def _quoted(text: str) -> str:
    return _readable(text).replace("\n", "\n> ")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in _readable(text).splitlines())


def _fitting(texts: Iterable[str], room: int) -> tuple[list[str], int]:
    """Those that have room, one after the other up to the first that has none, and how much is left."""
    kept = list[str]()
    for text in texts:
        if len(text) > room:
            break
        kept.append(text)
        room -= len(text)
    return kept, room


def _headed(head: str, texts: Sequence[str]) -> list[str]:
    return [head, *texts] if texts else []
