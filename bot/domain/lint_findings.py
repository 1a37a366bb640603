"""What tools say of a change, as findings at the lines that it adds, beside what a reader found."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from bot.domain.anchors import Anchor
from bot.domain.diff import ADDED, FileDiff, lines_of
from bot.domain.lint_reports import Said
from bot.domain.places import place_of
from bot.domain.remarks import SEVERITIES, Finding, Severity, graver

# A change that a tool has more to say of is read by nobody any better.
MOST_FINDINGS: Final = 30
SURE: Final = 100
# Where the working copy lies in a sandbox: one file of a name is not another's of a longer one.
PLACE: Final = "/repository/"
# Of two that say the same more than so much of the tool's words stands in the reader's.
ALIKE: Final = 0.5
_WORD: Final = re.compile(r"[A-Za-z_]{2,}")
# What nobody says without meaning the rule: one that is a mere word, such as `index`, is no name.
_NAMED: Final = re.compile(r"(?=.*[\d/-]).{3,}")


def findings_of(tool: str, said: Iterable[Said], diff: bytes, files: Mapping[str, FileDiff]) -> list[Finding]:
    """What it says of added lines of these files, each once; notes only explain others."""
    added = {path: _added(diff, file) for path, file in files.items()}
    found: dict[tuple[str, int], Finding] = {}
    for each in said:
        path = _path_in(each.path, files)
        if path is None or each.level == "note" or not each.message or each.line not in added[path]:
            continue
        finding = _finding(tool, each, diff, files[path])
        found.setdefault((finding.fingerprint, each.line), finding)
    return list(found.values())


def capped(found: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    """As many as a review takes of them, the graver first, and those that there were beside."""
    ordered = sorted(found, key=lambda it: it.severity != "minor")
    return ordered[:MOST_FINDINGS], ordered[MOST_FINDINGS:]


def merged(found: Iterable[Finding], by_tools: Sequence[Finding], *, least: int = 0) -> tuple[Finding, ...]:
    """Both, and what a reader found at the same place with the same meaning in place of the tool's words.

    What a reader is not sure of, or said before, stands for itself.
    """
    kept, tools = list[Finding](), list(by_tools)
    for each in found:
        is_sure = each.confidence >= least and not each.is_unsettled and not each.known_as
        nth = next((nth for nth, one in enumerate(tools) if is_sure and _is_the_same(each, one)), None)
        if nth is None:
            kept.append(each)
        else:
            tools[nth] = _with_words_of(each, tools[nth])
    return (*kept, *tools)


def as_before(found: Iterable[Finding], before: Iterable[Finding], *, least: int = 0) -> list[Finding]:
    """What a reader made of it stays while the tool says the same of the same lines; no suggestion does."""
    known = {each.fingerprint: each for each in before if each.confidence >= least}
    return [_as_then(each, known.get(each.fingerprint, each)) for each in found]


def parted(
    before: Iterable[Finding], now: Iterable[Finding], is_heard: Callable[[Finding], bool]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What tools said before and say no more, and of what they had no chance to say it again."""
    names = {each.fingerprint for each in now}
    left = [each for each in before if each.tool and each.fingerprint not in names]
    return tuple(each for each in left if is_heard(each)), tuple(each for each in left if not is_heard(each))


def adds_nothing(diff: bytes, file: FileDiff) -> bool:
    """Whether it is seen that no line of it is added any more."""
    return bool(file.hunks) and not _added(diff, file)


def _as_then(it: Finding, then: Finding) -> Finding:
    if not then.text:
        return it
    return replace(it, severity=then.severity, confidence=then.confidence, text=then.text)


def _added(diff: bytes, file: FileDiff) -> set[int]:
    return {line.number for hunk in file.hunks for line in lines_of(diff, hunk) if line.sign == ADDED}


def _path_in(told: str, files: Mapping[str, FileDiff]) -> str | None:
    """The file that is meant, told from the top of the working copy or from that of the sandbox."""
    for path in (told, unquote(told)):
        plain = path.replace("\\", "/").removeprefix("file://").removeprefix(PLACE).removeprefix("./")
        if plain in files:
            return plain
    return None


def _finding(tool: str, it: Said, diff: bytes, file: FileDiff) -> Finding:
    anchor = Anchor(path=file.path, line=it.line)
    place, code = place_of(diff, file, anchor) or (None, ())
    return Finding(
        rule=f"{tool}:{it.rule or 'said'}",
        severity=_severity(it),
        confidence=SURE,
        anchor=anchor,
        title=it.message,
        text="",
        code=code,
        place=place,
        tool=tool,
    )


def judges_tools(fails_at: Severity) -> bool:
    """Whether what one of them finds would fail a check that fails from that severity on."""
    return SEVERITIES.index("minor") <= SEVERITIES.index(fails_at)


def _severity(it: Said) -> Severity:
    """No tool knows what a mistake costs: nothing of theirs is major."""
    return "minor" if it.level == "error" else "nit"


def _is_the_same(it: Finding, tools: Finding) -> bool:
    """The same line, and the reader names the rule or says most of the tool's words."""
    if it.tool or it.anchor.side != "RIGHT" or it.anchor.path != tools.anchor.path:
        return False
    if tools.anchor.line not in it.anchor.numbers:
        return False
    text, rule = f"{it.rule} {it.title} {it.text}", tools.rule.partition(":")[2]
    wanted, there = _words(tools.title), _words(text)
    return _names(text, rule) or len(wanted & there) > ALIKE * len(wanted)


def _names(text: str, rule: str) -> bool:
    """Whether the rule is named in it, as a word of its own."""
    is_one = _NAMED.fullmatch(rule)
    return bool(is_one and re.search(rf"(?<![\w/-]){re.escape(rule)}(?![\w/-])", text, re.IGNORECASE))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _with_words_of(reader: Finding, tools: Finding) -> Finding:
    """Known by the tool's rule, at its line; a suggestion is for just the lines that it was made for.

    That it is graver than the tool says is as sure as the reader is.
    """
    is_there = reader.anchor.numbers == tools.anchor.numbers
    severity = graver(reader.severity, tools.severity)
    return replace(
        tools,
        severity=severity,
        confidence=tools.confidence if severity == tools.severity else reader.confidence,
        text=reader.text,
        suggestion=reader.suggestion if is_there else None,
    )
