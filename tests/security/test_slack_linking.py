"""Linking a Slack account in a browser, and every way that links nothing (security catalogue, SL)."""

import html
import re
from asyncio import gather
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from bot.application.slack_linking import PATH, acts_as, address_of, all_links, offered
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.slack_tickets import LONGEST, SlackTickets
from bot.slack_link_records import SlackUser, Ticket
from bot.web.slack_link_words import WHY
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from tests.doors.webapp import NOON
from tests.security.signing import Browser, Place, Said, placed

ALICE: Final = SlackUser(team="T024BE7LD", id="U0G9QF9C6", enterprise="E012345")


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHub]:
    """An account with the App, and two people in it."""
    (tmp_path / "github").mkdir()
    world = GitHub(
        app=new_app(public_key=key_pair()[1], webhook_secret="w" * 32), directory=tmp_path / "github"
    )
    async with await serve(world):
        world.create_repository("acme/shop")
        world.person("ada", {"acme/shop": "read"})
        world.person("eve", {"acme/shop": "read"})
        await world.install("acme")
        yield world


@pytest.fixture
async def place(github: GitHub, tmp_path: Path) -> AsyncIterator[Place]:
    async with placed(github, tmp_path, ALLOWED_OWNERS="acme") as it:
        yield it


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it


@pytest.fixture
async def other(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it


def ticket(place: Place, name: str = "alice") -> Ticket:
    return offered(ALICE, name=name, workspace="acme-workspace", at=place.clock.now())


def private_link(place: Place, it: Ticket | None = None) -> str:
    """The path of it, as it is told in Slack."""
    address = urlsplit(address_of(it or ticket(place), SlackTickets(place.stored.crypto), place.url))
    return f"{address.path}?{address.query}"


def fields_of(page: Said) -> dict[str, str]:
    """What the page's form says."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in found}


async def confirms(browser: Browser, fields: dict[str, str], **headers: str) -> Said:
    """The form, as the browser sends it from our own page."""
    sent = {"Origin": browser.place.url, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return await browser.goes(PATH, "POST", data=fields, headers=sent)


async def test_sl_11_the_whole_way_from_the_private_link_to_the_fact(browser: Browser, place: Place) -> None:
    link = private_link(place)
    to_sign_in = await browser.goes(link)
    back = await browser.signs_in("ada", to_sign_in.headers["Location"])
    page = await browser.goes(back.headers["Location"])
    done = await confirms(browser, fields_of(page))

    assert (to_sign_in.status, back.headers["Location"]) == (303, link)
    ada = place.github.account("ada")
    for told in (
        "alice",
        "U0G9QF9C6",
        "acme-workspace",
        "T024BE7LD",
        "E012345",
        "ada",
        f"<code>{ada.id}</code>",
    ):
        assert told in page.text
    assert (done.status, "is linked" in done.text) == (200, True)
    assert (await acts_as(ALICE, place.stored)).id == ada.id
    [fact] = await place.stored.log.newest("slack-links")
    assert (fact.type, fact.meta["by"]) == ("SlackLinked", ada.id)


async def test_sl_11_no_log_holds_the_private_link(
    browser: Browser, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    link = private_link(place)
    with capture_logs() as logged:
        to_sign_in = await browser.goes(link)
        await browser.signs_in("ada", to_sign_in.headers["Location"])
        used = fields_of(await browser.goes(link))
        await confirms(browser, used)
        again = await confirms(browser, used)
        await browser.goes(f"{link}x", headers={"Accept": "text/html"})

    server = [each.getMessage() for each in caplog.records if not each.name.startswith("aiohttp.client")]
    said = "\n".join([*map(str, logged), *server])
    assert (again.status, PATH in said) == (400, True)
    assert used["ticket"] not in said


async def test_sl_11_looking_at_the_page_links_nothing(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")

    for _ in range(2):
        assert (await browser.goes(private_link(place))).status == 200

    assert await all_links(place.stored) == []


async def test_sl_11_a_link_is_good_once_whoever_follows_it(
    browser: Browser, other: Browser, place: Place
) -> None:
    link = private_link(place)
    for each, login in ((browser, "ada"), (other, "eve")):
        await each.signs_in(login)
    pages = [await each.goes(link) for each in (browser, other)]

    first = await confirms(browser, fields_of(pages[0]))
    again = await confirms(browser, fields_of(pages[0]))
    second = await confirms(other, fields_of(pages[1]))

    assert [first.status, again.status, second.status] == [200, 400, 400]
    assert WHY["ticket_used"] in again.text
    assert (await acts_as(ALICE, place.stored)).login == "ada"


async def test_sl_11_of_the_same_form_at_once_one_is_taken(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    fields = fields_of(await browser.goes(private_link(place)))

    answers = await gather(*(confirms(browser, fields) for _ in range(5)))

    assert sorted(each.status for each in answers) == [200, 400, 400, 400, 400]
    assert len(await place.stored.log.read(f"slack-links:{ALICE.place}")) == 1


async def test_sl_11_a_link_is_over_after_ten_minutes(browser: Browser, place: Place) -> None:
    await browser.signs_in("ada")
    link = private_link(place)
    fields = fields_of(await browser.goes(link))
    place.clock.moves(minutes=10)

    page, form = await browser.goes(link), await confirms(browser, fields)

    assert (page.status, form.status) == (400, 400)
    assert WHY["ticket_over"] in form.text
    assert await all_links(place.stored) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "null"},
    ],
)
async def test_sl_11_a_form_of_another_site_links_nothing(
    browser: Browser, place: Place, headers: dict[str, str]
) -> None:
    await browser.signs_in("ada")
    fields = fields_of(await browser.goes(private_link(place)))

    said = await confirms(browser, fields, **headers)

    assert (said.status, await all_links(place.stored)) == (403, [])


async def test_sl_11_a_form_without_its_token_or_with_anothers_links_nothing(
    browser: Browser, other: Browser, place: Place
) -> None:
    for each, login in ((browser, "ada"), (other, "eve")):
        await each.signs_in(login)
    mine = fields_of(await browser.goes(private_link(place)))
    theirs = fields_of(await other.goes(private_link(place)))

    without = await confirms(browser, {"ticket": mine["ticket"]})
    foreign = await confirms(browser, mine | {"csrf_token": theirs["csrf_token"]})

    assert (without.status, foreign.status, await all_links(place.stored)) == (403, 403, [])


async def test_sl_11_who_is_not_signed_in_links_nothing(browser: Browser, place: Place) -> None:
    text = private_link(place).partition("=")[2]

    said = await confirms(browser, {"ticket": text, "csrf_token": "x"})

    assert (said.status, await all_links(place.stored)) == (401, [])


@pytest.mark.parametrize("text", ["", "x", "A" * 200, "%C3%A9", "%00", "A" * (LONGEST + 1), "=" * 8])
async def test_sl_11_what_is_no_ticket_is_refused(browser: Browser, place: Place, text: str) -> None:
    await browser.signs_in("ada")

    said = await browser.goes(f"{PATH}?ticket={text}", headers={"Accept": "text/html"})

    assert (said.status, WHY["ticket_unknown"] in said.text) == (400, True)


def test_sl_11_a_ticket_opens_where_it_was_sealed_and_as_it_was() -> None:
    mine, others = SlackTickets(Crypto(b"k" * 32)), SlackTickets(Crypto(b"o" * 32))
    it = Ticket(user=ALICE, name="a", workspace="b", at=NOON, nonce="n" * 22)
    text = mine.seal(it)

    assert mine.open(text) == it
    assert others.open(text) is None
    assert [mine.open(text[:n] + ("A" if text[n] != "A" else "B") + text[n + 1 :]) for n in (0, 20, -2)] == [
        None,
        None,
        None,
    ]
    assert mine.open(mine.seal(replace(it, user=replace(ALICE, enterprise=None)))) != it


async def test_sl_11_the_longest_names_still_lead_through_the_sign_in(browser: Browser, place: Place) -> None:
    it = replace(
        offered(ALICE, name="é" * 80, workspace="ü" * 80, at=place.clock.now()),
        user=SlackUser(team="T" * 13, id="U" * 13, enterprise="E" * 13),
    )
    link = private_link(place, it)

    back = await browser.signs_in("ada", (await browser.goes(link)).headers["Location"])

    assert back.headers["Location"] == link


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><b>x', "{{ 7 * 7 }}", "a\u202eb"])
async def test_sl_11_a_name_from_slack_is_text(browser: Browser, place: Place, name: str) -> None:
    await browser.signs_in("ada")

    page = await browser.goes(private_link(place, ticket(place, name)))

    assert "<script>" not in page.text
    assert "<b>x" not in page.text
    assert "\u202e" not in page.text


async def test_sl_11_whom_it_acts_as_now_is_said_before_that_ends(
    browser: Browser, other: Browser, place: Place
) -> None:
    for each, login in ((browser, "ada"), (other, "eve")):
        await each.signs_in(login)
    await confirms(browser, fields_of(await browser.goes(private_link(place))))

    same, another = await browser.goes(private_link(place)), await other.goes(private_link(place))

    assert ("that ends with this" in same.text, "that ends with this" in another.text) == (False, True)


async def test_sl_10_a_link_lives_in_the_log_and_every_process_sees_it(
    browser: Browser, place: Place
) -> None:
    await browser.signs_in("ada")
    await confirms(browser, fields_of(await browser.goes(private_link(place))))

    [link] = await all_links(place.stored)

    assert (link.user, link.person.login, link.name, link.workspace) == (
        ALICE,
        "ada",
        "alice",
        "acme-workspace",
    )
