"""Keys by hand: made for a person whom GitHub knows, shown once, listed without themselves, revoked."""

import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Final

import pytest

from bot.application.callers import NotRecognised
from bot.application.key_acts import note
from bot.application.keys import made, recognised
from bot.application.slack_linking import link, offered
from bot.command_line import arguments, verb
from bot.domain.key_facts import key_made, stream_of
from bot.records import Actor
from bot.settings import Settings
from bot.slack_link_records import SlackUser
from bot.troubles import Mistaken, NotThere
from tests.story import Team

CREATE: Final = ("keys", "create", "--installation", "acme", "--login")


async def said(team: Team, words: Sequence[str]) -> str:
    """What the command line answers beside the running bot."""
    out = io.StringIO()
    with redirect_stdout(out):
        assert await verb(arguments(words), Settings.read(team.bot.environment)) == 0
    return out.getvalue()


async def test_a_key_is_shown_once_and_revoked_at_once(team: Team) -> None:
    text, _, told = (await said(team, [*CREATE, "viewer", "--scope", "read", "--days", "7"])).partition("\n")
    stored = team.bot.stored

    key = await recognised(text, stored.keys, stored.clock)

    viewer = team.github.world.account("viewer")
    assert (key.person.id, key.person.login) == (viewer.id, "viewer")
    assert key.permissions == {"integration:read"}
    assert [key.installation_id] == list(team.github.world.installations)
    assert f"python -m bot keys revoke {key.id}" in told
    listed = await said(team, ["keys", "list"])
    assert key.id in listed
    assert text.rpartition("_")[2] not in listed

    assert "is revoked" in await said(team, ["keys", "revoke", key.id])

    with pytest.raises(NotRecognised, match="key_revoked"):
        await recognised(text, stored.keys, stored.clock)
    assert "; revoked, last used" in await said(team, ["keys", "list"])
    with pytest.raises(NotThere):
        await said(team, ["keys", "revoke", key.id])
    facts = await stored.log.read(stream_of(key.installation_id))
    assert [(fact.type, fact.data["key"], fact.meta["login"]) for fact in facts] == [
        ("KeyMade", key.id, "operator"),
        ("KeyRevoked", key.id, "operator"),
    ]
    assert text.rpartition("_")[2] not in repr(facts)
    assert await stored.log.verify() is None


async def test_who_was_killed_between_revoking_and_telling_of_it_tells_of_it_again(
    team: Team,
) -> None:
    text = (await said(team, [*CREATE, "viewer", "--scope", "read"])).partition("\n")[0]
    stored = team.bot.stored
    key = (await recognised(text, stored.keys, stored.clock)).key
    assert key is not None
    made_with_it, its_text = made(
        person=key.person,
        installation_id=key.installation_id,
        permissions=key.permissions,
        until=key.expires_at,
        now=stored.clock.now(),
        made_by=key.id,
    )
    await stored.keys.keep(made_with_it, its_text)
    await stored.keys.revoke(key.id, stored.clock.now())  # and no fact says so

    again = await said(team, ["keys", "revoke", key.id])
    with pytest.raises(NotThere):
        await said(team, ["keys", "revoke", key.id])

    assert key.id in again
    assert made_with_it.id in again
    facts = await stored.log.read(stream_of(key.installation_id))
    assert [(fact.type, fact.data["key"], fact.data.get("along_with")) for fact in facts] == [
        ("KeyMade", key.id, None),
        ("KeyRevoked", key.id, None),
        ("KeyRevoked", made_with_it.id, key.id),
    ]


async def test_what_became_of_keys_is_told_in_the_order_of_it(team: Team) -> None:
    stored = team.bot.stored
    assert await said(team, ["keys", "history", "acme"]) == "no key was made or revoked there\n"
    text = (await said(team, [*CREATE, "viewer", "--days", "7"])).partition("\n")[0]
    key = await recognised(text, stored.keys, stored.clock)
    until = key.expires_at
    kept = await stored.keys.get(key.id)
    assert kept is not None
    child, secret = made(
        person=key.person,
        installation_id=key.installation_id,
        permissions=key.permissions,
        until=until,
        now=stored.clock.now(),
        made_by=key.id,
    )
    who = {"by": key.person.id, "login": key.person.login, "door": "api"}
    await note(stored, child, key_made(child, by=key.id), who)
    await stored.keys.keep(child, secret)

    gone = await said(team, ["keys", "revoke", key.id])
    by_name, by_number = [
        await said(team, ["keys", "history", each]) for each in ("acme", str(key.installation_id))
    ]

    assert gone == (
        f"{key.id} is revoked, and opens nothing any more\n"
        f"revoked with it, for they were made with it: {child.id}\n"
    )
    allowed = f"integration:read; until {until:%Y-%m-%d}"
    assert [line[20:] for line in by_name.splitlines()] == [
        f"{key.id} of @viewer: made by the operator; {allowed}",
        f"{child.id} of @viewer: made by @viewer with {key.id}; {allowed}",
        f"{key.id} of @viewer: revoked by the operator",
        f"{child.id} of @viewer: revoked by the operator, along with {key.id}",
    ]
    assert by_number == by_name
    with pytest.raises(NotThere):
        await said(team, ["keys", "history", "other"])


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([*CREATE, "viewer", "--scope", "root"], Mistaken),
        ([*CREATE, "viewer", "--days", "0"], Mistaken),
        ([*CREATE, "viewer", "--days", "367"], Mistaken),
        ([*CREATE, "nobody-of-that-name"], NotThere),
        ([*CREATE, "acme"], NotThere),
        (["keys", "create", "--installation", "other", "--login", "viewer"], NotThere),
    ],
    ids=["scope", "no day", "too long", "nobody", "an organisation", "not installed"],
)
async def test_what_cannot_be_a_key_is_said_and_nothing_is_kept(
    team: Team, words: Sequence[str], fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        await said(team, words)

    assert await said(team, ["keys", "list"]) == "there is no key\n"


async def test_the_key_that_signs_tokens_is_followed_by_another_or_replaced_at_once(team: Team) -> None:
    stored = team.bot.stored
    before = await stored.signing_keys.add(signs_from=stored.clock.now())

    rotated = await said(team, ["keys", "rotate"])

    [second] = [key for key in await stored.signing_keys.listed() if key != before]
    assert f"{second.kid} is published, and signs access tokens from" in rotated
    assert second.signs_from > stored.clock.now()

    replaced = await said(team, ["keys", "rotate", "--leaked"])

    [third] = await stored.signing_keys.listed()
    assert f"{third.kid} signs access tokens from now on" in replaced


async def test_whom_the_bot_has_seen_is_listed_with_what_they_are(team: Team) -> None:
    assert await said(team, ["members", "acme"]) == "nobody was seen there\n"
    await said(team, [*CREATE, "viewer"])

    told = await said(team, ["members", "acme"])

    viewer = team.github.world.account("viewer")
    assert told.splitlines()[0] == f"@viewer ({viewer.id}): 1 key"
    with pytest.raises(NotThere, match="has no installation other"):
        await said(team, ["members", "other"])


async def test_sl_10_without_a_place_members_are_the_slack_accounts_that_act_as_somebody(team: Team) -> None:
    nobody = await said(team, ["members"])
    stored, user = team.bot.stored, SlackUser(team="T1", id="U1")
    ticket = offered(user, name="alice", workspace="acme", at=stored.clock.now())
    await link(ticket, Actor(id=7, login="ada"), kept=stored, used=stored.sessions)

    told = await said(team, ["members"])

    assert nobody == "no Slack account is linked\n"
    assert told.endswith("  -/T1/U1  alice in acme  acts as ada (7)\n")
