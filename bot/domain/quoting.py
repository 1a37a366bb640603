"""A plain reply that quotes a question answers it, as people answer by mail."""

import re
import unicodedata
from itertools import dropwhile
from typing import Final

QUOTED: Final = re.compile(r" {0,3}>")
FENCE: Final = re.compile(r" {0,3}(?:```|~~~)")
QUESTION: Final = re.compile(r"^- ", re.MULTILINE)


def answer_in(body: str, questions: str) -> str | None:
    """What is said to the questions, where at least one is quoted whole; None where it is no answer.

    `questions` is a list, each behind a dash. In a block of code nothing is quoted. Quotations that stand
    between what is said stay, so that it can be told what belongs to which.
    """
    lines = body.splitlines()
    quoted = _bare("".join(_quotations(lines)))
    asked = [bare for each in QUESTION.split(questions) if (bare := _bare(each))]
    if not any(question in quoted for question in asked):
        return None
    below = list(dropwhile(_is_above, lines))
    own = "\n".join(line for line in below if not QUOTED.match(line))
    return "\n".join(below).strip() if own.strip() else None


def _quotations(lines: list[str]) -> list[str]:
    """The lines that quote, outside of code."""
    found, is_code = list[str](), False
    for line in lines:
        if FENCE.match(line):
            is_code = not is_code
        elif not is_code and QUOTED.match(line):
            found.append(line)
    return found


def _is_above(line: str) -> bool:
    return not line.strip() or bool(QUOTED.match(line))


def _bare(text: str) -> str:
    """Its letters and digits alone: signs are changed where words are shown and quoted."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())
