"""What the model answers PR-Agent: to each question what it asks for, with two findings each time."""

import re
from collections.abc import Sequence
from typing import Final

from standins.claude_replies import Asked, Reply, says

FINDINGS: Final = 2
OF_A_FILE: Final = re.compile(r"^## File: '(?P<path>[^']+)'", re.MULTILINE)
ADDED: Final = re.compile(r"^(?P<number>\d+) +\+(?P<code> *\S.*)$", re.MULTILINE)
CLAIMED: Final = re.compile(r"^suggestion \d+: \{'relevant_file': '(?P<path>[^'\\]+)", re.MULTILINE)

REVIEW: Final = """\
review:
  estimated_effort_to_review_[1-5]: 3
  relevant_tests: "No"
  key_issues_to_review:
{found}
  security_concerns: |
    No
"""
ISSUE: Final = """\
  - relevant_file: |
      {path}
    issue_header: |
      Possible Bug
    issue_content: |
      This value is set twice, and the first is lost.
    start_line: {line}
    end_line: {line}"""
HEADERS: Final = """\
type:
- Enhancement
description: |
  - Brings it up to date
title: |
  Bring it up to date
changes_diagram: |
  ```mermaid
  flowchart LR
    before --> after
  ```
"""
FILE: Final = """\
- filename: |
    {path}
  changes_title: |
    Brought up to date
  changes_summary: |
    - It is brought up to date.
  label: |
    enhancement"""
SUGGESTION: Final = """\
- relevant_file: |
    {path}
  language: |
    python
  existing_code: |
    {code}
  suggestion_content: |
    This value is set twice, and the first is lost.
  improved_code: |
    {code}  # once
  one_sentence_summary: |
    Set it once
  label: |
    possible issue"""
SCORE: Final = """\
- suggestion_summary: |
    Set it once
  relevant_file: {path}
  relevant_lines_start: 1
  relevant_lines_end: 1
  suggestion_score: 7
  why: |
    The first value is lost"""


def answers(asked: Asked) -> Reply:
    """By what the question is for."""
    if "evaluating code suggestions" in asked.system:
        return _yaml("code_suggestions:", [SCORE.format(path=p) for p in CLAIMED.findall(asked.told)])
    if "code analysis and suggestions" in asked.system:
        places = _places(asked.told)
        return _yaml("code_suggestions:", [SUGGESTION.format(path=p, code=c.strip()) for p, _, c in places])
    if "full description" in asked.system or "PRDescriptionHeaders" in asked.system:
        return _yaml(HEADERS.rstrip() + "\npr_files:", _files(asked))
    if is_review(asked):
        issues = [ISSUE.format(path=path, line=line) for path, line, _ in _places(asked.told)]
        return _yaml(REVIEW.format(found="\n".join(issues)), [])
    return _yaml("pr_files:", _files(asked))


def is_review(asked: Asked) -> bool:
    """Whether it is /review that asks."""
    return "constructive and concise feedback" in asked.system


def _yaml(head: str, parts: Sequence[str]) -> Reply:
    return says("```yaml\n" + "\n".join([head, *parts]) + "\n```")


def _files(asked: Asked) -> list[str]:
    return [FILE.format(path=path) for path in OF_A_FILE.findall(asked.told)]


def _places(told: str) -> list[tuple[str, int, str]]:
    """Two added lines, in two files where there are two: each file, line and what stands there."""
    found = list[tuple[str, int, str]]()
    for part in re.split(r"(?m)^(?=## File: ')", told):
        file, line = OF_A_FILE.match(part), ADDED.search(part)
        if file and line:
            found.append((file["path"], int(line["number"]), line["code"]))
        elif file and (plain := re.search(r"(?m)^\+( *\S.*)$", part)):
            found.append((file["path"], 1, plain[1]))
    return (found * FINDINGS)[:FINDINGS]
