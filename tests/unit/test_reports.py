"""What a test run says of itself, and what of that is not believed."""

import threading
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.application.trial import tried
from bot.domain.reporting import REPORT
from bot.domain.reports import (
    DEEPEST,
    LARGEST_BYTES,
    LONGEST_MESSAGE,
    LONGEST_NAME,
    MOST_ELEMENTS,
    MOST_FAILING,
    Failing,
    Told,
    kept,
    read_back,
    told,
)
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import BASE, WRITTEN, integration

PYTEST = b"""<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"
 errors="0" failures="1" skipped="1" tests="4"><properties><property name="a" value="b"/></properties>
<testcase classname="tests.test_cart" name="test_sum" time="0.1"/>
<testcase classname="tests.test_cart" name="test_gift"><failure message="assert 3 == 4&#10; +  where 3">def
test_gift(): ...</failure><error message="at teardown"/></testcase>
<testcase classname="tests.test_cart" name="test_slow"><skipped message="slow"/></testcase>
<testcase classname="tests.test_cart" name="test_it"><system-out>failure</system-out></testcase>
</testsuite></testsuites>"""
SUREFIRE = b"""<testsuite name="shop.CartTest" tests="2"><testcase name="adds" classname="shop.CartTest">
<error type="java.lang.IllegalStateException">
java.lang.IllegalStateException: no till
  at shop.Cart</error></testcase><testcase name="takes" classname="shop.CartTest"/></testsuite>"""
GIFT = Failing(name="test_gift", where="tests.test_cart", message="assert 3 == 4")


def case(name: str, inside: str = "") -> str:
    return f"<testcase name={quoteattr(name)}>{inside}</testcase>"


def suite(*cases: str) -> bytes:
    return f"<testsuite>{''.join(cases)}</testsuite>".encode()


def test_a_report_is_counted_and_names_what_failed() -> None:
    assert told("", [PYTEST], is_green=False) == Told(passed=2, failed=1, failing=(GIFT,))


def test_several_reports_are_put_together() -> None:
    till = Failing(name="adds", where="shop.CartTest", message="java.lang.IllegalStateException: no till")

    found = told("", [PYTEST, SUREFIRE], is_green=False)

    assert found == Told(passed=3, failed=2, failing=(GIFT, till))


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (
            "FAILED tests/test_a.py::test_b[x y] - assert 1 == 2\n"
            "FAILED tests/test_a.py::test_c - boom\nERROR tests/d.py\n1 failed, 9 passed, 2 errors in 0.1s\n",
            (9, 3, ["tests/test_a.py::test_c", "tests/d.py"]),
        ),
        (
            "FAIL: test_b (shop.Cart)\nERROR: test_c (shop.Cart.test_c)\n"
            "Ran 4 tests in 0.010s\n\nFAILED (failures=1, errors=1)\n",
            (2, 2, ["test_b", "test_c"]),
        ),
        (
            "--- FAIL: TestSum (0.00s)\n    --- FAIL: TestSum/gift (0.00s)\n",
            (None, 2, ["TestSum", "TestSum/gift"]),
        ),
        (
            "test cart::sum ... FAILED\ntest result: FAILED. 2 passed; 1 failed; 0 ignored;\n",
            (2, 1, ["cart::sum"]),
        ),
        ("\u2716 adds (1.5ms)\n\u2139 pass 1\n\u2139 fail 1\n\u2716 failing tests:\n", (1, 1, ["adds"])),
        ("not ok 2 - takes # time=1\n# pass 1\n# fail 1\n", (1, 1, ["takes"])),
        (
            "  \u25cf cart \u203a adds\nTests:       1 failed, 2 passed, 3 total\n",
            (2, 1, ["cart \u203a adds"]),
        ),
        ("[ERROR]   CartTest.adds:12 expected 1\n", (None, 1, ["CartTest.adds"])),
        ("      Tests  2 failed | 7 passed (9)\n", (7, 2, [])),
        ("  3 passing (31ms)\n  1 failing\n", (3, 1, [])),
        ("make: *** [test] Error 1\n", (None, None, [])),
    ],
)
def test_without_a_report_the_words_are_read(
    output: str, found: tuple[int | None, int | None, list[str]]
) -> None:
    said = told(output, [], is_green=False)

    assert (said.passed, said.failed, [each.name for each in said.failing]) == found
    assert said.doubts == ()


def test_what_the_words_say_of_a_failure_is_its_message() -> None:
    [each] = told("FAILED tests/test_a.py::test_c - boom\n", [], is_green=False).failing

    assert (each.name, each.message) == ("tests/test_a.py::test_c", "boom")


@pytest.mark.parametrize(
    ("output", "report", "is_green", "doubts"),
    [
        ("1 passed in 0.1s", suite(case("a")), True, ()),
        ("", suite(case("a", "<failure/>")), False, ()),
        ("", suite(case("a", "<failure/>")), True, ("report_failed",)),
        ("1 failed in 0.1s", suite(case("a")), False, ("report_passed",)),
        ("3 passed in 0.1s", suite(case("a")), True, ("report_fewer",)),
        ("1 passed in 0.1s", suite(), True, ()),
        ("1 passed in 0.1s", b"all is well", True, ("report_broken",)),
    ],
)
def test_what_does_not_fit_is_named(
    output: str, report: bytes, doubts: tuple[str, ...], *, is_green: bool
) -> None:
    assert told(output, [report], is_green=is_green).doubts == doubts


def test_a_report_never_makes_more_tests_pass_than_were_printed() -> None:
    assert told("1 passed in 0.1s", [suite(*map(case, "abc"))], is_green=True).passed == 1


BOMB = """<!DOCTYPE testsuite [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><testsuite><testcase name="&c;"/></testsuite>"""
OUTSIDE = '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>'


@pytest.mark.parametrize(
    "report",
    [
        BOMB.encode(),
        OUTSIDE.encode(),
        b"<!DOCTYPE testsuite><testsuite/>",
        b"<testsuite>" * (DEEPEST + 1) + b"</testsuite>" * (DEEPEST + 1),
        b"<html><testsuite/></html>",
        b"<testsuite>",
        b"<testsuite/><testsuite/>",
        b"<testsuite>" + b" " * LARGEST_BYTES + b"</testsuite>",
        b'<?xml version="1.0" encoding="no-such-code"?><testsuite/>',
        "<testsuite>\ud83d</testsuite>".encode(errors="surrogatepass"),
        b"\x00\x01",
        b"",
    ],
)
def test_sb_09_a_report_that_nobody_should_read_says_nothing(report: bytes) -> None:
    found = told("", [report], is_green=True)

    assert found == Told(doubts=("report_broken",))


def test_sb_09_a_report_of_more_elements_than_anybody_has_says_nothing() -> None:
    known = b"<testsuite>" + case("a").encode() + b"<p/>" * (MOST_ELEMENTS - 2)
    many = known + b"<p/></testsuite>"

    assert told("7 passed in 0.1s", [known + b"</testsuite>"], is_green=True).passed == 7
    assert told("", [known + b"</testsuite>"], is_green=True) == Told(passed=1, failed=0)
    assert told("7 passed in 0.1s", [many], is_green=True) == Told(
        passed=7, failed=0, doubts=("report_broken",)
    )


def test_sb_09_what_is_broken_counts_for_nothing_and_the_other_reports_do() -> None:
    half = b"<testsuite>" + case("b", "<failure/>").encode()

    found = told("", [suite(case("a")), half, suite(case("c"))], is_green=True)

    assert found == Told(passed=2, failed=0, doubts=("report_broken",))


def test_sb_09_all_reports_together_are_no_larger_than_one_may_be() -> None:
    half = b"<testsuite>" + b" " * (LARGEST_BYTES // 2 - 60) + case("a").encode() + b"</testsuite>"

    assert told("", [half, half], is_green=True).passed == 2
    assert told("", [half, half, half], is_green=True) == Told(passed=2, failed=0, doubts=("report_broken",))


def test_sb_09_names_are_short_one_line_and_hold_nothing_hidden() -> None:
    failing = f"<failure message={quoteattr('m' * 9_000)}/>"
    shown = case("a\u202eb&#10;\u200b" + "x" * 9_000, failing)
    report = suite(shown.replace("&amp;#10;", "&#10;"), *[case("", "<error>\n</error>")] * (MOST_FAILING + 5))

    found = told("", [report], is_green=False)

    first, second = found.failing[:2]
    assert (found.failed, len(found.failing)) == (MOST_FAILING + 6, MOST_FAILING)
    assert first.name.startswith("ab xxx")
    assert (len(first.name), len(first.message)) == (LONGEST_NAME, LONGEST_MESSAGE)
    assert second == Failing(name="?")


class Watched(bytes):
    """A report that notes in which threads somebody asks how long it is."""

    threads: list[threading.Thread]

    def __len__(self) -> int:
        self.threads.append(threading.current_thread())
        return super().__len__()


async def test_sb_09_while_a_report_is_read_everything_else_goes_on() -> None:
    stage, report = Stage(), Watched(PYTEST)
    report.threads = []
    stage.log.holds(WRITTEN)
    stage.sources = FakeSources({BASE: {}}, reports={REPORT: report})

    found = await tried(stage.world, integration(WRITTEN), ("pytest",))

    assert found.told.failing == (GIFT,)
    assert report.threads
    assert threading.current_thread() not in report.threads


def test_many_names_in_the_words_are_some() -> None:
    output = "".join(f"--- FAIL: Test{number} (0.00s)\n" for number in range(MOST_FAILING + 5))

    assert len(told(output, [], is_green=False).failing) == MOST_FAILING


@pytest.mark.parametrize(
    "said", [Told(), Told(passed=1, failed=1, failing=(GIFT,), doubts=("report_fewer",))]
)
def test_what_is_kept_is_read_back(said: Told) -> None:
    assert read_back(kept(said)) == said


def test_a_report_of_an_earlier_version_says_nothing() -> None:
    assert read_back(None) == Told()


@given(st.text(), st.binary() | st.text().map(lambda text: suite(case(text)) if text.isprintable() else b""))
def test_no_content_is_an_error(output: str, report: bytes) -> None:
    found = told(output, [report], is_green=True)

    assert (found.passed or 0) >= 0
