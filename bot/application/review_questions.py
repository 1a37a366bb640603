"""What the model is asked in a review: first to find, then to reproduce what was found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel

from bot.application.prompting import noting, render
from bot.application.review_answers import Findings, Verdicts
from bot.application.review_guidance import NOTHING, Guidance
from bot.application.review_readers import Readers
from bot.domain.conversation import asked
from bot.domain.diff import FileDiff
from bot.domain.diff_shown import shown_file
from bot.domain.fencing import fence, nonce_of
from bot.domain.remarks import Finding
from bot.domain.reviewing import Request
from bot.domain.schemas import bare
from bot.domain.visible import visible_markdown
from bot.records import Question
from bot.review_records import Reviewable

Turns = Mapping[str, Mapping[str, str]]

MAX_TOKENS: Final = 16_000
LONGEST_DESCRIPTION: Final = 8_000
# What is around the hunks may make a question so much longer, in characters: less for three of the diff each.
MOST_AROUND: Final = 40_000
LEAST_AROUND: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked about: the pull request, which of its groups of files, and these by path, if at hand.

    Where it is `patient`, nobody waits for what comes of it.
    """

    request: Request
    pull: Reviewable
    key: str
    focus: str = ""
    nth: int = 0
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    guidance: Guidance = Guidance()  # noqa: RUF009  frozen
    readers: Readers = Readers()  # noqa: RUF009  frozen
    not_secret: tuple[str, ...] = ()
    patient: bool = False
    by_tools: Sequence[Finding] = ()

    @property
    def held_against(self) -> str:
        """What the repository says of itself, and what its own readers look for."""
        said = [each for each in (self.guidance.instructions, self.readers.told) if each not in {"", NOTHING}]
        return "\n\n".join(said) or NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is to be looked at a second time: what was found now, and what was said of an earlier state."""

    found: Sequence[Finding]
    earlier: Sequence[Finding] = ()

    @property
    def all(self) -> Sequence[Finding]:
        """Both, as they are numbered."""
        return (*self.found, *self.earlier)


def finding_question(
    asking: Asking,
    diff: bytes,
    group: Sequence[FileDiff],
    earlier: Sequence[Finding],
    model: str,
    *,
    looks: bool = False,
) -> Question:
    """What is wrong with these files' changes, beside what was said of them before."""
    nonce, pull = nonce_of(asking.key), asking.pull
    paths = {file.path for file in group}
    known = [*earlier, *(each for each in asking.by_tools if each.anchor.path in paths)]
    focus = (
        fence(visible_markdown(asking.focus).text, "what to look at", nonce) if asking.focus else "(nothing)"
    )
    # What is the same for each group comes first, in a turn of its own: the prompt cache serves it.
    turns = {
        "review_request": {
            "repository": asking.request.repository.full_name,
            "instructions": asking.held_against,
            "title": _title(asking, nonce),
            "description": fence(
                visible_markdown(pull.body).text[:LONGEST_DESCRIPTION], "description", nonce
            ),
            "issues": asking.guidance.issues,
            "focus": focus,
            "readers": ", ".join(asking.readers.names),
        },
        "review_change": {
            "known": fence("\n".join(map(_said, known)), "said before", nonce) if known else "(nothing)",
            "diff": _shown(diff, group, asking, nonce),
        },
    }
    return _question("review", turns, Findings, model, behind=["review_look"] if looks else [])


def verifying_question(
    asking: Asking,
    diff: bytes,
    around: Sequence[FileDiff],
    claims: Claims,
    model: str,
    *,
    doubts: Mapping[int, str] | None = None,
) -> Question:
    """Which of these findings are real: whoever looks again sees the code, the title and the claims alone.

    With `doubts`, what some of them were left open for, it is to look for that, and judge these alone.
    """
    nonce = nonce_of(asking.key)
    new = [_claim(nth, each) for nth, each in enumerate(claims.found)]
    old = [_claim(nth, each) | _earlier(each) for nth, each in enumerate(claims.earlier, len(new))]
    asked_of = [each for nth, each in enumerate((*new, *old)) if doubts is None or nth in doubts]
    told = "\n".join(json.dumps(each, ensure_ascii=False) for each in asked_of)
    turns = {
        "review_claims": {
            "instructions": asking.held_against,
            "title": _title(asking, nonce),
            "diff": _shown(diff, [file for file in around if file.hunks], asking, nonce),
            "claims": fence(told, "claims", nonce),
        }
    }
    if doubts:
        steps = "\n".join(f"{nth}: {each}" for nth, each in doubts.items())
        turns["review_doubts"] = {"doubts": fence(steps, "doubts", nonce)}
    return _question("review_verify", turns, Verdicts, model)


def _title(asking: Asking, nonce: str) -> str:
    return fence(visible_markdown(asking.pull.title).text, "title", nonce)


def _question(
    rules: str, turns: Turns, shape: type[BaseModel], model: str, *, behind: Sequence[str] = ()
) -> Question:
    """The rules, then what is asked, turn by turn, to be answered in that shape.

    What is `behind` has no turn of its own: the last two are marked for the cache.
    """
    with noting() as prompts:
        system, said = render(rules), [render(turn, **names) for turn, names in turns.items()]
        said[-1] = "\n".join([said[-1], *map(render, behind)])
    return Question(
        model=model,
        system=system,
        messages=tuple(map(asked, said)),
        schema=bare(shape.model_json_schema()),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )


def _shown(diff: bytes, files: Sequence[FileDiff], asking: Asking, nonce: str) -> str:
    """The hunks of these files, with what is around them as far as there is room for it."""
    plains = [shown_file(diff, file) for file in files]
    parts, room = list[str](), max(LEAST_AROUND, MOST_AROUND - sum(map(len, plains)) // 3)
    for file, plain in zip(files, plains, strict=True):
        whole = shown_file(diff, file, asking.texts.get(file.path, ()))
        fits = len(whole) - len(plain) <= room
        room -= len(whole) - len(plain) if fits else 0
        parts.append(whole if fits else plain)
    return fence("\n\n".join(parts), "diff", nonce)


def _claim(nth: int, it: Finding) -> dict[str, object]:
    return {
        "number": nth,
        "path": it.anchor.path,
        "side": it.anchor.side,
        "lines": [it.anchor.begins, it.anchor.line],
        "severity": it.severity,
        "claim": it.title,
        "because": it.text,
        "suggestion": it.suggestion,
    }


def _earlier(it: Finding) -> dict[str, object]:
    """It was said of another state: how its lines read then, and where they are now, if they still are."""
    code = "\n".join(line.decode(errors="replace") for line in it.code)
    lines = [it.anchor.begins, it.anchor.line] if it.is_placed else None
    return {"said_before": True, "lines": lines, "code_then": code}


def _said(it: Finding) -> str:
    return (
        f"{it.anchor.path}:{it.anchor.line}: {it.title} ({it.rule})"
        if it.tool
        else f"{it.anchor.path}: {it.title}"
    )
