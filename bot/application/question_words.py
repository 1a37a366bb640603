"""Every sentence about a question that somebody asked about the code."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.application import review_spent_words as spent_words
from bot.application.fact_words import counted
from bot.application.model_markdown import shown
from bot.application.question_turns import Replied
from bot.application.quoting import one_line
from bot.application.reasons import code, why
from bot.domain.citing import address
from bot.domain.commands import PREFIX
from bot.domain.enquiring import Enquiry

LONGEST_QUESTION: Final = 300
LONGEST_ANSWER: Final = 40_000
CUT: Final = "*(Cut here: the answer is longer than I may say at once.)*"

WHY: Final[Mapping[str, str]] = {
    "unavailable": "A service that I need does not answer.",
    "frozen": "Everything is frozen here.",
    "context_exceeded": "What I looked at does not fit into what the model reads at once. Ask for less.",
    "no_progress": "The model looked again and again, and did not come to an answer. Ask for less.",
    "refused_by_model": "The model declined to answer this.",
    "answer_unintelligible": "The model's answer was none that I could read.",
}


def marker(key: str) -> str:
    """How the bot finds its answer to a question again."""
    return f"<!-- claude-code-bot:answer:{key} -->"


def no_question() -> str:
    """Where nothing was asked."""
    return f"Ask something: `{PREFIX} ask <question>`, such as `{PREFIX} ask where is an invoice paid twice?`"


def answered(enquiry: Enquiry, question: str, it: Replied, *, spent: int) -> str:
    """The answer, what it rests on and what it cost, below the question."""
    return "\n\n".join([_question(question), *_answer(it.answer), *_sources(it), _cost(enquiry, it, spent)])


def held_up(enquiry: Enquiry, reason: str, *, again: datetime) -> str:
    """Where it cannot be answered yet."""
    return (
        f"@{enquiry.by.login}, I cannot answer yet, because: {WHY.get(reason) or why(reason)} I try it again "
        f"at {again:%Y-%m-%d %H:%M} UTC; the answer will stand here."
    )


def given_up(enquiry: Enquiry, reason: str, *, spent: int) -> str:
    """Where it is not tried again."""
    return (
        f"@{enquiry.by.login}, I could not answer, because: {WHY.get(reason) or why(reason)} `{PREFIX} ask` "
        f"asks again.{spent_words.below(spent)}"
    )


def _question(text: str) -> str:
    """Its first line is enough to tell which it was."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return f"> {one_line(first, most=LONGEST_QUESTION)}"


def _answer(text: str) -> list[str]:
    """As much of it as can be said, in whole lines."""
    if len(text) <= LONGEST_ANSWER:
        return [shown(text)]
    cut = text[:LONGEST_ANSWER].rpartition("\n")[0] or text[:LONGEST_ANSWER]
    return [shown(cut), CUT]


def _sources(it: Replied) -> list[str]:
    """Links to files and lines that are there, and how many were named that are not."""
    if not it.sources and not it.dropped:
        return ["**It rests on no file of the repository.**"]
    links = [f"- [{code(each.name)}]({address(it.page, it.commit, each)})" for each in it.sources]
    said = ["\n".join(["**It rests on:**", "", *links])] if links else []
    more = f"Left out: {counted(it.dropped, 'place')} that the model named and has not seen there."
    return [*said, more] if it.dropped else said


def _cost(enquiry: Enquiry, it: Replied, spent: int) -> str:
    cost, lost = it.cost, spent_words.in_vain(spent - it.cost.micro_usd)
    return (
        f"<sub>Asked by @{enquiry.by.login}; read at `{it.commit[:7]}`. {counted(cost.calls, 'model call')}, "
        f"{cost.tokens} tokens, ${cost.micro_usd / 1e6:.4f}.{lost} "
        "A model wrote this: check what matters.</sub>"
    )
