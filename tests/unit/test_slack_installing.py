"""Installing in Slack, decided: what comes back counts, when a token is renewed, and what forgets it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from bot.domain import slack_installing as rules
from bot.domain.slack_installing import NotInstalled
from bot.slack_records import Installed, KeptInstallation, Returned, SlackTokens, Workspace

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
TEXT: Final = "t" * 43
BOT: Final = "U0BOT"


def returned(state: str = TEXT, code: str = "1.2.abc", error: str = "") -> Returned:
    return Returned(state=state, code=code, error=error)


def kept(at: datetime = NOW) -> KeptInstallation:
    installed = Installed(
        workspace=Workspace(team="T1"),
        name="Acme",
        bot_user=BOT,
        scopes=frozenset(),
        tokens=SlackTokens(access="xoxb-1"),
    )
    return KeptInstallation(installed=installed, version=1, installed_at=at)


@pytest.mark.parametrize(
    ("state", "browser", "code"),
    [
        (TEXT, "", "state_missing"),
        (TEXT, "short", "state_missing"),
        ("", TEXT, "state_foreign"),
        ("../../" + "x" * 37, TEXT, "state_foreign"),
    ],
)
def test_sl_08_what_no_browser_can_have_begun_here_is_refused(state: str, browser: str, code: str) -> None:
    with pytest.raises(NotInstalled) as no:
        rules.check_begun_here(returned(state=state), browser)

    assert no.value.code == code


def test_a_state_and_a_browser_of_our_form_may_be_looked_for() -> None:
    rules.check_begun_here(returned(), TEXT)


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        ("access_denied", "", "access_denied"),
        ("invalid_scope", "", "slack_refused"),
        ("", "", "code_refused"),
        ("", "a b", "code_refused"),
        ("", "c" * 513, "code_refused"),
    ],
)
def test_without_a_code_there_is_nothing_to_ask(error: str, code: str, told: str) -> None:
    with pytest.raises(NotInstalled) as no:
        rules.code_of(returned(code=code, error=error))

    assert no.value.code == told


def test_a_code_is_taken_as_it_came() -> None:
    assert rules.code_of(returned()) == "1.2.abc"


@pytest.mark.parametrize(
    ("minutes", "refresh", "renewed"), [(61, "r", False), (59, "r", True), (-1, "r", True), (59, None, False)]
)
def test_a_token_is_renewed_in_its_last_hour_where_it_can_be(
    minutes: int, refresh: str | None, *, renewed: bool
) -> None:
    tokens = SlackTokens(access="a", refresh=refresh, until=NOW + timedelta(minutes=minutes))

    assert rules.is_to_renew(tokens, NOW) is renewed


def test_a_token_without_an_end_is_neither_renewed_nor_over() -> None:
    endless = SlackTokens(access="a", refresh="r")

    assert (rules.is_to_renew(endless, NOW), rules.is_over(endless, NOW)) == (False, False)


@pytest.mark.parametrize(("seconds", "over"), [(1, False), (0, True), (-1, True)])
def test_a_token_is_over_at_its_end(seconds: int, *, over: bool) -> None:
    tokens = SlackTokens(access="a", until=NOW + timedelta(seconds=seconds))

    assert rules.is_over(tokens, NOW) is over


@pytest.mark.parametrize(
    ("installed", "bots", "meant"),
    [(0, None, True), (1, None, False), (0, frozenset({BOT}), True), (0, frozenset({"U0OTHER"}), False)],
    ids=["gone", "of the one before", "its token", "another's token"],
)
def test_what_slack_tells_is_of_the_installation_that_there_was_then(
    installed: int, bots: frozenset[str] | None, *, meant: bool
) -> None:
    it = kept(at=NOW + timedelta(seconds=installed))

    assert rules.is_meant(it, of=it.installed.workspace, told_at=NOW, bots=bots) is meant


@pytest.mark.parametrize(("team", "meant"), [("T2", False), ("E1", True)])
def test_what_is_gone_from_one_workspace_is_not_gone_from_its_grid(team: str, *, meant: bool) -> None:
    it, place = kept(at=NOW), Workspace(team="E1", enterprise="E1")
    grid = replace(it, installed=replace(it.installed, workspace=place, org_wide=True))

    of = Workspace(team=team, enterprise="E1")

    assert rules.is_meant(grid, of=of, told_at=NOW, bots=None) is meant
