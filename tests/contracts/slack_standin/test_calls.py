"""Who may call what, in which form; and what Slack says to everybody else."""

from datetime import timedelta

import pytest

from standins.slack.people import Slack
from standins.slack.state import Team
from tests.contracts.slack_standin.client import Client


async def test_arguments_come_as_a_query_as_a_form_and_as_json(slack: Slack, client: Client) -> None:
    here = slack.channel_named("deploys").id

    answers = [
        await how("chat.postMessage", channel=here, text="hello")
        for how in (client.query, client.form, client.call)
    ]
    read = await client.get("conversations.history", channel=here)

    assert [each.error for each in answers] == ["", "", ""]
    assert [each["text"] for each in read.body["messages"]] == ["hello"] * 3
    assert slack.violations == []


async def test_blocks_may_be_json_within_a_form(slack: Slack, client: Client) -> None:
    here = slack.channel_named("deploys").id
    blocks = '[{"type":"divider"}]'

    await client.form("chat.postMessage", channel=here, text="hello", blocks=blocks)
    broken = await client.form("chat.postMessage", channel=here, blocks="[")

    assert slack.said_in("deploys")[0].blocks == [{"type": "divider"}]
    assert broken.error == "invalid_json"


async def test_an_unknown_argument_and_one_that_is_absent_are_refused_and_noted(
    slack: Slack, client: Client
) -> None:
    unknown = await client.get("users.info", user="U1", colour="blue")
    absent = await client.call("chat.postMessage", text="to nowhere")

    assert (unknown.error, unknown.body["response_metadata"]["messages"]) == ("invalid_arg_name", ["colour"])
    assert absent.error == "invalid_arguments"
    assert slack.violations == ["users.info: invalid_arg_name"]


async def test_a_method_that_is_not_played_is_unknown_and_noted(slack: Slack, client: Client) -> None:
    answer = await client.call("chat.scheduleMessage")

    assert (answer.error, len(slack.violations)) == ("unknown_method", 1)


@pytest.mark.parametrize(
    ("token", "error"), [(None, "not_authed"), ("xoxb-nobody", "invalid_auth")], ids=["none", "a wrong one"]
)
async def test_without_a_good_token_nothing_is_told(
    slack: Slack, client: Client, token: str | None, error: str
) -> None:
    client.token = token

    assert (await client.query("auth.test")).error == error
    assert slack.violations == [f"auth.test: {error}"]


async def test_a_revoked_an_ended_and_an_inactive_token_each_have_their_word(
    slack: Slack, client: Client
) -> None:
    token = next(iter(slack.tokens.values()))

    token.expires_at = slack.now() - timedelta(seconds=1)
    ended = await client.query("auth.test")
    token.expires_at, token.installation.bot.deleted = None, True
    inactive = await client.query("auth.test")
    token.installation.bot.deleted, token.revoked = False, True
    revoked = await client.query("auth.test")

    assert [each.error for each in (ended, inactive, revoked)] == [
        "token_expired", "account_inactive", "token_revoked",
    ]  # fmt: skip


async def test_a_method_without_its_scope_says_which_it_needs(
    slack: Slack, client: Client, acme: Team
) -> None:
    client.token = slack.give_token(acme, scopes=["commands"]).value

    answer = await client.call("chat.postMessage", channel=slack.channel_named("deploys").id, text="hello")

    assert answer.body == {
        "ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("nowhere", "channel_not_found"),
        ("random", "not_in_channel"),
        ("secret", "channel_not_found"),
        ("old", "is_archived"),
    ],
)
async def test_where_the_bot_cannot_speak_it_is_told_why(
    slack: Slack, client: Client, acme: Team, channel: str, error: str
) -> None:
    slack.create_channel("old", acme, members=["claude", "boss"]).archived = True
    ids = {each.name: each.id for each in slack.channels.values()}

    answer = await client.call("chat.postMessage", channel=ids.get(channel, "C0NOWHERE"), text="hello")

    assert answer.error == error
    assert slack.effects[-1].name == "app.installed"


async def test_only_its_own_message_is_edited_or_deleted(slack: Slack, client: Client) -> None:
    theirs = await slack.says("alice", "deploys", "mine")
    here = slack.channel_named("deploys").id

    edited = await client.call("chat.update", channel=here, ts=theirs.ts, text="yours")
    deleted = await client.query("chat.delete", channel=here, ts=theirs.ts)
    missing = await client.call("chat.update", channel=here, ts="1.000001", text="yours")

    assert [edited.error, deleted.error, missing.error] == [
        "cant_update_message", "cant_delete_message", "message_not_found",
    ]  # fmt: skip
    assert [each.text for each in slack.said_in("deploys")] == ["mine"]


async def test_a_message_to_a_person_goes_where_the_two_talk(slack: Slack, client: Client) -> None:
    alice = slack.named("alice").id

    opened = await client.query("conversations.open", users=alice)
    posted = await client.call("chat.postMessage", channel=alice, text="psst")

    assert posted.body["channel"] == opened.body["channel"]["id"]


async def test_people_are_told_apart(slack: Slack, client: Client, acme: Team) -> None:
    umbrella = slack.workspace("Umbrella", enterprise="Umbrella Corp")
    slack.person("stranger", umbrella)
    slack.create_channel("shared", acme, members=["claude", "stranger"], shared_with=[umbrella])
    slack.named("dave").deleted = True

    async def about(name: str) -> dict[str, object]:
        body = (await client.get("users.info", user=slack.named(name).id)).body
        return dict(body["user"])

    stranger = await about("stranger")
    assert (stranger["is_stranger"], stranger["team_id"]) == (True, umbrella.id)
    assert (await about("guest"))["is_restricted"] is True
    assert (await about("boss"))["is_admin"] is True
    assert (await about("dave"))["deleted"] is True
    assert (await about("claude"))["is_bot"] is True
    assert slack.violations == []


async def test_a_thread_is_read_page_by_page(slack: Slack, client: Client) -> None:
    first = await slack.says("alice", "deploys", "begin")
    for number in range(3):
        await slack.says("boss", "deploys", f"answer {number}", thread=first.ts)
    here = slack.channel_named("deploys").id

    one = (await client.get("conversations.replies", channel=here, ts=first.ts, limit="3")).body
    cursor = one["response_metadata"]["next_cursor"]
    two = (
        await client.get("conversations.replies", channel=here, ts=first.ts, limit="3", cursor=cursor)
    ).body

    said = [each["text"] for each in one["messages"] + two["messages"]]
    assert (said, two["has_more"]) == (["begin", "answer 0", "answer 1", "answer 2"], False)


async def test_a_file_is_read_with_a_token_and_not_without(slack: Slack, client: Client) -> None:
    file = slack.attach("alice", "log.txt", b"all well")
    await slack.says("alice", "deploys", "the log", files=[file])
    told = (await client.get("files.info", file=file.id)).body["file"]
    bearer = {"Authorization": f"Bearer {client.token}"}

    async with client.session.get(told["url_private_download"], headers=bearer) as answer:
        read = await answer.read()
    async with client.session.get(told["url_private"]) as answer:
        stranger = (answer.status, answer.content_type)

    assert (read, stranger) == (b"all well", (200, "text/html"))


async def test_a_limit_is_of_one_channel_and_a_minute_later_it_is_over(slack: Slack, client: Client) -> None:
    slack.rates.tiers["chat.postMessage"] = 1
    slack.channel_named("random").members.add(slack.named("claude").id)
    deploys, random = (slack.channel_named(each).id for each in ("deploys", "random"))

    statuses = [
        (await client.call("chat.postMessage", channel=each, text="hello")).status
        for each in (deploys, deploys, random)
    ]
    slack.skew += timedelta(minutes=1)
    later = await client.call("chat.postMessage", channel=deploys, text="hello")

    assert (statuses, later.status) == ([200, 429, 200], 200)
