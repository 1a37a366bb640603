"""What is made up by the API's own document is answered as the document says, whoever asks."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.infrastructure.database import Database
from bot.web import openapi
from bot.web.api import ROUTES
from bot.web.api_door import PREFIX
from tests.doors.api_filled import copied
from tests.doors.api_places import AT_HAND, NAMES, NO_SUCH, OURS_HIDDEN, SHOP, THEIR_OWN
from tests.doors.matrix import ROLES, arranged, opened_on
from tests.doors.test_api_deliveries import OF_SHOP
from tests.doors.webapp import Client, Connect
from tests.unit.histories import DEVELOPER

EACH: Final = 2
CHECKS: Final[list[Any]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
NAMED: Final[Mapping[str, list[str]]] = {
    "id": [AT_HAND, OURS_HIDDEN, THEIR_OWN, NO_SUCH],
    "delivery": [OF_SHOP, "of-hidden"],
    "freeze": [f"repository-{SHOP}"],
    "repository": [*NAMES.values()],
}
"""What is there: by chance nobody comes upon it."""


def document() -> dict[str, Any]:
    """The document, in which what is there is as likely as what is not; streams have no end to wait for."""
    told = deepcopy(openapi.document(PREFIX, [route for route in ROUTES if not route.is_stream]))
    for operation in (each for path in told["paths"].values() for each in path.values()):
        for parameter in operation["parameters"]:
            parameter["schema"] = likely(parameter["name"], parameter["schema"])
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        fields = body.get("schema", {}).get("properties", {})
        fields |= {name: likely(name, each) for name, each in fields.items()}
    return told


def likely(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"enum": NAMED[name]}, schema]} if name in NAMED else schema


OPERATIONS: Final = [
    each.ok()
    for each in schemathesis.openapi.from_dict(document()).get_all_operations()
    if isinstance(each, Ok)
]


@pytest.fixture(params=ROLES)
async def asked(
    request: pytest.FixtureRequest,
    filled_api: tuple[str, Mapping[str, str]],
    tmp_path: Path,
    aiohttp_client: Connect,
) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Where the API is served, and the key of somebody who has this role."""
    url, texts = filled_api
    database = await Database.open(copied(url, tmp_path))
    await arranged(database, texts)
    opened = opened_on(database, texts, request.param)
    client: Client = await opened.served(aiohttp_client)
    yield str(client.make_url(PREFIX)), await opened.key(DEVELOPER, "admin")
    await client.close()
    await database.close()


def answers(where: str, key: Mapping[str, str]) -> list[int]:
    """The statuses of what was made up, each held to the document."""
    statuses: list[int] = []

    def held(operation: Any, mode: schemathesis.GenerationMode, session: requests.Session) -> None:
        @settings(
            max_examples=EACH,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: schemathesis.Case[Any]) -> None:
            answer = case.call_and_validate(where, session, dict(key), CHECKS)
            statuses.append(answer.status_code)

        # Where nothing may be asked, nothing can be asked wrongly.
        with suppress(Unsatisfiable) if mode is schemathesis.GenerationMode.NEGATIVE else nullcontext():
            each()

    with requests.Session() as session:
        for operation in OPERATIONS:
            for mode in schemathesis.GenerationMode:
                held(operation, mode, session)
    return statuses


async def test_every_answer_to_what_is_made_up_is_as_the_document_says(
    asked: tuple[str, dict[str, str]],
) -> None:
    statuses = await asyncio.to_thread(answers, *asked)

    assert len(OPERATIONS) == len([route for route in ROUTES if not route.is_stream])
    assert len(statuses) > len(OPERATIONS) * EACH
    assert {200, 400, 404} <= set(statuses)
