"""Signing in over real sockets, and every way that does not (security catalogue, WEB and ID)."""

from asyncio import gather, open_connection
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from bot.application.keys import create
from bot.infrastructure.rate_limits import RateLimits
from bot.records import Actor
from bot.web.browser import FORM
from bot.web.gateway import listening
from standins.faults import Fault
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from tests.security.signing import Browser, Place, Said, app_with, placed


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHub]:
    """Two accounts with the App, people in one, in both, and in none."""
    (tmp_path / "github").mkdir()
    world = GitHub(
        app=new_app(public_key=key_pair()[1], webhook_secret="w" * 32), directory=tmp_path / "github"
    )
    async with await serve(world):
        world.create_repository("acme/shop")
        world.create_repository("other/shop")
        world.person("ada", {"acme/shop": "read"})
        world.person("both", {"acme/shop": "write", "other/shop": "admin"})
        world.person("eve", {"other/shop": "admin"})
        world.person("nobody")
        for owner in ("acme", "other"):
            await world.install(owner)
        yield world
        assert world.violations == []


BOTH = pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "acme,other"}], ids=["both served"])


async def test_the_whole_way_from_the_first_page_to_the_api(browser: Browser, place: Place) -> None:
    page = await browser.begins("/auth/login?next=/api/v1/me")
    asked = parse_qs(urlsplit(page).query)
    said = await browser.goes(await browser.consents(page, "ada"))
    me = await browser.me()

    assert asked["redirect_uri"] == [f"{place.url}/auth/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    assert (said.status, said.headers["Location"]) == (303, "/api/v1/me")
    assert (me.status, me.body["person"]["login"], me.body["means"]) == (200, "ada", "session")
    assert me.body["person"]["id"] == place.github.account("ada").id
    assert "Cookie" in me.headers["Vary"]
    shown = (await browser.goes("/auth/session")).body
    assert [each["account"] for each in shown["installations"]] == ["acme"]
    assert shown["installation_id"] == me.body["installation_id"]


async def test_web_03_a_callback_that_no_browser_began_is_refused(browser: Browser, other: Browser) -> None:
    back = await browser.consents(await browser.begins(), "eve")

    elsewhere = await other.goes(back)
    await other.begins()
    swapped = await other.goes(back)
    missing = await browser.goes(str(URL(back).without_query_params("state")))

    assert (elsewhere.status, elsewhere.code) == (400, "state_missing")
    assert (swapped.status, swapped.code) == (400, "state_foreign")
    assert (missing.status, missing.code) == (400, "state_foreign")
    assert not other.cookie()


async def test_web_03_a_state_is_good_once_and_used_up_before_the_code_is(
    browser: Browser, place: Place
) -> None:
    back = await browser.consents(await browser.begins(), "ada")
    held = browser.cookie("signin")
    first = await browser.goes(back)
    browser.holds(held, "signin")

    again = await browser.goes(back)

    assert (first.status, again.status, again.code) == (303, 400, "state_used")
    assert place.asked("POST", "/login/oauth/access_token") == 1


async def test_web_03_of_the_same_callback_at_once_one_is_taken(browser: Browser, place: Place) -> None:
    back = await browser.consents(await browser.begins(), "ada")

    answers = await gather(*(browser.goes(back) for _ in range(5)))

    assert sorted(each.status for each in answers) == [303, 400, 400, 400, 400]
    assert place.asked("POST", "/login/oauth/access_token") == 1


async def test_web_03_a_code_that_was_begun_elsewhere_is_worth_nothing_here(
    browser: Browser, other: Browser
) -> None:
    stolen = URL(await other.consents(await other.begins(), "eve")).query["code"]
    mine = URL(await browser.consents(await browser.begins(), "ada"))

    said = await browser.goes(str(mine.update_query(code=stolen)))

    assert (said.status, said.code) == (400, "code_refused")
    assert not browser.cookie()


async def test_web_03_a_page_that_lost_its_challenge_gives_a_code_that_opens_nothing(
    browser: Browser,
) -> None:
    page = URL(await browser.begins())
    foreign = page.update_query(code_challenge="A" * 43)

    said = await browser.goes(await browser.consents(str(foreign), "ada"))

    assert (said.status, said.code) == (400, "code_refused")


async def test_web_03_what_took_too_long_is_over(browser: Browser, place: Place) -> None:
    back = await browser.consents(await browser.begins(), "ada")
    place.clock.moves(minutes=10)

    said = await browser.goes(back)

    assert (said.status, said.code) == (400, "state_over")


@pytest.mark.parametrize("held", ["", "x", "A" * 300, "é", "A" * 5000], ids=len)
async def test_web_03_a_cookie_that_is_made_up_begins_nothing(browser: Browser, held: str) -> None:
    back = await browser.consents(await browser.begins(), "ada")
    name = {"Cookie": f"signin={held}".encode().decode("latin-1")}
    browser.session.cookie_jar.clear()

    said = await browser.goes(back, headers=name)

    assert (said.status, said.code) == (400, "state_missing")


async def test_web_04_the_answer_of_another_github_is_refused(browser: Browser, place: Place) -> None:
    back = URL(await browser.consents(await browser.begins(), "ada"))

    said = await browser.goes(str(back.update_query(iss="https://github.evil.example")))

    assert (said.status, said.code) == (400, "issuer_foreign")
    assert place.asked("POST", "/login/oauth/access_token") == 0


@pytest.mark.parametrize("leads_to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a//b"])
async def test_web_05_it_leads_to_no_other_place(browser: Browser, leads_to: str) -> None:
    said = await browser.goes(f"/auth/login?next={URL.build(path=leads_to).raw_path}")

    assert (said.status, said.code) == (400, "bad_next")
    assert "Location" not in said.headers


async def test_web_05_github_leads_back_to_the_one_address_that_is_registered(
    browser: Browser, place: Place
) -> None:
    place.github.app.callback_urls = {"https://elsewhere.example/auth/callback"}

    back = URL(await browser.consents(await browser.begins(), "ada"))

    assert (back.host, back.query["error"]) == ("elsewhere.example", "redirect_uri_mismatch")
    assert "code" not in back.query


async def test_web_06_a_session_from_before_is_not_the_session_afterwards(
    browser: Browser, other: Browser, place: Place
) -> None:
    browser.holds("f" * 43)
    await browser.signs_in("ada")
    first = browser.cookie()
    await browser.signs_in("ada")
    other.holds("f" * 43)
    fixed = await other.me()
    other.holds(first)

    assert len({first, browser.cookie(), "f" * 43}) == 3
    assert (fixed.status, fixed.code) == (401, "session_over")
    assert (await other.me()).status == 401
    assert (await browser.me()).status == 200


async def test_web_06_signing_out_ends_it_here_and_at_github(
    browser: Browser, other: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    held = browser.cookie()

    said = await browser.posts("/auth/logout")
    other.holds(held)

    assert (said.status, browser.cookie()) == (204, "")
    assert (await other.me()).code == "session_over"
    assert place.github.authorizations.tokens == {}


async def test_web_06_signing_out_in_one_browser_leaves_the_other(browser: Browser, other: Browser) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")

    await browser.posts("/auth/logout")

    assert (await other.me()).status == 200


async def test_web_06_signing_out_everywhere_does(browser: Browser, other: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")
    assert (await other.me()).status == 200

    said = await browser.posts("/auth/logout/everywhere")

    assert said.status == 204
    assert (await other.me()).code == "session_over"
    assert await place.signing.tokens.kept(Actor(id=place.github.account("ada").id, login="ada")) is None


async def test_web_06_whoever_lets_the_app_do_nothing_more_is_signed_out(
    browser: Browser, other: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")
    place.github.authorizations.revoked(place.github.account("ada"))
    place.forgets("ada")

    assert [(await each.me()).code for each in (browser, other)] == ["session_over", "session_over"]


async def test_a_session_that_is_not_used_or_old_is_over(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    lasting = []
    for _ in range(20):
        place.clock.moves(hours=7)
        place.github.skew += timedelta(hours=7)
        lasting.append((await browser.me()).status)
    place.clock.moves(hours=8)

    assert lasting == [200] * 20
    assert (await browser.me()).code == "session_over"


@BOTH
async def test_web_07_a_session_is_of_the_installation_that_was_chosen_and_of_no_foreign_one(
    browser: Browser, other: Browser, place: Place
) -> None:
    await browser.signs_in("both")
    await other.signs_in("ada")
    ids = {each.account.login: each.id for each in place.github.installations.values()}
    unchosen = await browser.me()

    chosen = [await chooses(browser, ids["other"]), await chooses(other, ids["other"])]

    assert (unchosen.status, unchosen.code) == (403, "no_installation")
    assert [each.status for each in chosen] == [204, 403]
    assert chosen[1].code == "not_a_member"
    assert (await browser.me()).body["installation_id"] == ids["other"]
    assert (await other.me()).body["installation_id"] == ids["acme"]


async def chooses(browser: Browser, installation: object) -> Said:
    token = (await browser.goes("/auth/session")).body["csrf_token"]
    headers = {"Origin": browser.place.url, "X-CSRF-Token": token}
    return await browser.goes(
        "/auth/installation", "POST", json={"installation_id": installation}, headers=headers
    )


@pytest.mark.parametrize("wanted", [None, "", "x", -1, 0, 1.5, True, [], {}, "9" * 30])
async def test_web_15_no_other_shape_is_an_installation(browser: Browser, wanted: object) -> None:
    await browser.signs_in("ada")

    said = await chooses(browser, wanted)

    assert (said.status, said.code) == (400, "bad_installation")


@BOTH
async def test_web_14_whoever_is_removed_while_signed_in_sees_it_no_more(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("both")
    ids = {each.account.login: each.id for each in place.github.installations.values()}
    await chooses(browser, ids["other"])
    del place.github.repository("other/shop").roles["both"]
    place.forgets("both")

    gone = await browser.me()
    await chooses(browser, ids["acme"])
    left = await browser.me()
    del place.github.repository("acme/shop").roles["both"]
    place.forgets("both")

    assert (gone.status, gone.code) == (403, "no_installation")
    assert left.body["installation_id"] == ids["acme"]
    assert (await browser.me()).code == "not_a_member"


async def test_web_14_where_a_person_is_a_member_is_asked_once_a_minute(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    before = place.asked("GET", "/user/installations")

    for _ in range(3):
        await browser.me()

    assert place.asked("GET", "/user/installations") - before == 1


async def test_web_14_where_github_cannot_be_asked_nothing_is_shown(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    place.forgets("ada")
    place.github.faults.add(Fault(kind="refuse", route="/user/installations", status=502, times=None))

    said = await browser.me()

    assert (said.status, said.body["type"]) == (503, "urn:problem:github_broken")


@pytest.mark.parametrize("login", ["eve", "nobody"])
async def test_web_13_who_is_in_nothing_that_is_served_does_not_get_in(
    browser: Browser, place: Place, login: str
) -> None:
    said = await browser.signs_in(login)

    assert (said.status, said.code) == (403, "not_a_member")
    assert "ask the account's owner" in said.body["detail"]
    assert (browser.cookie(), place.github.authorizations.tokens) == ("", {})


@pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "acm,acme2"}], ids=["alike"])
async def test_id_04_an_account_that_is_called_alike_is_not_served(browser: Browser) -> None:
    assert (await browser.signs_in("ada")).code == "not_a_member"


async def test_id_10_a_new_account_under_an_old_name_has_nothing_of_the_old_one(
    browser: Browser, other: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    account = place.github.accounts.pop("ada")
    account.login = "ada-renamed"
    place.github.accounts["ada-renamed"] = account
    roles = place.github.repository("acme/shop").roles
    roles["ada-renamed"] = roles.pop("ada")
    place.github.person("ada")
    place.forgets("ada-renamed")

    newcomer = await other.signs_in("ada")

    assert newcomer.code == "not_a_member"
    assert (await browser.me()).body["person"]["id"] == account.id


async def test_who_says_no_on_githubs_page_is_told_so_in_plain_words(browser: Browser, place: Place) -> None:
    page = await browser.begins()
    place.github.authorizations.at_the_browser = None
    back = (await browser.goes(page)).headers["Location"]

    said = await browser.goes(back, headers={"Accept": "text/html"})

    assert (said.status, said.headers["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert "access_denied" in said.text
    assert "sign in again" in said.text


async def test_a_client_secret_that_is_wrong_is_the_operators_business(
    browser: Browser, place: Place
) -> None:
    place.github.app.client_secret = "another"

    said = await browser.signs_in("ada")

    assert (said.status, said.code) == (503, "sign_in_misconfigured")


UNSAFE = pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout/everywhere", "/auth/installation"])


@UNSAFE
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, "cross_site"),
        ({"Origin": "null"}, "cross_site"),
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "none"}, "cross_site"),
        ({"Origin": "OURS", "Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({}, "cross_site"),
    ],
)
async def test_web_02_what_another_site_sends_is_refused_with_the_right_token_too(
    browser: Browser, place: Place, path: str, headers: dict[str, str], code: str
) -> None:
    await browser.signs_in("ada")
    token = place.browsers.csrf_of(browser.cookie())
    sent = {name: place.url if value == "OURS" else value for name, value in headers.items()}

    said = await browser.goes(path, "POST", headers={**sent, "X-CSRF-Token": token})

    assert (said.status, said.code) == (403, code)
    assert (await browser.me()).status == 200


@UNSAFE
async def test_web_02_without_the_sessions_own_token_nothing_is_done(
    browser: Browser, other: Browser, path: str
) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")
    foreign = (await other.goes("/auth/session")).body["csrf_token"]

    missing = await browser.posts(path, csrf=None)
    refused = [await browser.posts(path, csrf=each) for each in (foreign, "x", "é")]
    plain = await browser.goes(
        path, "POST", data='{"a":1}', headers={"Origin": browser.place.url, "Content-Type": "text/plain"}
    )

    assert (missing.status, missing.code) == (403, "csrf_missing")
    assert {(each.status, each.code) for each in refused} == {(403, "csrf_foreign")}
    assert plain.code == "csrf_missing"
    assert (await browser.me()).status == 200


async def test_web_02_a_form_says_it_in_a_field(browser: Browser) -> None:
    await browser.signs_in("ada")
    token = (await browser.goes("/auth/session")).body["csrf_token"]

    said = await browser.goes(
        "/auth/logout",
        "POST",
        data={"csrf_token": token},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
    )

    assert (said.status, said.text) == (200, "You are signed out in this browser.\n")


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=none-such", f"{FORM}; charset=utf-16"])
@pytest.mark.parametrize("path", ["/auth/logout", "/auth/installation"])
async def test_web_02_a_form_that_nobody_can_read_says_nothing(
    browser: Browser, place: Place, path: str, kind: str
) -> None:
    await browser.signs_in("ada")

    said = await browser.goes(
        path, "POST", headers={"Origin": place.url, "Content-Type": kind}, data=b"csrf_token=\xff"
    )

    assert (said.status, said.code) == (403, "csrf_missing")


async def test_web_15_an_installation_that_nobody_can_read_is_none(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")

    said = await browser.posts("/auth/installation", Content_Type=f"{FORM}; charset=none-such")

    assert (said.status, said.code) == (400, "bad_installation")


async def test_web_06_a_cookie_of_no_text_is_no_session(place: Place) -> None:
    reader, writer = await open_connection("127.0.0.1", URL(place.url).port)
    writer.write(
        f"POST /auth/logout HTTP/1.1\r\nHost: bot\r\nConnection: close\r\nOrigin: {place.url}\r\n".encode()
        + b"X-CSRF-Token: \xff\r\nContent-Length: 0\r\nCookie: session=\xff\xfe\r\n\r\n"
    )

    said = (await reader.read()).decode()
    writer.close()

    assert said.startswith("HTTP/1.1 401")
    assert "urn:problem:session_over" in said


async def test_web_02_an_order_to_the_api_by_a_session_needs_the_token_too(browser: Browser) -> None:
    await browser.signs_in("ada")

    said = await browser.goes("/api/v1/me", "POST", json={}, headers={"Origin": browser.place.url})

    assert (said.status, said.code) == (403, "csrf_missing")


async def test_web_10_a_request_with_both_is_decided_by_the_bearer_alone(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    account = place.github.account("eve")
    _, key = await create(
        place.stored.keys,
        person=Actor(id=account.id, login="eve"),
        installation_id=7,
        scopes=["read"],
        days=1,
        now=place.clock.now(),
    )

    by_key = await browser.me(Authorization=f"Bearer {key}")
    order = await browser.goes("/api/v1/me", "POST", json={}, headers={"Authorization": f"Bearer {key}"})
    by_a_wrong_one = await browser.me(Authorization=f"Bearer {key}x")
    by_the_session_as_a_bearer = await browser.me(Authorization=f"Bearer {browser.cookie()}")

    assert (by_key.body["person"]["login"], by_key.body["means"]) == ("eve", "key")
    assert order.status == 405
    assert (by_a_wrong_one.status, by_the_session_as_a_bearer.status) == (401, 401)


async def test_web_10_no_secret_of_one_purpose_is_good_for_another(browser: Browser, place: Place) -> None:
    await browser.begins()
    begun = browser.cookie("signin")
    await browser.signs_in("ada")
    session, token = browser.cookie(), place.browsers.csrf_of(browser.cookie())

    refused = []
    for text in (begun, token, session[:-1], session + "A", ""):
        browser.holds(text)
        refused.append((await browser.me()).status)

    assert refused == [401] * 5
    assert [place.browsers.open(each) for each in (session, token)] == [None, None]


async def test_user_tokens_are_renewed_once_for_all_who_need_them(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    person = Actor(id=place.github.account("ada").id, login="ada")
    before = place.asked("POST", "/login/oauth/access_token")
    place.clock.moves(hours=7, minutes=56)

    async def whose(access: str, _person: Actor) -> str:
        return (await place.signing.people.person(access)).login

    found = await gather(*(place.signing.tokens.used(person, whose) for _ in range(5)))

    assert set(found) == {"ada"}
    assert place.asked("POST", "/login/oauth/access_token") - before == 1
    assert (await browser.me()).status == 200


async def test_a_renewal_that_is_refused_ends_the_session(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    place.github.authorizations.revoked(place.github.account("ada"))
    place.clock.moves(hours=7, minutes=56)
    place.forgets("ada")

    assert (await browser.me()).code == "session_over"
    assert await place.stored.sessions.get(browser.cookie()) is None


async def test_a_renewal_that_did_not_come_through_is_tried_again(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    place.clock.moves(hours=7, minutes=56)
    place.forgets("ada")
    place.github.faults.add(Fault(kind="refuse", method="POST", route="/login/oauth/access_token"))

    first, second = await browser.me(), await browser.me()

    assert (first.status, second.status) == (503, 200)


async def test_the_cookies_are_for_this_host_and_no_script(github: GitHub, tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    async with (
        placed(github, tmp_path / "tls", PUBLIC_URL="https://bot.example.org") as place,
        Browser.opened(place) as browser,
    ):
        begun = await browser.goes("/auth/login")
        github.authorizations.at_the_browser = "ada"
        back = URL((await browser.goes(begun.headers["Location"])).headers["Location"])
        held = begun.headers["Set-Cookie"].partition(";")[0]
        said = await browser.goes(f"{back.path}?{back.raw_query_string}", headers={"Cookie": held})

    assert back.origin() == URL("https://bot.example.org")
    assert begun.headers["Set-Cookie"].startswith("__Host-signin=")
    assert said.headers["Set-Cookie"].startswith("__Host-session=")
    for each in (begun, said):
        parts = {part.strip() for part in each.headers["Set-Cookie"].split(";")}
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)


async def test_where_it_is_not_set_up_that_is_said(browser: Browser, place: Place) -> None:
    shut = app_with(replace(place.auth, signing=None))
    async with listening(shut, host="127.0.0.1", port=0) as port:
        said = await browser.goes(f"http://127.0.0.1:{port}/auth/login")

    assert (said.status, said.code) == (503, "sign_in_not_set_up")
    assert "GITHUB_CLIENT_SECRET" in said.body["detail"]


async def test_web_16_an_address_has_so_many_sign_ins_and_no_more(browser: Browser, place: Place) -> None:
    few = RateLimits("address", {60: 3, 3600: 10}, place.stored.crypto)
    watched = replace(place.auth, guards=replace(place.auth.guards, strangers=few))
    async with listening(app_with(watched), host="127.0.0.1", port=0) as port:
        answers = [await browser.goes(f"http://127.0.0.1:{port}/auth/login") for _ in range(4)]

    assert [each.status for each in answers] == [303, 303, 303, 429]
    assert "Retry-After" in answers[-1].headers


async def test_web_16_whoever_signs_in_again_has_no_second_quota(
    browser: Browser, other: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    await other.signs_in("ada")

    callers = [await place.signing.caller(each.cookie()) for each in (browser, other)]

    assert len({each.id for each in callers}) == 1
