"""Installing in Slack over real sockets, and every way that does not (security catalogue, SL-08)."""

from asyncio import gather
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from bot.application.slack_installing import ForgetInstallation, forget_installation
from bot.infrastructure.slack_scopes import SCOPES
from bot.records import StepFailed, Unavailable
from bot.slack_records import Workspace
from standins.faults import Fault
from tests.security.installing import CLIENT_SECRET, Browser, Place, placed


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with placed(tmp_path) as it:
        yield it
        assert it.slack.violations == []


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it


@pytest.fixture
async def other(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it


def acme(place: Place) -> Workspace:
    return Workspace(team=place.slack.named("boss").team.id)


def files(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


async def told(place: Place, where: Workspace) -> str:
    """The token that whoever speaks there is given."""

    async def tell(token: str) -> str:
        return token

    return await place.ours.access.used(where, tell)


async def test_the_whole_way_from_the_first_page_to_a_token(browser: Browser, place: Place) -> None:
    page = await browser.begins()
    asked = parse_qs(urlsplit(page).query)
    said = await browser.goes(await browser.consents(page, "boss"))

    installed = await place.ours.access.installed(acme(place))
    assert asked["redirect_uri"] == [f"{place.url}/slack/oauth_redirect"]
    assert asked["scope"] == [",".join(SCOPES)]
    assert (said.status, "installed in Acme" in said.text) == (200, True)
    assert (installed.name, installed.scopes) == ("Acme", frozenset(SCOPES))
    assert place.slack.tokens[await told(place, acme(place))].installation.team.name == "Acme"


async def test_the_same_app_serves_many_workspaces(browser: Browser, place: Place) -> None:
    await browser.installs("boss")
    await browser.installs("chief")

    chief = place.slack.named("chief").team
    there = Workspace(team=chief.id, enterprise=chief.enterprise)
    tokens = {await told(place, acme(place)), await told(place, there)}
    assert len(tokens) == 2
    assert place.ours.installations is not None
    assert await place.ours.installations.every() == ["Acme", "Umbrella"]


async def test_sl_08_a_state_that_this_browser_did_not_begin_installs_nothing(
    browser: Browser, other: Browser, place: Place
) -> None:
    back = await browser.consents(await browser.begins(), "chief")

    elsewhere = await other.goes(back)
    await other.begins()
    swapped = await other.goes(back)
    mine = await browser.goes(back)

    assert (elsewhere.status, elsewhere.code) == (400, "state_missing")
    assert (swapped.status, swapped.code) == (400, "state_foreign")
    assert mine.status == 200  # and nobody else used it up
    assert place.asked("oauth.v2.access") == 1


async def test_sl_08_a_state_is_good_once_and_before_the_code_is_tried(
    browser: Browser, place: Place
) -> None:
    place.slack.faults.add(Fault(kind="refuse", route="/api/oauth.v2.access", status=500))
    back = await browser.consents(await browser.begins(), "boss")
    held = {each.key: each.value for each in browser.session.cookie_jar}
    broken = await browser.goes(back)
    browser.session.cookie_jar.update_cookies(held, URL(place.url))

    again = await browser.goes(back)

    assert (broken.status, broken.code) == (503, "slack_broken")
    assert (again.status, again.code) == (400, "state_foreign")
    assert place.asked("oauth.v2.access") == 1


async def test_sl_08_of_the_same_return_at_once_one_is_taken(browser: Browser, place: Place) -> None:
    back = await browser.consents(await browser.begins(), "boss")

    answers = await gather(*(browser.goes(back) for _ in range(5)))

    assert sorted(each.status for each in answers) == [200, 400, 400, 400, 400]
    assert place.asked("oauth.v2.access") == 1


async def test_sl_08_what_took_ten_minutes_is_over(browser: Browser, place: Place) -> None:
    back = await browser.consents(await browser.begins(), "boss")
    place.clock.moves(minutes=10)

    said = await browser.goes(back)

    assert (said.status, said.code) == (400, "state_foreign")


@pytest.mark.parametrize("state", ["", "../../x", "..%2F..%2Fx", "A" * 43, "%00", "é" * 43, "A" * 9000])
async def test_sl_08_a_state_that_is_made_up_is_refused_and_leads_nowhere(
    browser: Browser, place: Place, tmp_path: Path, state: str
) -> None:
    await browser.begins()
    before = files(tmp_path)

    said = await browser.goes(f"/slack/oauth_redirect?code=abc&state={state}")

    assert said.status == 400
    assert place.asked("oauth.v2.access") == 0
    assert files(tmp_path) == before


async def test_sl_08_a_state_and_what_binds_it_to_the_browser_are_long_and_kept_by_digest(
    browser: Browser, place: Place
) -> None:
    states = [parse_qs(urlsplit(await browser.begins()).query)["state"][0] for _ in range(3)]
    held = next(each for each in browser.session.cookie_jar if each.key == "slack")
    kept = await place.rows()

    assert len(set(states)) == 3
    assert all(len(each) * 6 >= 128 for each in (*states, held.value))
    assert not any(each in kept for each in (*states, held.value))
    assert (held["httponly"], held["samesite"], held["max-age"]) == (True, "Lax", "600")


async def test_whoever_refuses_on_slacks_page_installs_nothing(browser: Browser, place: Place) -> None:
    said = await browser.goes(await browser.consents(await browser.begins(), None))

    assert (said.status, said.code) == (403, "access_denied")
    assert "boss" not in await place.rows()


async def test_a_secret_that_slack_does_not_know_is_told_as_the_operators_business(
    browser: Browser, place: Place
) -> None:
    place.slack.app.client_secret = "another"

    said = await browser.installs("boss")

    assert (said.status, said.code) == (503, "slack_misconfigured")


async def test_without_tls_nobody_can_install_it(tmp_path: Path) -> None:
    async with placed(tmp_path, PUBLIC_URL="http://bot.example.org") as place, Browser.opened(place) as it:
        said = await it.goes("/slack/install")

    assert (said.status, said.code) == (503, "slack_not_set_up")


async def test_tokens_are_sealed_where_they_are_kept_and_blacked_out_in_every_log(
    browser: Browser, place: Place
) -> None:
    await browser.installs("boss")
    token = await told(place, acme(place))
    pair = place.slack.tokens[token]

    kept = await place.rows()
    assert not any(each in kept for each in (token, str(pair.refresh)))
    assert token not in place.hidden.redact(f"it is {token}")
    assert str(pair.refresh)[8:] not in place.hidden.redact(f"it is {pair.refresh}")


async def test_a_token_is_renewed_before_it_ends_and_by_one_for_all(browser: Browser, place: Place) -> None:
    await browser.installs("boss")
    first = await told(place, acme(place))
    place.clock.moves(hours=11, minutes=1)

    tokens = await gather(*(told(place, acme(place)) for _ in range(8)))

    assert place.asked("oauth.v2.access") == 2  # the code, and one renewal
    assert set(tokens) <= {first, await told(place, acme(place))}
    assert await told(place, acme(place)) != first


async def test_whoever_comes_while_an_ended_token_is_renewed_waits_for_the_new_one(
    browser: Browser, place: Place
) -> None:
    await browser.installs("boss")
    place.clock.moves(hours=13)
    place.slack.faults.add(Fault(kind="latency", route="/api/oauth.v2.access", seconds=0.2))

    tokens = await gather(*(told(place, acme(place)) for _ in range(5)))

    assert (len(set(tokens)), place.asked("oauth.v2.access")) == (1, 2)


async def test_a_renewal_that_fails_is_tried_again_and_nothing_is_lost(
    browser: Browser, place: Place
) -> None:
    await browser.installs("boss")
    place.clock.moves(hours=13)
    place.slack.faults.add(Fault(kind="refuse", route="/api/oauth.v2.access", status=500))

    with pytest.raises(Unavailable, match="slack_broken"):
        await told(place, acme(place))

    assert place.slack.tokens[await told(place, acme(place))].revoked is False


async def test_what_cannot_be_renewed_any_more_is_forgotten(browser: Browser, place: Place) -> None:
    await browser.installs("boss")
    for token in place.slack.tokens.values():
        token.refresh = None
    place.clock.moves(hours=13)

    with pytest.raises(StepFailed, match="slack_not_installed"):
        await told(place, acme(place))

    assert "Acme" not in await place.rows()


@pytest.mark.parametrize("bots", [None, "its own"], ids=["uninstalled", "tokens revoked"])
async def test_what_slack_says_is_gone_is_forgotten_at_once(
    browser: Browser, place: Place, bots: str | None
) -> None:
    await browser.installs("boss")
    installed = await place.ours.access.installed(acme(place))
    assert place.ours.installations is not None
    asked = ForgetInstallation(
        workspace=acme(place),
        told_at=place.clock.now() + timedelta(seconds=1),
        bots=None if bots is None else frozenset({installed.bot_user}),
    )

    gone = await forget_installation(asked, place.ours.installations)
    again = await forget_installation(asked, place.ours.installations)

    assert (gone, again) == (True, False)
    with pytest.raises(StepFailed, match="slack_not_installed"):
        await told(place, acme(place))


async def test_what_slack_said_of_an_earlier_installation_or_another_token_forgets_nothing(
    browser: Browser, place: Place
) -> None:
    place.clock.moves(minutes=5)
    await browser.installs("boss")
    assert place.ours.installations is not None
    late = ForgetInstallation(workspace=acme(place), told_at=place.clock.now() - timedelta(minutes=1))
    others = ForgetInstallation(
        workspace=acme(place), told_at=place.clock.now(), bots=frozenset({"U0SOMEBODY"})
    )

    gone = [await forget_installation(each, place.ours.installations) for each in (late, others)]

    assert gone == [False, False]
    assert await told(place, acme(place))


async def test_a_token_that_slack_takes_no_more_is_forgotten_without_being_told(
    browser: Browser, place: Place
) -> None:
    await browser.installs("boss")

    async def refused(_token: str) -> str:
        raise StepFailed("slack_token_revoked")

    with pytest.raises(StepFailed, match="slack_not_installed"):
        await place.ours.access.used(acme(place), refused)

    assert "Acme" not in await place.rows()


async def test_what_was_installed_again_while_a_call_was_refused_stays_and_answers(
    browser: Browser, place: Place
) -> None:
    await browser.installs("boss")
    shown: list[str] = []

    async def removed_meanwhile(token: str) -> str:
        shown.append(token)
        if len(shown) > 1:
            return token
        assert place.ours.installations is not None
        place.clock.moves(seconds=1)
        asked = ForgetInstallation(workspace=acme(place), told_at=place.clock.now())
        assert await forget_installation(asked, place.ours.installations)
        place.clock.moves(seconds=1)
        await browser.installs("boss")
        raise StepFailed("slack_token_revoked")

    answered = await place.ours.access.used(acme(place), removed_meanwhile)

    assert answered == await told(place, acme(place)) != shown[0]


async def test_a_token_of_the_operators_serves_its_one_workspace_alone(tmp_path: Path) -> None:
    async with placed(tmp_path) as many:
        token = many.slack.give_token(many.slack.named("boss").team).value
        one = {"SLACK_CLIENT_ID": "", "SLACK_CLIENT_SECRET": "", "SLACK_BOT_TOKEN": token}
        url = f"{many.slack.url}/api/"
        (tmp_path / "one").mkdir()
        async with placed(tmp_path / "one", **one, SLACK_API_URL=url) as place:
            here = acme(many)
            assert (await place.ours.access.installed(here)).name == "Acme"
            assert await told(place, here) == token
            with pytest.raises(StepFailed, match="slack_not_installed"):
                await told(place, Workspace(team="T0ELSEWHERE"))
            async with Browser.opened(place) as browser:
                assert (await browser.goes("/slack/install")).code == "slack_not_set_up"


async def test_no_secret_of_the_app_is_in_what_anybody_is_shown(browser: Browser, place: Place) -> None:
    page = await browser.begins()
    said = await browser.goes(await browser.consents(page, "boss"))

    assert CLIENT_SECRET not in page + said.text + str(said.headers)
