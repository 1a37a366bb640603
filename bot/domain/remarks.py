"""Findings of a review: what is said of lines, which of them are said, in what order, and what follows."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from bot.domain.anchors import Anchor
from bot.domain.places import Place, plain

Severity = Literal["critical", "major", "minor", "nit"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
# More of them nobody reads; of what hardly matters, fewer still.
MOST_ON_LINES: Final = 20
MOST_NITS: Final = 3
# How much less sure a finding is that nobody could settle: with the usual threshold the first reader has to
# be surer of it than of most.
UNSETTLED_COSTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong at some lines; `confidence` of a hundred, `code` the lines as they stand there.

    Without code it is of no line that a remark can stand on; of line 0 where its lines cannot be found again.
    One that was followed goes by the fingerprint that it had. One that is unsettled is neither borne out nor
    ruled out by the code that was shown. `lenses` are what it was seen by, nothing where that is not known.
    Of a `tool` of the repository's own nobody needs to look again.
    """

    rule: str
    severity: Severity
    confidence: int
    anchor: Anchor
    title: str
    text: str
    code: tuple[bytes, ...]
    suggestion: str | None = None
    place: Place | None = None
    known_as: str = ""
    is_unsettled: bool = False
    lenses: tuple[str, ...] = ()
    tool: str = ""

    @property
    def is_placed(self) -> bool:
        """Whether its lines are some of the diff."""
        return bool(self.code) and bool(self.anchor.line)

    @property
    def fingerprint(self) -> str:
        """The same wherever these lines have moved to in their file, however they are indented by then.

        What is of no line is known again by its title alone.
        """
        if self.known_as:
            return self.known_as
        code = b"\n".join(map(plain, self.code or (self.title.encode(),)))
        said = f"{self.rule}\0{self.anchor.path}\0{self.anchor.side}\0".encode()
        return hashlib.sha256(said + code).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The findings that count, gravest first: those for their lines, and those that are only listed.

    Those that are `settled`, by somebody's verdict, count no more. So many more were `unsure`.
    """

    on_lines: tuple[Finding, ...] = ()
    listed: tuple[Finding, ...] = ()
    settled: tuple[Finding, ...] = ()
    unsure: int = 0

    @property
    def all(self) -> tuple[Finding, ...]:
        """All that count, in order."""
        return tuple(sorted((*self.on_lines, *self.listed), key=_weight))

    def only_on_lines(self, fingerprints: Collection[str]) -> "Sorted":
        """The same, where no others than these can be said at their lines."""
        there = tuple(each for each in self.on_lines if each.fingerprint in fingerprints)
        return replace(self, on_lines=there, listed=tuple(each for each in self.all if each not in there))


def sort(
    findings: Iterable[Finding],
    *,
    least: int,
    said: Collection[str] = (),
    is_settled: Callable[[Finding], bool] = lambda _: False,
) -> Sorted:
    """Those of enough confidence, each once, and how many had less; on its line what was not `said` there.

    What goes beyond what people read is listed, never left out, and so is what nobody could settle; what
    people have settled is apart.
    """
    found: dict[tuple[str, int], Finding] = {}
    unsure: set[tuple[str, int]] = set()
    # Of two that are the same, the one that was reproduced is said.
    for each in sorted(findings, key=lambda it: (it.is_unsettled, *_weight(it))):
        key = (each.fingerprint, each.anchor.line)
        if each.confidence >= least:
            found.setdefault(key, each)
        else:
            unsure.add(key)
    on_lines: list[Finding] = []
    listed: list[Finding] = []
    settled = [each for each in found.values() if is_settled(each)]
    for each in (each for each in found.values() if each not in settled):
        may_stand = each.is_placed and not each.is_unsettled
        is_for_its_line = may_stand and each.fingerprint not in said and _has_room(each, on_lines)
        (on_lines if is_for_its_line else listed).append(each)
    return Sorted(
        on_lines=tuple(on_lines),
        listed=tuple(listed),
        settled=tuple(settled),
        unsure=len(unsure - found.keys()),
    )


def each_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same without what is there twice: of no line only where it is at none, the surer first."""
    found: dict[tuple[str, int], Finding] = {}
    for each in sorted(findings, key=lambda it: it.is_unsettled):
        found.setdefault((each.fingerprint, each.anchor.line), each)
    at_lines = {name for name, line in found if line}
    return tuple(each for (name, line), each in found.items() if line or name not in at_lines)


def numbers_of(findings: Iterable[Finding], path: str) -> list[tuple[str, int]]:
    """Where they stand in that file: by side and number, the last line of each."""
    return [(each.anchor.side, each.anchor.line) for each in findings if each.anchor.path == path]


def conclusion(findings: Sequence[Finding], *, fails_at: Severity | None, is_whole: bool) -> str:
    """How the check ends: it judges where the repository wants that alone, and passes what was read whole.

    Whoever writes a pull request has a say in what is read: a file may call itself generated. What nobody
    could settle fails nothing, and passes nothing either.
    """
    if fails_at is None:
        return "neutral"
    judging = grave(findings, fails_at)
    if any(not each.is_unsettled for each in judging):
        return "failure"
    return "success" if is_whole and not judging else "neutral"


def blocking(findings: Iterable[Finding], fails_at: Severity | None) -> list[Finding]:
    """Those that a check fails for: none where it fails for nothing."""
    graver = [] if fails_at is None else grave(findings, fails_at)
    return [each for each in graver if not each.is_unsettled]


def grave(findings: Iterable[Finding], fails_at: Severity) -> list[Finding]:
    """Those of that severity, or a graver one."""
    graver = SEVERITIES[: SEVERITIES.index(fails_at) + 1]
    return [each for each in findings if each.severity in graver]


def graver(one: Severity, other: Severity) -> Severity:
    """The one that is worse."""
    return min(one, other, key=SEVERITIES.index)


def judged(
    findings: Sequence[Finding],
    confidence: Mapping[int, int],
    unsettled: Collection[int] = (),
    seen: Collection[int] = (),
) -> list[Finding]:
    """Those that were reproduced, by their places, each as sure as the less sure of the two readers.

    Of what was `seen` in code that the first reader was not shown, the second alone can say how sure it is.

    Those that could neither be reproduced nor ruled out are less sure than the first reader was, and say so.
    """
    return [
        replace(
            each, confidence=_sure(min([confidence[place], *([] if place in seen else [each.confidence])]))
        )
        if place in confidence
        else replace(each, confidence=_sure(_sure(each.confidence) - UNSETTLED_COSTS), is_unsettled=True)
        for place, each in enumerate(findings)
        if place in confidence or place in unsettled
    ]


def still_so(earlier: Iterable[Finding], confidence: Iterable[int | None]) -> list[Finding]:
    """What was said before and stays; what was unsettled then is settled by whoever reproduces it now.

    Each with how sure they are of it, None where it was not reproduced.
    """
    return [
        replace(each, confidence=_sure(min(each.confidence + UNSETTLED_COSTS, sure)), is_unsettled=False)
        if each.is_unsettled and sure is not None
        else each
        for each, sure in zip(earlier, confidence, strict=True)
    ]


def _sure(confidence: int) -> int:
    """Of a hundred, whatever the model says."""
    return min(100, max(0, confidence))


def _has_room(it: Finding, said: Sequence[Finding]) -> bool:
    """Whether people bear one more."""
    nits = sum(each.severity == "nit" for each in said)
    return len(said) < MOST_ON_LINES and (it.severity != "nit" or nits < MOST_NITS)


def _weight(it: Finding) -> tuple[int, int, str, int]:
    return SEVERITIES.index(it.severity), -it.confidence, it.anchor.path, it.anchor.line
