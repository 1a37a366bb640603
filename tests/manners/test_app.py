"""The App's manifest asks for what the code uses, and for nothing more."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

import handlers
from bot.infrastructure import github_purposes
from bot.infrastructure.engine import QUEUES
from bot.infrastructure.github_purposes import Purpose
from bot.services import SERVICES, queues_of
from bot.web.webhooks import PATH

ROOT: Final = Path(__file__).parents[2]
MANIFEST: Final[dict[str, Any]] = yaml.safe_load((ROOT / "app.yml").read_text(encoding="utf-8"))

# What the manifest named at first: an App that was registered for it has no more.
FIRST: Final = frozenset({
    *("checks", "contents", "deployments", "issues", "metadata", "pull_requests"),
    *("deployment_status", "issue_comment", "pull_request", "pull_request_review"),
})

# GitHub sends these to every App, subscribed or not.
UNASKED: Final = frozenset({"installation", "installation_repositories", "github_app_authorization"})


def test_the_permissions_are_those_that_some_purpose_needs() -> None:
    needed: dict[str, str] = {}
    for purpose in vars(github_purposes).values():
        if isinstance(purpose, Purpose):
            for right, level in purpose.permissions.items():
                needed[right] = max(level, needed.get(right, "read"))  # "write" comes after "read"

    assert MANIFEST["default_permissions"] == needed


def test_every_purpose_has_its_tokens_forgotten_where_they_may_be_worth_nothing() -> None:
    every = {each.name for each in vars(github_purposes).values() if isinstance(each, Purpose)}

    assert {each.name for each in github_purposes.PURPOSES} == every


def test_no_right_that_the_bot_must_never_have_is_asked_for() -> None:
    assert MANIFEST["default_permissions"]["members"] == "read"
    assert not {"workflows", "administration", "secrets"} & set(MANIFEST["default_permissions"])


def test_the_events_are_the_families_that_some_handler_hears() -> None:
    heard = {kind.partition(".")[0] for kind in handlers.GITHUB}

    assert set(MANIFEST["default_events"]) == heard - UNASKED


def test_what_was_added_to_the_manifest_is_told_to_those_who_have_an_app() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    _, _, behind = text.partition("\n## An App that is registered already\n")
    told = set(re.findall(r"`(\w+(?:: (?:read|write))?)`", behind.partition("\n## ")[0]))

    rights = {
        f"{name}: {level}" for name, level in MANIFEST["default_permissions"].items() if name not in FIRST
    }
    assert rights | (set(MANIFEST["default_events"]) - FIRST) <= told


def test_the_webhook_leads_to_the_door() -> None:
    assert MANIFEST["hook_attributes"]["url"].endswith(f".example.org{PATH}")


def test_every_queue_is_worked_by_exactly_one_service() -> None:
    assert sorted(queues_of(SERVICES)) == sorted(QUEUES)


def test_the_procfile_starts_the_bot() -> None:
    assert "\nweb: env HOST=0.0.0.0 python -m bot run\n" in (ROOT / "Procfile").read_text(encoding="utf-8")
