"""How a run looks in Slack: the status comment's own words, and beneath them what can be pressed."""

from collections.abc import Mapping
from typing import Any, Final

from bot.application import decision_words, status_words
from bot.application.decisions import Decision
from bot.application.slack_fault_words import why_not_said
from bot.application.views import StatusView
from bot.domain import slack_blocks as kit
from bot.domain.integration import Integration
from bot.domain.slack_acts import Act, acts_of, seen_now, written
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_text import folded, link
from bot.slack_records import Said

Block = Mapping[str, Any]

# Beneath the text there is room for every button and link that a message may have.
LONGEST: Final = 8_000
SHORT: Final = 500
BUDGET_STEP: Final = 5_000_000  # millionths of a US dollar
MORE: Final = "The rest is in the status comment on GitHub."
OLDER: Final = (
    "What you pressed was shown before what stands there now, so it cannot have been about that. The message "
    "is brought up to date: look at it, then press again."
)
NOT_TYPED: Final = "Say what: nothing was written there."

_LABELS: Final[Mapping[Act, str]] = {
    Act.APPROVE: "Approve",
    Act.CHANGES: "Changes…",
    Act.ANSWER: "Answer…",
    Act.DEPLOY: "Deploy",
    Act.BUDGET: f"Allow ${BUDGET_STEP / 1e6:.0f} more",
    Act.RETRY: "Try again",
    Act.ROLLBACK: "Roll back",
    Act.CANCEL: "Cancel",
}
_STYLES: Final[Mapping[Act, kit.Style]] = {
    Act.APPROVE: "primary",
    Act.DEPLOY: "primary",
    Act.ROLLBACK: "danger",
    Act.CANCEL: "danger",
}
_QUESTIONS: Final[Mapping[Act, tuple[str, str]]] = {
    Act.CANCEL: ("Stop it?", "I stop at once and take back what I made."),
    Act.ROLLBACK: ("Roll it back?", "I take it out of use: the deployment, and by a revert the merge."),
}
CALLBACKS: Final[Mapping[str, Act]] = {each.action: each for each in (Act.CHANGES, Act.ANSWER)}
_FORMS: Final[Mapping[Act, tuple[str, str]]] = {
    Act.CHANGES: ("Send it back", "What is to be changed?"),
    Act.ANSWER: ("Answer", "Your answer"),
}
FIELD: Final = "words"


def first_message(it: Integration, view: StatusView, *, page: str) -> Said:
    """What the thread begins with: the same as the status comment says, and what can be pressed.

    `page` is the repository's on GitHub, "" where that is not known.
    """
    text = mrkdwn(status_words.status_comment(view))
    shown = folded(text, LONGEST)
    blocks = [*kit.sections(shown), *kit.context(_links(it, page), *([MORE] if shown != text else []))]
    return Said(text=folded(text, SHORT), blocks=[*blocks, *kit.actions(_buttons(it))])


def bare_message(it: Integration, view: StatusView, *, page: str) -> Said:
    """The same in a few lines, for where Slack takes no more."""
    text = folded(mrkdwn(status_words.status_comment(view)), SHORT)
    blocks = [*kit.sections(text), *kit.context(_links(it, page), MORE), *kit.actions(_buttons(it))]
    return Said(text=text, blocks=blocks)


def _links(it: Integration, page: str) -> str:
    if not page:
        return ""
    found = [link(f"{page}/issues/{it.issue}", f"{it.repository.full_name}#{it.issue}")]
    of = it.newer or it
    if of.pull_request is not None:
        found.append(link(f"{page}/pull/{of.pull_request}", f"pull request #{of.pull_request}"))
    return " · ".join(found)


def _buttons(it: Integration) -> list[kit.Block]:
    return [
        kit.button(
            _LABELS[act],
            action=act.action,
            value=written(seen_now(it, act)),
            style=_STYLES.get(act),
            asks=_question(act),
        )
        for act in acts_of(it)
    ]


def _question(act: Act) -> kit.Block | None:
    if act not in _QUESTIONS:
        return None
    title, text = _QUESTIONS[act]
    return kit.asking(title, text, confirm=_LABELS[act], deny="Leave it")


def form(act: Act, *, about: str) -> kit.Block:
    """The window that asks for words; `about` comes back with it."""
    title, label = _FORMS[act]
    element = {"type": "plain_text_input", "action_id": FIELD, "multiline": True}
    asked = [kit.question(label, element, block=FIELD)]
    return kit.modal(title, asked, callback=act.action, more="", submit="Send", metadata=about)


def line(decision: Decision) -> Said:
    """What somebody decided, in the thread."""
    return Said(text=mrkdwn(decision_words.line(decision)))


def untold_marker(integration_id: str) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:slack:{integration_id} -->"


def untold(integration_id: str, code: str) -> str:
    """On GitHub, once: that it cannot be followed in Slack."""
    return (
        f"{untold_marker(integration_id)}\nThis cannot be followed in Slack: {why_not_said(code)}. It goes "
        "on all the same, and its status comment here says how."
    )
