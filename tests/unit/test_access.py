"""GitHub tells that somebody may do more or less: each delivery is one fact of its installation, no more."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain.access import stream_of
from bot.web.meanings import meaning_of
from bot.web.webhooks import PAYLOADS
from handlers import GITHUB, OF_RIGHTS
from handlers.conversation import Context
from tests.unit.fakes import Stage
from tests.unit.histories import ADMIN, SHOP

RECORDED: Final = Path(__file__).parents[1] / "contracts/data/webhooks"
EXAMPLES: Final = {
    "member.added": "member/added.2",
    "member.edited": "member/edited.1",
    "membership.removed": "membership/removed.1",
    "organization.member_added": "organization/member-added.3",
    "team.added_to_repository": "team/added-to-repository.1",
    "team.removed_from_repository": "team/removed-from-repository.1",
}


def example(name: str) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_bytes())
    payload["sender"] |= {"id": ADMIN.id, "login": ADMIN.login}
    return payload | {"installation": {"id": SHOP.installation_id}}


@pytest.mark.parametrize("kind", EXAMPLES)
async def test_it_is_noted_once_for_each_delivery(kind: str) -> None:
    stage, payload = Stage(), example(EXAMPLES[kind])

    for key in ("d-1", "d-1", "d-2"):
        await GITHUB[kind](payload, Context(world=stage.world, key=key))

    noted = await stage.log.read(stream_of(SHOP.installation_id))
    assert [(each.type, each.data["kind"], each.meta["by"]) for each in noted] == [
        ("AccessChanged", kind, ADMIN.id)
    ] * 2


def test_the_second_time_counts_though_its_body_is_the_same() -> None:
    assert {*EXAMPLES} <= {*OF_RIGHTS}
    named = [meaning_of(kind, PAYLOADS.read(b"{}"), b"the same") for kind in OF_RIGHTS]
    assert named == [None] * len(OF_RIGHTS)
