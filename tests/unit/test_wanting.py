"""Asked for over the API: what is opened in vain says so, and what stands in the way opens nothing."""

import json
from typing import Final

import pytest
from msgspec import structs

from bot.application import wanting
from bot.application.ordering import NotDone
from tests.unit.fakes import Stage
from tests.unit.histories import ADMIN, DEVELOPER, REQUEST, SHOP, kept
from tests.unit.test_doors_alike import order, orders_of

WHAT: Final = "write the ledger of every single branch"
SAME: Final = structs.replace(
    REQUEST, request=kept(json.dumps({"request": WHAT, "issue_title": "", "issue_body": ""})), by=ADMIN
)
WISH: Final = wanting.Wish(repository=SHOP, what=WHAT)


async def test_who_is_overtaken_is_told_on_the_issue_that_was_opened() -> None:
    stage = Stage()
    stage.log.meanwhile.append(lambda: stage.log.holds([SAME], stream="another000"))

    with pytest.raises(NotDone) as no:
        await wanting.want(orders_of(stage), order(DEVELOPER, "integrate"), WISH)

    [number] = stage.issues.opened
    [said] = stage.comments.on(number)
    assert no.value.code == "asked_already"
    assert said.endswith(f"@developer, nothing comes of this: {no.value.said}")
    assert list(stage.log.rows) == ["another000"]


async def test_what_is_under_way_already_opens_nothing() -> None:
    stage = Stage()
    stage.log.holds([SAME], stream="another000")

    with pytest.raises(NotDone) as no:
        await wanting.want(orders_of(stage), order(DEVELOPER, "integrate"), WISH)

    assert (no.value.code, stage.issues.opened) == ("asked_already", [])


async def test_a_repository_without_issues_says_so() -> None:
    stage = Stage()
    stage.issues.refuses = "issues_disabled"

    with pytest.raises(NotDone) as no:
        await wanting.want(orders_of(stage), order(DEVELOPER, "integrate"), WISH)

    assert no.value.code == "issues_disabled"
    assert no.value.said.startswith("This repository has no issues")
