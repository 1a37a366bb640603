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
from bot.domain.diff_shown import hunks_around, shown_file
from bot.domain.fencing import fence, nonce_of, spelled
from bot.domain.lenses import LENSES
from bot.domain.remarks import Finding, numbers_of
from bot.domain.reviewing import Request
from bot.domain.schemas import bare
from bot.domain.visible import visible_markdown
from bot.records import Question
from bot.review_records import Reviewable

Said = tuple[str, Mapping[str, str]]
"""A prompt, and what its names stand for."""

MAX_TOKENS: Final = 16_000
MOST_MOVED: Final = 100
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
    moved: Sequence[tuple[str, str]] = ()


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
    nonce = nonce_of(asking.key)
    paths = {file.path for file in group}
    known = [*earlier, *(each for each in asking.by_tools if each.anchor.path in paths)]
    change: list[Said] = []
    if known:
        change.append(("review_known", {"known": fence("\n".join(map(_said, known)), "said before", nonce)}))
    change.append(("review_change", {"diff": _shown(diff, group, asking, nonce)}))
    if asking.moved and not asking.nth:
        moved = [f"{spelled(was)} -> {spelled(path)}" for was, path in asking.moved[:MOST_MOVED]]
        change.append(("review_moved", {"moved": fence("\n".join(moved), "moved", nonce)}))
    if looks:
        change.append(("review_look", {}))
    # What is the same for each group comes first, in a turn of its own: the prompt cache serves it.
    return _question("review", [_about(asking, nonce), change], Findings, model)


def _about(asking: Asking, nonce: str) -> list[Said]:
    """The pull request, and of what could be said of it what there is."""
    where, issues = f"title, in {asking.request.repository.full_name}", asking.guidance.issues
    said: list[Said] = [("review_request", {"title": _title(asking, nonce, where)})]
    if body := visible_markdown(asking.pull.body).text[:LONGEST_DESCRIPTION].strip():
        said.append(("review_description", {"description": fence(body, "description", nonce)}))
    if asking.readers.names != LENSES:
        said.append(("review_named", {"readers": ", ".join(asking.readers.names)}))
    said += _guiding("review_instructions", asking)
    if issues != NOTHING:
        said.append(("review_issues", {"issues": issues}))
    if asking.focus:
        focus = fence(visible_markdown(asking.focus).text, "what to look at", nonce)
        said.append(("review_focus", {"focus": focus}))
    return said


def _guiding(prompt: str, asking: Asking) -> list[Said]:
    """What the repository says of itself, and what its own readers look for, where it says anything."""
    instructions, told = asking.guidance.instructions, asking.readers.told
    said: list[Said] = [] if instructions == NOTHING else [(prompt, {"instructions": instructions})]
    return [*said, ("review_readers", {"told": told})] if told else said


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
    told = "\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in asked_of)
    said = _guiding("review_conventions", asking)
    if old:
        said.append(("review_earlier", {}))
    code = _shown(diff, [file for file in around if file.hunks], asking, nonce, at=claims.all)
    claimed = fence(told, "claims", nonce)
    said.append(("review_claims", {"title": _title(asking, nonce), "diff": code, "claims": claimed}))
    if not doubts:
        return _question("review_verify", [said], Verdicts, model)
    steps = "\n".join(f"{nth}: {each}" for nth, each in doubts.items())
    further: Said = ("review_doubts", {"doubts": fence(steps, "doubts", nonce)})
    return _question("review_verify", [said, [further]], Verdicts, model)


def _title(asking: Asking, nonce: str, source: str = "title") -> str:
    return fence(visible_markdown(asking.pull.title).text, source, nonce)


def _question(rules: str, turns: Sequence[Sequence[Said]], shape: type[BaseModel], model: str) -> Question:
    """The rules, then what is asked, turn by turn, to be answered in that shape."""
    with noting() as prompts:
        system = render(rules)
        said = ["\n".join(render(prompt, **names) for prompt, names in turn) for turn in turns]
    return Question(
        model=model,
        system=system,
        messages=tuple(map(asked, said)),
        schema=bare(shape.model_json_schema()),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )


def _shown(
    diff: bytes,
    files: Sequence[FileDiff],
    asking: Asking,
    nonce: str,
    *,
    at: Sequence[Finding] | None = None,
) -> str:
    """The hunks of these files, with what is around them as far as there is room for it.

    Where something is claimed `at` some of them, only these have it.
    """
    plains = [shown_file(diff, file) for file in files]
    parts, room = list[str](), max(LEAST_AROUND, MOST_AROUND - sum(map(len, plains)) // 3)
    for file, plain in zip(files, plains, strict=True):
        near = None if at is None else hunks_around(file, numbers_of(at, file.path), file.hunks).hunks
        whole = shown_file(diff, file, asking.texts.get(file.path, ()), near)
        fits = len(whole) - len(plain) <= room
        room -= len(whole) - len(plain) if fits else 0
        parts.append(whole if fits else plain)
    return fence("\n\n".join(parts), "diff", nonce)


def _claim(nth: int, it: Finding) -> dict[str, object]:
    return {
        "number": nth,
        "path": it.anchor.path,
        **({"side": "LEFT"} if it.anchor.side == "LEFT" else {}),
        "lines": [it.anchor.begins, it.anchor.line],
        "claim": it.title,
        "because": it.text,
        **({} if it.suggestion is None else {"suggestion": it.suggestion}),
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
