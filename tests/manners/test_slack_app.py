"""The Slack app's manifest asks for what the code uses, and for nothing more."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

import handlers
from bot.infrastructure.slack_scopes import COMMAND, FILE, FREE, SCOPES
from bot.web.slack import PATH
from bot.web.slack_installing import REDIRECT
from standins.slack import scopes as published
from standins.slack.app import EVENTS
from standins.slack.app import SCOPES as PLAYED

ROOT: Final = Path(__file__).parents[2]
MANIFEST: Final[dict[str, Any]] = yaml.safe_load((ROOT / "slack.yml").read_text(encoding="utf-8"))
HOST: Final = "https://bot.example.org"
EVENT: Final = "slack:event."


def called() -> set[str]:
    """Every method of the Web API that the code asks."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("slack*.py")]
    names = {name for text in texts for name in re.findall(r"\bapi\.([a-z]+_\w+)\(", text)} - {"api_call"}
    written = {
        name for text in texts for name in re.findall(r'^METHOD: Final = "([\w.]+)"', text, re.MULTILINE)
    }
    return {name.replace("_", ".", 1) for name in names} | written


def heard() -> set[str]:
    """Every event of Slack's that some handler hears; what a message carries makes it no other event."""
    return {kind.removeprefix(EVENT).partition(".")[0] for kind in handlers.SLACK if kind.startswith(EVENT)}


def subscribed() -> set[str]:
    """The same by the names under which an app asks for them: messages by the kind of channel."""
    messages = {f"message.{kind}" for kind in ("channels", "groups", "im")} if "message" in heard() else set()
    return {*heard() - {"message"}, *messages}


def test_the_manifest_asks_for_the_scopes_of_the_code() -> None:
    assert MANIFEST["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}


def test_a_scope_is_asked_for_what_the_code_does_and_for_nothing_else() -> None:
    reasons = {reason for each in SCOPES.values() for reason in each}

    assert reasons | FREE == called() | heard() | {COMMAND, FILE}
    assert not reasons & FREE


def test_each_method_asks_for_the_scope_that_slack_publishes_for_it() -> None:
    for method in called():
        if method in published.BY_CHANNEL:
            right = published.BY_CHANNEL[method]
            needed = {f"{kind}:{right}" for kind in published.KINDS.values()}
        else:
            needed = {published.NEEDED[method]} if method in published.NEEDED else set()
        assert needed == {scope for scope, reasons in SCOPES.items() if method in reasons}, method


def test_the_manifest_hears_what_some_handler_hears() -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == subscribed()


def test_slack_sends_to_the_doors_that_there_are() -> None:
    command = MANIFEST["features"]["slash_commands"][0]

    assert (command["command"], len(MANIFEST["features"]["slash_commands"])) == (COMMAND, 1)
    assert command["url"] == f"{HOST}{PATH}"
    assert MANIFEST["settings"]["event_subscriptions"]["request_url"] == f"{HOST}{PATH}"
    assert MANIFEST["settings"]["interactivity"]["request_url"] == f"{HOST}{PATH}"
    assert MANIFEST["oauth_config"]["redirect_urls"] == [f"{HOST}{REDIRECT}"]


def test_tokens_end_and_are_renewed() -> None:
    assert MANIFEST["settings"]["token_rotation_enabled"] is True


def test_the_stand_in_plays_an_app_that_has_all_of_it() -> None:
    assert set(SCOPES) <= set(PLAYED)
    assert subscribed() <= set(EVENTS)
