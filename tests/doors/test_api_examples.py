"""Every example of an order in docs/guide/api.md, run by curl against the API as it stands then."""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain import events as e
from bot.web.api_door import PREFIX
from bot.web.api_orders import ROUTES
from tests.doors.api import Opened
from tests.doors.api_places import AT_HAND, SHOP
from tests.doors.test_api_orders import roles
from tests.doors.webapp import Client
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ASKED,
    COMMIT,
    DEVELOPER,
    MERGED_FOR_A_DEVELOPER,
    PLANNING,
    TAKEN_UP,
    TEXTS,
    UP_FOR_REVIEW,
    failed,
)

__all__ = ["roles"]
PAGE: Final = (Path(__file__).parents[2] / "docs/guide/api.md").read_text(encoding="utf-8")
EXAMPLES: Final = [
    it for it in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "curl" in it and "-X" in it
]
BEFORE: Final[Mapping[str, Sequence[e.Event]]] = {
    "/answer": ASKED,
    "/changes": PLANNING,
    "/deploy": MERGED_FOR_A_DEVELOPER,
    "/retry": (*failed(*TAKEN_UP, during="validating"), e.UndoFinished()),
    "/rollback": ACTIVE,
    "DELETE": ACTIVE,
}


def example_of(route: Any) -> str:
    path = re.escape(f"$BOT{PREFIX}{route.path}".replace("{id}", "$ID"))
    found: list[str] = [it for it in EXAMPLES if re.search(rf"-X {route.method} .*{path}[\"? \n]", it)]
    assert found, f"{route.method} {route.path} has no example"
    return found[0]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_order_has_an_example_that_works(api: Client, opened: Opened, route: Any) -> None:
    before = BEFORE.get(route.path.removeprefix("/integrations/{id}")) or BEFORE.get(route.method)
    await opened.holds(before or UP_FOR_REVIEW)
    for text in TEXTS.values():
        await opened.world().blobs.put(SHOP, text)
    person = DEVELOPER if route.path.endswith("/approve") else ADMIN
    key = (await opened.key(person, "admin"))["Authorization"].removeprefix("Bearer ")
    given = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "BOT": f"http://127.0.0.1:{api.port}",
        "KEY": key,
        "ID": AT_HAND,
        "HEAD": COMMIT,
    }

    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", example_of(route)), env=given, stdout=PIPE, stderr=STDOUT
    )
    out, _ = await process.communicate()

    assert process.returncode == 0, out.decode()
    assert '"requested_by"' in out.decode()
