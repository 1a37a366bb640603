"""The gateway in front says what the application says: the same routes, methods and limits, and no more."""

import copy
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.setting_values import ApiRates
from bot.settings import Settings
from bot.web import slack
from bot.web.api_door import PREFIX
from bot.web.api_gateway import MOST_BODY
from bot.web.openapi import IN_PATHS
from bot.web.reading import LARGEST_BODY
from tests.doors.api import Opened
from tests.doors.mounted import INSIDE, Mounted, mounted_in, there

KONG: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "deploy/kong.yml").read_text(encoding="utf-8")
)
# Kong was never started with the file here: this is what its own schemas say of it.
FORMAT: Final = Draft202012Validator(
    yaml.safe_load((Path(__file__).parent / "kong_format.yml").read_text(encoding="utf-8"))
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
    ("service", "most"),
    [("webhooks", LARGEST_BODY), ("slack", slack.LARGEST_BODY), ("open", MOST_BODY), ("api", MOST_BODY)],
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


def test_every_field_is_one_of_kongs_and_holds_what_it_may() -> None:
    Draft202012Validator.check_schema(FORMAT.schema)

    assert [f"{fault.json_path}: {fault.message}" for fault in FORMAT.iter_errors(KONG)] == []


BROKEN: Final = (
    (("_format_version",), "4.0"),
    (("services", 0, "retry"), 0),
    (("services", 0, "retries"), -1),
    (("services", 0, "url"), "bot:8080"),
    (("services", 0, "routes", 0, "paths"), ["webhooks/github"]),
    (("services", 0, "routes", 0, "paths"), ["~/webhooks//github$"]),
    (("services", 0, "routes", 0, "paths"), ["~/webhooks/(?!x)github$"]),
    (("services", 0, "routes", 0, "methods"), ["post"]),
    (("services", 0, "routes", 0, "strip_path"), "no"),
    (("services", 0, "plugins", 0, "name"), "size-limiting"),
    (("services", 0, "plugins", 0, "config", "size_unit"), "byte"),
    (("services", 0, "plugins", 0, "config", "allowed_payload_size"), "25m"),
    (("services", 2, "plugins", 1, "config", "limit_by"), "key"),
    (("services", 2, "plugins", 1, "config", "header_name"), None),
    (("services", 2, "plugins", 1, "config", "policy"), "cluster"),
    (("services", 2, "plugins", 1, "config", "sync_rate"), 1),
    (("services", 2, "plugins", 2, "config", "claims_to_verify"), ["iss"]),
    (("services", 2, "plugins", 2, "config", "key_claim"), "kid"),
    (("consumers", 0, "username"), None),
    (("consumers", 1, "jwt_secrets", 0, "algorithm"), "ES255"),
    (("consumers", 1, "jwt_secrets", 0, "rsa_public_key"), None),
)


@pytest.mark.parametrize(("place", "value"), BROKEN)
def test_what_kong_would_not_take_is_noticed(place: tuple[Any, ...], value: Any) -> None:
    broken = copy.deepcopy(KONG)
    there: Any = broken
    for part in place[:-1]:
        there = there[part]
    if value is None:
        del there[place[-1]]
    else:
        there[place[-1]] = value

    assert not FORMAT.is_valid(broken)


def test_what_refers_to_another_entity_finds_it_and_names_are_there_once() -> None:
    services, consumers = [*SERVICES], [it["username"] for it in KONG["consumers"]]

    assert len(services) == len(KONG["services"])
    assert len(set(consumers)) == len(consumers)
    assert plugin("api", "jwt")["anonymous"] in consumers
    limit = plugin("api", "rate-limiting")
    assert limit["minute"] <= limit["hour"]  # Kong takes no shorter time with more in it
    for service in KONG["services"]:
        names = [it["name"] for it in service["plugins"]]
        assert len(set(names)) == len(names)


def test_a_stream_is_not_held_back() -> None:
    held = {it["name"]: it.get("response_buffering", True) for it in SERVICES["api"]["routes"]}

    assert [name for name, is_held in held.items() if not is_held] == ["api-integrations-id-stream"]
