"""The gateway in front says what the application says: the same routes, methods and limits, and no more."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from bot.setting_forms import ApiRates
from bot.settings import Settings
from bot.web.api_door import PREFIX
from bot.web.api_gateway import MOST_BODY
from bot.web.openapi import IN_PATHS
from bot.web.reading import LARGEST_BODY
from tests.doors.api import Opened
from tests.doors.mounted import INSIDE, Mounted, mounted_in, there

KONG: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "deploy/kong.yml").read_text(encoding="utf-8")
)
SERVICES: Final[dict[str, Any]] = {it["name"]: it for it in KONG["services"]}


@pytest.fixture
def mounted(opened: Opened) -> Mounted:
    """Every path of the application, with its methods."""
    return mounted_in(opened)


def routed() -> dict[str, list[str]]:
    """Every expression of the gateway's, with its methods."""
    return {
        route["paths"][0]: sorted(route["methods"])
        for service in KONG["services"]
        for route in service["routes"]
    }


def expression(path: str) -> str:
    """A path of the application's as the gateway has it: whole, and nothing behind it."""
    parts = [IN_PATHS[part[1:-1]] if part.startswith("{") else re.escape(part) for part in path.split("/")]
    return f"~{'/'.join(parts)}$".replace("\\-", "-")


def plugin(service: str, name: str) -> dict[str, Any]:
    [config] = [it["config"] for it in SERVICES[service]["plugins"] if it["name"] == name]
    return dict(config)


def test_every_route_is_routed_with_its_methods_and_nothing_more_is(mounted: Mounted) -> None:
    wanted = {expression(path): methods for path, methods in mounted.items() if path not in INSIDE}

    assert routed() == wanted
    assert set(mounted) >= INSIDE


def test_each_expression_takes_what_it_is_for_and_nothing_beside(mounted: Mounted) -> None:
    for path in set(mounted) - INSIDE:
        taken = [it for it in routed() if re.fullmatch(it.removeprefix("~"), there(path))]
        assert taken == [expression(path)]
        assert not any(re.match(it.removeprefix("~"), f"{there(path)}/") for it in routed())
    assert not any(re.match(it.removeprefix("~"), inside) for it in routed() for inside in INSIDE)


def test_no_path_is_cut_and_no_two_routes_have_one_name() -> None:
    routes = [route for service in KONG["services"] for route in service["routes"]]

    assert {route["strip_path"] for route in routes} == {False}
    assert len({route["name"] for route in routes}) == len(routes)
    assert {len(route["paths"]) for route in routes} == {1}


@pytest.mark.parametrize(
    ("service", "most"), [("webhooks", LARGEST_BODY), ("open", MOST_BODY), ("api", MOST_BODY)]
)
def test_a_body_is_as_long_as_the_bot_takes_it(service: str, most: int) -> None:
    size = plugin(service, "request-size-limiting")

    assert (size["allowed_payload_size"], size["size_unit"]) == (most, "bytes")


def test_as_much_is_asked_as_the_bot_allows() -> None:
    rates: ApiRates = Settings.model_fields["api_rate_limits"].default
    limit = plugin("api", "rate-limiting")

    assert (limit["minute"], limit["hour"]) == (rates.minute, rates.hour)
    assert (limit["limit_by"], limit["header_name"]) == ("header", "Authorization")
    assert "rate-limiting" not in {it["name"] for it in SERVICES["webhooks"]["plugins"]}


def test_tokens_are_known_by_kid_and_what_is_none_goes_on_to_the_bot() -> None:
    jwt = plugin("api", "jwt")
    consumers = {it["username"]: it for it in KONG["consumers"]}
    [secret] = consumers["holders-of-tokens"]["jwt_secrets"]

    assert KONG["_format_version"] == "3.0"
    assert (jwt["key_claim_name"], jwt["claims_to_verify"], jwt["anonymous"]) == (
        "kid",
        ["exp"],
        "everybody-else",
    )
    assert "jwt_secrets" not in consumers["everybody-else"]
    assert (jwt["uri_param_names"], jwt["cookie_names"]) == ([], [])  # never from an address
    assert secret["algorithm"] == "ES256"


def test_the_routes_of_the_api_are_those_of_its_service() -> None:
    of_api = {route["paths"][0].startswith(f"~{PREFIX}/") for route in SERVICES["api"]["routes"]}
    of_others = {
        route["paths"][0].startswith(f"~{PREFIX}/")
        for name in ("webhooks", "open")
        for route in SERVICES[name]["routes"]
    }

    assert (of_api, of_others) == ({True}, {False})
