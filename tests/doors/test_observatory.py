"""The header checks of Mozilla's HTTP Observatory, each of which is passed by every kind of answer.

Whether HTTP leads to HTTPS is for the proxy in front; scripts of other origins, which would take hashes, are
allowed to nobody. Cookies are set by `/auth` alone, and looked at where people sign in
(`tests/security/test_signing_in.py`).
"""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from bot.web.api_door import PREFIX
from tests.doors.webapp import Client

HALF_A_YEAR: Final = 15_768_000
ORIGINS: Final = frozenset(("'none'", "'self'", "data:"))
WITHOUT_SOURCES: Final = frozenset(("frame-ancestors", "base-uri", "form-action"))

Headers = Mapping[str, str]


def policy(headers: Headers) -> dict[str, frozenset[str]]:
    """Each directive of the Content-Security-Policy, and what it allows."""
    parts = (each.split() for each in headers["Content-Security-Policy"].split(";"))
    return {name: frozenset(allowed) for name, *allowed in parts}


def keeps_to_https(headers: Headers) -> bool:
    parts = headers["Strict-Transport-Security"].split(";")
    fields = dict(each.strip().partition("=")[::2] for each in parts)
    return int(fields["max-age"]) >= HALF_A_YEAR and "includeSubDomains" in fields


def runs_nothing_of_others(headers: Headers) -> bool:
    """Nothing by default, nothing inline, nothing evaluated, nothing of another origin."""
    allowed = policy(headers)
    only_ours = all(each <= ORIGINS for each in allowed.values())
    return allowed["default-src"] == {"'none'"} and allowed["object-src"] == {"'none'"} and only_ours


LIST: Final[Mapping[str, Callable[[Headers], bool]]] = {
    "content-security-policy": runs_nothing_of_others,
    "csp: data: runs no script": lambda its: policy(its)["script-src"] == {"'self'"},
    "csp: what no default covers is said": lambda its: policy(its).keys() >= WITHOUT_SOURCES,
    "cookies": lambda its: "Set-Cookie" not in its,
    "cross-origin-resource-sharing": lambda its: "Access-Control-Allow-Origin" not in its,
    "referrer-policy": lambda its: its["Referrer-Policy"] == "no-referrer",
    "strict-transport-security": keeps_to_https,
    "x-content-type-options": lambda its: its["X-Content-Type-Options"] == "nosniff",
    "x-frame-options, by frame-ancestors": lambda its: policy(its)["frame-ancestors"] == {"'none'"},
    "no make of the server": lambda its: not {"Server", "X-Powered-By"} & its.keys(),
}


@pytest.mark.parametrize("check", LIST)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/docs", 200),
        ("/api/openapi.json", 200),
        (f"{PREFIX}/integrations", 401),
        (f"{PREFIX}/nowhere", 401),
        ("/healthz", 200),
        ("/nowhere", 404),
    ],
)
async def test_every_answer_passes_every_check(api: Client, path: str, status: int, check: str) -> None:
    answer = await api.get(path)

    assert answer.status == status
    assert LIST[check](answer.headers), answer.headers
