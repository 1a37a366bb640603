"""What a test run that ended well is called, and why."""

import pytest

from bot.domain.judges import Judges
from bot.domain.trust import Remark, Rerun, Seen, Tested, Trust, remarks_on

FINE = Rerun(is_green=True, passed=5)
CHANGED = Judges(changed=("tests/test_a.py",))


@pytest.mark.parametrize(
    ("seen", "remarks"),
    [
        (Seen(judges=Judges(), before=5, now=5), []),
        (Seen(judges=Judges(), before=5, now=8), []),
        (Seen(judges=Judges(), before=None, now=None), []),
        (Seen(judges=Judges(), before=None, now=3), []),
        (Seen(judges=Judges(added=("tests/test_b.py",)), before=5, now=6, old_tests=FINE), []),
        (
            Seen(judges=Judges(added=("test_b.py", "tests/data/b.json")), before=5, now=5, old_tests=FINE),
            [Remark(code="new_tests_idle", paths=("test_b.py",))],
        ),
        (Seen(judges=Judges(added=("tests/data/b.json",)), before=5, now=5, old_tests=FINE), []),
        (Seen(judges=Judges(), before=5, now=4), [Remark(code="fewer_passed", before=5, now=4)]),
        (Seen(judges=Judges(), before=5, now=None), [Remark(code="result_gone", before=5)]),
        (Seen(judges=Judges(), before=5, now=0), [Remark(code="nothing_passed", before=5)]),
        (Seen(judges=Judges(), before=None, now=0), [Remark(code="nothing_passed")]),
        (Seen(judges=Judges(), before=5, now=5, is_blind=True), [Remark(code="failing_test_passed")]),
        (
            Seen(judges=CHANGED, before=5, now=5, old_tests=FINE),
            [Remark(code="tests_changed", paths=("tests/test_a.py",))],
        ),
        (
            Seen(judges=Judges(), before=5, now=6, old_tests=Rerun(is_green=False, passed=4)),
            [Remark(code="old_tests_fail")],
        ),
        (
            Seen(judges=Judges(), before=5, now=6, old_tests=Rerun(is_green=True, passed=4)),
            [Remark(code="old_tests_fewer", before=5, now=4)],
        ),
        (
            Seen(judges=Judges(), before=5, now=6, old_tests=Rerun(is_green=True, passed=None)),
            [Remark(code="old_tests_fewer", before=5)],
        ),
        (Seen(judges=Judges(), before=None, now=None, old_tests=Rerun(is_green=True, passed=None)), []),
        (
            Seen(judges=Judges(removed=("b",), steering=("c", "d")), before=5, now=5, old_tests=FINE),
            [Remark(code="tests_removed", paths=("b",)), Remark(code="runner_changed", paths=("c", "d"))],
        ),
        (
            Seen(judges=Judges(), before=5, now=5, installs=("requirements.txt",)),
            [Remark(code="installs_changed", paths=("requirements.txt",))],
        ),
        (Seen(judges=Judges(), before=5, now=5, failed_first=()), [Remark(code="flaky")]),
        (
            Seen(judges=Judges(), before=5, now=4, failed_first=("a", "b")),
            [Remark(code="flaky", names=("a", "b")), Remark(code="fewer_passed", before=5, now=4)],
        ),
        (
            Seen(judges=Judges(), before=5, now=5, report=("report_failed",)),
            [Remark(code="report_failed")],
        ),
    ],
)
def test_what_is_remarked(seen: Seen, remarks: list[Remark]) -> None:
    assert list(remarks_on(seen)) == remarks


@pytest.mark.parametrize(
    ("tested", "trust"),
    [
        (Tested(passed=5, before=5), Trust.PLAIN),
        (Tested(), Trust.UNCOUNTED),
        (Tested(passed=5, remarks=(Remark(code="tests_changed"),)), Trust.REMARKED),
        (Tested(remarks=(Remark(code="runner_changed"),)), Trust.REMARKED),
    ],
)
def test_what_it_is_called(tested: Tested, trust: Trust) -> None:
    assert tested.trust is trust
