"""Every sentence about a title, a description and labels that are offered for a pull request."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.application.description_changes import Change, Shown
from bot.application.description_making import Offer
from bot.application.fact_words import counted
from bot.application.quoting import printed
from bot.application.reasons import code, why
from bot.domain.commands import PREFIX
from bot.domain.describing import Wish

MOST_PATHS: Final = 20
MOST_TAKEN: Final = 2
APPLY: Final = f"{PREFIX} describe apply"

WHY: Final[Mapping[str, str]] = {
    "unavailable": "A service that I need does not answer.",
    "frozen": "Everything is frozen here.",
    "pull_request_closed": "The pull request is closed.",
    "pull_request_gone": "GitHub does not show me this pull request.",
    "context_exceeded": "The change does not fit into what the model reads at once.",
    "refused_by_model": "The model declined to describe this.",
    "forgotten": "It is not kept any more, as nothing is after its time.",
    "requester_lost_access": "You may no longer write to this repository.",
    "head_moved": "Somebody pushed while I read it.",
}

LEFT: Final[Mapping[str, str]] = {
    "title_changed": "The title stays: somebody changed it since I made this offer.",
    "description_changed": "The description was changed since I made this offer: both stand there now, what "
    "people wrote first.",
    "body_changed_meanwhile": "The description stays: somebody changed it at this very moment. Say it again.",
    "labels_gone": "Labels that the repository does not have any more are left out.",
    "given_up": "It came to no end; what had to be said of that stands in a comment of its own.",
    "labels_refused": "GitHub did not take the labels.",
}


def marker() -> str:
    """How the bot finds its offer again."""
    return "<!-- claude-code-bot:offer:describe -->"


def told_marker(key: str) -> str:
    """How it finds what it said of one wish again."""
    return f"<!-- claude-code-bot:offered:{key} -->"


def no_pull_request() -> str:
    """Where it was said on an issue."""
    return f"An issue changes nothing. Say `{PREFIX} describe` on a pull request."


def not_understood() -> str:
    """Something behind the command that is none of its words."""
    return (
        f"Say `{PREFIX} describe` for an offer, `{APPLY}` to take all of it, or which of it: "
        f"`{APPLY} title`, `{APPLY} description`, `{APPLY} labels`."
    )


def no_offer() -> str:
    """Where there is nothing to take."""
    return f"There is no offer here yet: `{PREFIX} describe` makes one."


def held_up(wish: Wish, reason: str, *, again: datetime) -> str:
    """Where it cannot be done yet."""
    what = "take the offer" if wish.parts else "offer a description"
    return (
        f"@{wish.by.login}, I cannot {what} yet, because: {WHY.get(reason) or why(reason)} I try it again at "
        f"{again:%Y-%m-%d %H:%M} UTC; what comes of it will stand here."
    )


def given_up(wish: Wish, reason: str) -> str:
    """Where it is not tried again."""
    what = "take the offer" if wish.parts else "offer a description"
    return f"@{wish.by.login}, I could not {what}, because: {WHY.get(reason) or why(reason)}"


def left(wish: Wish, undone: Iterable[str]) -> str:
    """What of it was not done as it was offered."""
    return " ".join([
        f"@{wish.by.login}:",
        *(LEFT[each] for each in undone),
        f"`{PREFIX} describe` offers anew.",
    ])


def own_part(offer: Offer) -> str:
    """What the description has of it."""
    head = code(offer.head[:7])
    return f"{offer.description}\n\n<sub>A model wrote this part, of {head}; `{APPLY}` renews it.</sub>"


def standing(offer: Offer | None, taken: Sequence[Shown], *, note: str = "") -> str:
    """The comment: what is offered, what was taken first and last, and what stood there before."""
    parts = [
        *([note] if note else []),
        *(_offer(offer) if offer else []),
        *(_taken(each) for each in (*taken[:1], *taken[1:][-MOST_TAKEN:])),
    ]
    return "\n\n".join(parts) or "Nothing is offered now."


def _offer(it: Offer) -> list[str]:
    labels = " ".join(map(code, it.labels)) or "none that the repository has"
    return [
        f"**Offered for {code(it.head[:7])}; nothing is changed before somebody takes it.** `{APPLY}` takes "
        f"all of it, `{APPLY} title`, `{APPLY} description` or `{APPLY} labels` that alone. What people "
        "wrote in the description stays: mine is put below it, and replaces only what I put there before.",
        f"**Title:** {code(it.title)}",
        f"**Labels:** {labels}",
        f"**Description:**\n\n{it.description}",
        *_unread(it),
        _cost(it),
    ]


def _unread(it: Offer) -> list[str]:
    if not it.unread and not it.unlisted:
        return []
    named = ", ".join(map(code, it.unread[:MOST_PATHS]))
    more = len(it.unread) - MOST_PATHS
    rest = [counted(more, "file")] if more > 0 else []
    unlisted = [f"{counted(it.unlisted, 'file')} that GitHub does not list"] if it.unlisted else []
    return [f"Not read for it: {', '.join(filter(None, [named, *rest, *unlisted]))}."]


def _cost(it: Offer) -> str:
    unknown = (
        f" {counted(it.unknown, 'label')} that the model named and I do not offer." if it.unknown else ""
    )
    return (
        f"<sub>A model wrote this: check it.{unknown} 1 model call, {it.tokens} tokens, "
        f"${it.micro_usd / 1e6:.4f}.</sub>"
    )


def _taken(it: Shown) -> str:
    """What one word took, and what is needed to put it back."""
    done = _done(it.change)
    how = "is taking" if it.undone is None else "took"
    said = f"**{it.change.by} {how}:** {', '.join(done) if done else 'nothing that was not so already'}."
    older = it.change.head != it.change.offered_for
    since = [f"The offer was for {code(it.change.offered_for[:7])}, before the newest push."] if older else []
    reasons = [LEFT[each] for each in it.undone or ()]
    return "\n\n".join([" ".join([said, *since, *reasons]), *_before(it.change)])


def _done(it: Change) -> list[str]:
    return [
        *(["the title"] if it.title is not None else []),
        *(["the description"] if it.body is not None else []),
        *([f"labels {' '.join(map(code, it.labels))}"] if it.labels else []),
    ]


def _before(it: Change) -> list[str]:
    title = [f"The title was: {code(it.title_was)}"] if it.title is not None else []
    if it.body is None:
        return title
    what = "The description as it was" if it.is_whole else "My part of the description as it was"
    return [*title, printed(what, it.before or "(nothing)")]
