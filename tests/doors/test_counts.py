"""How many are in each state: of what the caller may read, and nothing else."""

import pytest

from bot.domain.states import State
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.test_api import code_of
from tests.doors.webapp import Client

PATH = f"{PREFIX}/integration-counts"
NONE = dict.fromkeys(map(str, State), 0)


@pytest.mark.parametrize(("whose", "number"), [("reader", 2), ("eve", 0), ("foreign", 1)])
async def test_web_13_only_what_one_may_see_is_counted(
    api: Client, opened: Opened, whose: str, number: int
) -> None:
    answer = await api.get(PATH, headers=opened.bearer(whose))

    told = {"total": number, "states": NONE | {"validating": number}, "is_whole": True}
    assert (answer.status, await answer.json()) == (200, told)


async def test_filters_choose_what_is_counted(api: Client, opened: Opened) -> None:
    asked = ("repository=ACME/shop", "repository=acme/other", "requested_by=ada", "q=shop000002")
    answers = [await api.get(f"{PATH}?{each}", headers=opened.bearer()) for each in asked]

    assert [(await each.json())["total"] for each in answers] == [2, 0, 2, 1]


async def test_a_count_of_one_state_is_no_question(api: Client, opened: Opened) -> None:
    answer = await api.get(f"{PATH}?state=draft", headers=opened.bearer())

    assert await code_of(answer) == (400, "bad_parameter")


async def test_where_github_does_not_answer_nothing_is_counted(api: Client, opened: Opened) -> None:
    opened.github.roles = None

    assert await code_of(await api.get(PATH, headers=opened.bearer())) == (503, "github_unreachable")
