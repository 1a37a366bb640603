"""Texts beside the facts: read back as they were kept, and missed where they have expired."""

import json
from dataclasses import replace

from msgspec import structs

from bot.application.texts import load_kept_back, load_tested
from bot.domain import events as e
from bot.domain.trust import Remark, Tested
from tests.unit.fakes import Stage
from tests.unit.histories import TESTED, WRITTEN, integration, kept

REMARKS = (
    Remark(code="fewer_passed", before=5, now=4),
    Remark(code="tests_removed", paths=("tests/test_a.py",)),
)
TOLD = kept(
    json.dumps({
        "remarks": [
            {"code": "fewer_passed", "paths": [], "before": 5, "now": 4},
            {"code": "tests_removed", "paths": ["tests/test_a.py"], "before": None, "now": None},
        ]
    })
)
GONE = "0" * 64
REMARKED = e.TestsPassed(attempt=1, report=TOLD, passed=4, remarks=("fewer_passed", "tests_removed"))


async def test_remarks_are_read_back_from_the_report() -> None:
    it = integration((*WRITTEN, REMARKED))

    assert await load_tested(Stage().world, it) == Tested(passed=4, before=5, remarks=REMARKS)


async def test_of_an_expired_report_it_is_known_that_there_were_remarks() -> None:
    it = integration((*WRITTEN, structs.replace(REMARKED, report=GONE)))

    found = await load_tested(Stage().world, it)

    assert [remark.code for remark in found.remarks] == ["fewer_passed", "tests_removed"]


async def test_a_plain_pass_needs_no_report() -> None:
    it = replace(integration(TESTED), reports=(GONE,))

    assert await load_tested(Stage().world, it) == Tested(passed=8, before=5)


async def test_files_that_were_shown_to_nobody_are_named_as_long_as_they_are_known() -> None:
    it = replace(integration(TESTED), kept_back=kept('[".env"]'))

    assert await load_kept_back(Stage().world, it) == (".env",)
    assert await load_kept_back(Stage().world, replace(it, kept_back=GONE)) == ()
    assert await load_kept_back(Stage().world, replace(it, kept_back="")) == ()
