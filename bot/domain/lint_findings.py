"""What tools say of a change, as findings at the lines that it adds, beside what a reader found."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from bot.domain.anchors import Anchor
from bot.domain.diff import ADDED, FileDiff, lines_of
from bot.domain.lint_reports import Said
from bot.domain.places import place_of
from bot.domain.remarks import Finding, Severity, graver

# A change that a tool has more to say of is read by nobody any better.
MOST_FINDINGS: Final = 30
SURE: Final = 100
# Of two that say the same so much of the tool's words stands in the reader's.
ALIKE: Final = 0.5
_WORD: Final = re.compile(r"[A-Za-z_]{4,}")


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


def capped(found: Sequence[Finding]) -> tuple[list[Finding], int]:
    """As many as a review takes of them, the graver first, and how many more there were."""
    ordered = sorted(found, key=lambda it: it.severity != "minor")
    return ordered[:MOST_FINDINGS], max(0, len(ordered) - MOST_FINDINGS)


def merged(found: Iterable[Finding], by_tools: Sequence[Finding]) -> tuple[Finding, ...]:
    """Both, and what a reader found at the same place with the same meaning in place of the tool's words."""
    kept, tools = list[Finding](), list(by_tools)
    for each in found:
        nth = next((nth for nth, one in enumerate(tools) if _is_the_same(each, one)), None)
        if nth is None:
            kept.append(each)
        else:
            tools[nth] = _with_words_of(each, tools[nth])
    return (*kept, *tools)


def gone(before: Iterable[Finding], now: Iterable[Finding], ran: Collection[str]) -> tuple[Finding, ...]:
    """What tools said before and say no more; of one that did not run this time nothing is told."""
    names = {each.fingerprint for each in now}
    return tuple(each for each in before if each.tool in ran and each.fingerprint not in names)


def _added(diff: bytes, file: FileDiff) -> set[int]:
    return {line.number for hunk in file.hunks for line in lines_of(diff, hunk) if line.sign == ADDED}


def _path_in(told: str, files: Mapping[str, FileDiff]) -> str | None:
    """The file that is meant, however much of the way to it is told."""
    path = unquote(told).replace("\\", "/").removeprefix("file://").removeprefix("./")
    if path in files:
        return path
    meant = [each for each in files if path.endswith(f"/{each}")] if path.startswith("/") else []
    return max(meant, key=len, default=None)


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
    return rule in text or (bool(wanted) and len(wanted & there) >= ALIKE * len(wanted))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _with_words_of(reader: Finding, tools: Finding) -> Finding:
    """Known by the tool's rule, at its line; a suggestion is for just the lines that it was made for."""
    is_there = reader.anchor.numbers == tools.anchor.numbers
    return replace(
        tools,
        severity=graver(reader.severity, tools.severity),
        text=reader.text,
        suggestion=reader.suggestion if is_there else None,
    )
