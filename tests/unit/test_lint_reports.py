"""What tools say, in reports and in lines; anything else is none, and takes no longer than its length."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.lint_reports import (
    LARGEST_CHARACTERS,
    LONGEST_MESSAGE,
    MOST_SAID,
    Said,
    Unreadable,
    in_lines,
    in_report,
)


def sarif(**changed: Any) -> dict[str, Any]:
    result = {
        "ruleId": "F401",
        "level": "error",
        "message": {"text": "`os` imported but unused"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "file:///repository/a.py"},
                    "region": {"startLine": 3},
                }
            }
        ],
    }
    return {"version": "2.1.0", "runs": [{"results": [{**result, **changed}]}]}


def test_sarif_is_read() -> None:
    assert in_report(json.dumps(sarif())) == [
        Said(
            path="file:///repository/a.py",
            line=3,
            rule="F401",
            message="`os` imported but unused",
            level="error",
        )
    ]


def test_of_sarif_what_is_not_said_is_left_open() -> None:
    bare = {"message": {}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}]}
    told = {"runs": [{"results": [bare, {"message": {"text": "nowhere"}}]}, {}]}

    assert in_report(json.dumps(told)) == [Said(path="a.py", line=0, rule="", message="", level="warning")]


def test_eslints_own_is_read() -> None:
    messages = [
        {"ruleId": "no-unused-vars", "severity": 2, "line": 4, "message": "'x' is  never\nused."},
        {"ruleId": None, "severity": 1, "message": "File ignored."},
    ]

    assert in_report(json.dumps([{"filePath": "/repository/a.js", "messages": messages}])) == [
        Said(
            path="/repository/a.js",
            line=4,
            rule="no-unused-vars",
            message="'x' is never used.",
            level="error",
        ),
        Said(path="/repository/a.js", line=0, rule="", message="File ignored.", level="warning"),
    ]


# As ESLint 9.39 wrote it of two files, with `no-unused-vars` an error and `eqeqeq` a warning.
BY_ESLINT: Final = """\
[{"filePath":"/repository/broken.js","messages":[{"ruleId":null,"nodeType":null,"fatal":true,"severity":2,\
"message":"Parsing error: Unexpected token ;","line":1,"column":15}],"suppressedMessages":[],"errorCount":1,\
"fatalErrorCount":1,"warningCount":0,"fixableErrorCount":0,"fixableWarningCount":0,\
"source":"const total = ;\\n","usedDeprecatedRules":[]},{"filePath":"/repository/count.js","messages":[\
{"ruleId":"no-unused-vars","severity":2,"message":"'total' is assigned a value but never used.","line":1,\
"column":7,"nodeType":"Identifier","messageId":"unusedVar","endLine":1,"endColumn":12,"suggestions":[\
{"messageId":"removeVar","data":{"varName":"total"},"fix":{"range":[0,16],"text":""},\
"desc":"Remove unused variable 'total'."}]},{"ruleId":"eqeqeq","severity":1,\
"message":"Expected '===' and instead saw '=='.","line":3,"column":12,"nodeType":"BinaryExpression",\
"messageId":"unexpected","endLine":3,"endColumn":14}],"suppressedMessages":[],"errorCount":1,\
"fatalErrorCount":0,"warningCount":1,"fixableErrorCount":0,"fixableWarningCount":0,\
"source":"const total = 1;\\n","usedDeprecatedRules":[]}]"""


def test_what_eslint_itself_wrote_is_read_with_what_it_cannot_parse() -> None:
    assert [(each.path, each.line, each.rule, each.level) for each in in_report(BY_ESLINT)] == [
        ("/repository/broken.js", 1, "", "error"),
        ("/repository/count.js", 1, "no-unused-vars", "error"),
        ("/repository/count.js", 3, "eqeqeq", "warning"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No module named ruff",
        "{}",
        "1",
        "[1]",
        '[{"messages": 1}]',
        '{"runs": [1]}',
        json.dumps(sarif(message="text")),
        json.dumps(sarif(locations=[{}])),
        json.dumps(sarif(level=["error"])),
        json.dumps(sarif()).replace("3", "Infinity"),
        "[" * 100_000,
        " " * (LARGEST_CHARACTERS + 1),
    ],
)
def test_anything_else_is_no_report(text: str) -> None:
    with pytest.raises(Unreadable):
        in_report(text)


def test_of_too_much_the_beginning_is_read() -> None:
    told = sarif()
    told["runs"][0]["results"] *= MOST_SAID + 5

    assert len(in_report(json.dumps(told))) == MOST_SAID
    assert len(in_lines("a.py:1: x\n" * (MOST_SAID + 5))) == MOST_SAID


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'a.py:1:10: error: Bad type (expression has "str")  [assignment]',
            ("a.py", 1, "assignment", 'Bad type (expression has "str")', "error"),
        ),
        ("a.py:2:1: E302 expected 2 blank lines", ("a.py", 2, "E302", "expected 2 blank lines", "warning")),
        ("src/a.go:7: x declared and not used", ("src/a.go", 7, "", "x declared and not used", "warning")),
        ("a.py:3: note: See elsewhere", ("a.py", 3, "", "See elsewhere", "note")),
        ("a.sh:4:2: warning: quote it [SC2086]", ("a.sh", 4, "SC2086", "quote it", "warning")),
        ("a.yml:4:2: [error] wrong (braces)", ("a.yml", 4, "braces", "[error] wrong", "warning")),
        ("a.py:3: (alone)", ("a.py", 3, "", "(alone)", "warning")),
    ],
)
def test_lines_are_read(line: str, said: tuple[Any, ...]) -> None:
    path, number, rule, message, level = said
    assert in_lines(f"Checking…\n{line}\nFound 1 error.") == [
        Said(path=path, line=number, rule=rule, message=message, level=level)
    ]


@pytest.mark.parametrize("line", ["", "Found 1 error.", "a.py: no line", f"a.py:1: {'x' * 2_000}", ":1: x"])
def test_other_lines_are_passed_over(line: str) -> None:
    assert in_lines(line) == []


def test_what_is_said_is_short_and_of_one_line() -> None:
    [said] = in_lines(f"a.py:1: {'word ' * 300} [{'r' * 60}]")

    assert len(said.message) == LONGEST_MESSAGE
    assert len(said.rule) == 60


@pytest.mark.timeout(20)
def test_rc_19_no_line_takes_long_to_read() -> None:
    hostile = [f"a:1: a{' ' * 1_900}b", f"{'a:' * 900}1: x", f"a:1: {'(' * 1_900}", "a:" + "1" * 1_900]

    assert len(in_lines("\n".join(hostile * 500))) == 2 * 500


@given(st.text())
def test_whatever_is_printed_is_read_or_passed_over(text: str) -> None:
    said = in_lines(text)

    assert len(said) <= len(text.splitlines())
    assert all(each.path and len(each.message) <= LONGEST_MESSAGE for each in said)
