"""The five services: which run where, and what they cannot run without."""

# ruff: noqa: E501  a sentence is pinned as it is said

from typing import Final

import pytest
from inline_snapshot import snapshot

from bot import services
from bot.settings import Misconfigured, Settings

APP: Final = {
    "GITHUB_APP_ID": "17",
    "GITHUB_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
    "GITHUB_WEBHOOK_SECRET": "s" * 32,
}
KEY: Final = {"ANTHROPIC_API_KEY": "sk-ant-given"}
POSTGRESQL: Final = {"DATABASE_URL": "postgresql://bot@db/bot", "SECRET_KEY": "k" * 32}


def test_all_five_services_run_where_none_is_named() -> None:
    assert services.chosen([]) == services.SERVICES
    assert services.queues_of(services.SERVICES) == (
        "intake",
        "saga",
        "github",
        "sandbox",
        "ops",
        "ai",
        "notify",
    )


def test_some_services_run_alone() -> None:
    some = services.chosen(["ai", "workflow"])

    assert [service.name for service in some] == ["workflow", "ai"]
    assert services.routes_of(some) == ()


def test_an_unknown_service_is_refused_with_those_there_are() -> None:
    with pytest.raises(
        services.UnknownService, match="no service is called slack; there are auth, integrations"
    ):
        services.chosen(["slack", "ai"])


def problems(*names: str, **environ: str) -> tuple[str, ...]:
    """Why these services cannot run with these settings."""
    try:
        services.check_can_run(services.chosen(names), Settings.read(environ))
    except Misconfigured as refused:
        return refused.problems
    return ()


def test_without_a_key_for_claude_the_bot_does_not_start() -> None:
    assert problems(**APP) == snapshot((
        "ANTHROPIC_API_KEY: it is missing, and the service `ai` asks Claude; give a key from Anthropic's console",
    ))
    assert problems(**APP, **KEY) == ()


def test_what_does_not_ask_claude_starts_without_its_key() -> None:
    assert problems("workflow", **APP, **POSTGRESQL) == ()
    assert problems("workflow", "ai", **APP, **POSTGRESQL) == problems(**APP)


def test_before_anything_is_set_up_no_key_is_wanted() -> None:
    assert problems() == ()


def test_on_sqlite_all_five_services_run_in_one_process_or_none() -> None:
    assert problems("workflow", **APP, **KEY) == snapshot((
        "DATABASE_URL: a SQLite file takes one process, which then does the work of all five services; name no service, or give the address of a PostgreSQL database",
    ))
    assert problems("workflow") == problems("workflow", **APP, **KEY)
    assert problems(*services.NAMES, **APP, **KEY) == ()
    assert problems("workflow", **APP, **KEY, **POSTGRESQL) == ()


def test_every_problem_is_told_at_once() -> None:
    assert problems("ai", **APP) == (*problems("ai", **APP, **KEY), *problems(**APP))
