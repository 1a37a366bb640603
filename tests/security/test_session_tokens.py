"""An access token for a session: asked for by a page of the bot's own, and over with that session."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from bot.api_opening import granting_of
from bot.application.callers import NotRecognised
from bot.application.signing_out import sign_out
from bot.infrastructure.grants import Grants
from bot.records import Actor
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from tests.security.signing import Browser, Place, Said
from tests.unit.fakes import world

TOKEN: Final = "/auth/token"


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHub]:
    """An account with the App, and two people in it."""
    (tmp_path / "github").mkdir()
    there = GitHub(
        app=new_app(public_key=key_pair()[1], webhook_secret="w" * 32), directory=tmp_path / "github"
    )
    async with await serve(there):
        there.create_repository("acme/shop")
        there.person("ada", {"acme/shop": "read"})
        there.person("eve", {"acme/shop": "admin"})
        await there.install("acme")
        yield there
        assert there.violations == []


async def csrf_of(browser: Browser) -> str:
    return str((await browser.goes("/auth/session")).body["csrf_token"])


async def asks(browser: Browser, form: dict[str, str] | None = None, **headers: str | None) -> Said:
    """As a page of the bot's own asks, but for these headers."""
    usual = {"Origin": browser.place.url, "X_CSRF_Token": await csrf_of(browser)}
    given = {name.replace("_", "-"): text for name, text in {**usual, **headers}.items() if text is not None}
    return await browser.goes(TOKEN, "POST", data={"grant_type": "session", **(form or {})}, headers=given)


async def tokens(browser: Browser, **form: str) -> Any:
    said = await asks(browser, form)
    assert said.status == 200, said.text
    return said.body


async def opens(browser: Browser, token: str) -> tuple[int, str]:
    """What the API says to whoever shows nothing but the token."""
    async with Browser.opened(browser.place) as bare:
        said = await bare.me(Authorization=f"Bearer {token}")
    return said.status, said.body["person"]["login"] if said.status == 200 else said.code


async def renews(browser: Browser, refresh: str) -> Said:
    async with Browser.opened(browser.place) as bare:
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        return await bare.goes(TOKEN, "POST", data=form)


async def test_who_is_signed_in_is_given_a_token_that_opens_what_the_session_does(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    session = (await browser.me()).body

    said = await tokens(browser)
    narrow = await tokens(browser, scope="read")

    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    assert sorted(said["scope"].split()) == session["permissions"]
    assert narrow["scope"] == "integration:read"
    assert await opens(browser, said["access_token"]) == (200, "ada")
    caller = await granting_of(place.settings, place.stored).recognised(said["access_token"])
    assert caller.id == (await place.signing.caller(browser.cookie())).id
    assert (caller.means, caller.installation_id) == ("token", session["installation_id"])
    renewed = await renews(browser, said["refresh_token"])
    assert renewed.status == 200
    assert await opens(browser, renewed.body["access_token"]) == (200, "ada")


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"X_CSRF_Token": None}, "csrf_missing"),
        ({"X_CSRF_Token": "x"}, "csrf_foreign"),
        ({"Origin": None}, "cross_site"),
        ({"Origin": "https://evil.example"}, "cross_site"),
        ({"Sec_Fetch_Site": "cross-site"}, "cross_site"),
    ],
    ids=str,
)
async def test_web_02_nobody_elses_page_has_one_made(
    browser: Browser, bent: dict[str, str | None], code: str
) -> None:
    await browser.signs_in("ada")

    said = await asks(browser, None, **bent)

    assert (said.status, said.code) == (403, code)


async def test_web_02_a_form_says_that_it_is_meant_in_a_field_as_at_the_doors_beside(
    browser: Browser, other: Browser
) -> None:
    await browser.signs_in("ada")
    await other.signs_in("eve")
    own, foreign = await csrf_of(browser), await csrf_of(other)

    said = [await asks(browser, {"csrf_token": each}, X_CSRF_Token=None) for each in (own, foreign, "")]
    far = await asks(browser, {"csrf_token": own}, X_CSRF_Token=None, Origin="https://evil.example")

    assert [each.status for each in (*said, far)] == [200, 403, 400, 403]
    assert (said[1].code, far.code) == ("csrf_foreign", "cross_site")


async def test_web_02_the_token_of_another_session_does_not_do(browser: Browser, other: Browser) -> None:
    await browser.signs_in("ada")
    await other.signs_in("eve")

    said = await asks(browser, None, X_CSRF_Token=await csrf_of(other))

    assert (said.status, said.code) == (403, "csrf_foreign")


async def test_web_10_without_a_session_or_beside_a_key_there_is_none(browser: Browser, place: Place) -> None:
    form = {"grant_type": "session"}
    nobody = await browser.goes(TOKEN, "POST", data=form, headers={"Origin": place.url})
    await browser.signs_in("ada")
    beside = await asks(browser, None, Authorization="Bearer ccb_x")
    wide = await asks(browser, {"scope": "everything"})

    assert (nobody.status, nobody.body["error"]) == (400, "invalid_grant")
    assert "/auth/login" in nobody.body["error_description"]
    assert (beside.status, beside.body["error"]) == (400, "invalid_grant")
    assert (wide.status, wide.body["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout/everywhere"])
async def test_web_06_signing_out_ends_it_with_all_that_renews_it(browser: Browser, path: str) -> None:
    await browser.signs_in("ada")
    said = await tokens(browser)

    await browser.posts(path)

    assert await opens(browser, said["access_token"]) == (401, "token_revoked")
    assert (await renews(browser, said["refresh_token"])).body["error"] == "invalid_grant"


async def test_web_06_another_session_of_the_same_person_keeps_its_own(
    browser: Browser, other: Browser
) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")
    mine, theirs = await tokens(browser), await tokens(other)

    await browser.posts("/auth/logout")

    assert await opens(browser, mine["access_token"]) == (401, "token_revoked")
    assert await opens(browser, theirs["access_token"]) == (200, "ada")


async def test_web_06_a_new_sign_in_in_the_same_browser_ends_it(browser: Browser) -> None:
    await browser.signs_in("ada")
    said = await tokens(browser)

    await browser.signs_in("ada")

    assert await opens(browser, said["access_token"]) == (401, "token_revoked")


async def test_web_06_taking_the_authorisation_back_ends_it_too(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    said = await tokens(browser)
    ada = Actor(id=place.github.account("ada").id, login="ada")

    await sign_out(ada, world(sign_ins=place.stored.sessions))

    assert await opens(browser, said["access_token"]) == (401, "token_revoked")
    assert (await renews(browser, said["refresh_token"])).status == 400


async def test_it_lasts_no_longer_than_a_session_that_is_not_used(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    said = await tokens(browser)
    place.clock.moves(hours=7, minutes=30)

    last = (await renews(browser, said["refresh_token"])).body
    place.clock.moves(minutes=30)

    assert last["expires_in"] == 1800
    assert (await renews(browser, last["refresh_token"])).body["error"] == "invalid_grant"
    place.clock.moves(minutes=1)
    assert await opens(browser, last["access_token"]) == (401, "token_expired")


async def test_web_04_a_token_of_one_githubs_session_is_nobodys_at_another(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    said = await tokens(browser)
    grants = Grants(place.stored.database, place.stored.crypto, "https://github.example.org")
    elsewhere = replace(granting_of(place.settings, place.stored), grants=grants)

    with pytest.raises(NotRecognised, match="token_revoked"):
        await elsewhere.recognised(said["access_token"])
