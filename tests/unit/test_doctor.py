"""The doctor: looks at everything, stops at nothing, says what to do."""

import asyncio

import pytest
from inline_snapshot import snapshot

from bot.doctor import CHECKS, Examine, Unwell, examine, is_well, report


def saying(words: str) -> Examine:
    async def look() -> str:
        return words

    return look


def raising(error: BaseException) -> Examine:
    async def look() -> str:
        raise error

    return look


async def test_a_healthy_bot_is_well() -> None:
    findings = await examine({check.name: saying("fine") for check in CHECKS})

    assert is_well(findings)
    assert report(findings).count("\n") == len(CHECKS) - 1


async def test_what_is_wrong_comes_with_its_remedy_and_the_rest_is_still_looked_at() -> None:
    findings = await examine({
        "python": saying("3.11.7"),
        "git": raising(Unwell("2.20 is too old")),
        "sandbox": saying("ok"),
    })

    assert not is_well(findings)
    lines = [line for line in report(findings).splitlines() if "not looked at" not in line]
    assert lines == snapshot([
        "ok    python       3.11.7",
        "WRONG git          2.20 is too old",
        "                   install git 2.34 or newer",
        "ok    sandbox      ok",
    ])


@pytest.mark.parametrize("error", [OSError("refused"), TimeoutError(), ValueError("odd")])
async def test_an_error_while_looking_is_a_finding(error: Exception) -> None:
    findings = await examine({"database": raising(error)})

    assert [finding.check.name for finding in findings if finding.well is False] == ["database"]


async def test_the_doctor_can_be_interrupted() -> None:
    with pytest.raises(asyncio.CancelledError):
        await examine({"python": raising(asyncio.CancelledError())})
