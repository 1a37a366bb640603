"""What the stand-in answers is what Slack publishes: its description, its examples, its servers' answers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from standins.slack import blockkit, contract
from standins.slack.conduct import METHODS, OF_THE_APP
from standins.slack.people import Slack
from tests.contracts.slack_standin.client import Client

DATA = Path(__file__).parents[1] / "data/slack/web-api"
DESCRIBED = contract.load()
HELLO = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "Run"}, "blocks": HELLO}
HOME = {"type": "home", "blocks": HELLO}
# Fields of the published examples that tell of things which are not played.
# With a name goes all that is under it.
NOT_PLAYED: dict[str, tuple[str, ...]] = {
    "chat.postMessage": ("message.attachments", "message.subtype", "message.username"),
    "conversations.history": ("response_metadata",),
    "conversations.info": (
        "channel.is_pending_ext_shared", "channel.is_read_only", "channel.last_read", "channel.locale",
        "channel.parent_conversation", "channel.pending_shared", "channel.previous_names", "channel.unlinked",
    ),
    "conversations.replies": ("response_metadata",),
    "files.info": (
        "file.deanimate_gif", "file.display_as_bot", "file.editable", "file.external_type",
        "file.has_rich_preview", "file.image_exif_rotation", "file.is_starred", "file.original_",
        "file.permalink_public", "file.pjpeg", "file.public_url_shared", "file.shares", "file.thumb_",
        "file.username", "response_metadata",
    ),
    "oauth.v2.access": ("authed_user.", "enterprise."),
    "reactions.get": ("file",),
    "team.info": ("team.enterprise_",),
    "users.info": ("user.has_2fa",),
}  # fmt: skip


def _example(method: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DATA / f"examples/{method}.success.json").read_text(encoding="utf-8"))
    return read


def _fields(body: dict[str, Any]) -> set[str]:
    """The names two levels deep."""
    inner = {f"{name}.{each}" for name, value in body.items() if isinstance(value, dict) for each in value}
    return set(body) | inner


class Asking:
    """Asks, and remembers what was answered."""

    def __init__(self, slack: Slack, client: Client) -> None:
        self.slack, self.client = slack, client
        self.deploys = slack.channel_named("deploys").id
        self.alice = slack.named("alice").id
        self.said: dict[str, dict[str, Any]] = {}

    async def ask(self, how: Callable[..., Any], method: str, **arguments: Any) -> dict[str, Any]:
        self.said[method] = (await how(method, **arguments)).body
        return self.said[method]

    async def messages(self) -> None:
        posted = await self.ask(
            self.client.call, "chat.postMessage", channel=self.deploys, text="hello", blocks=HELLO
        )
        where = {"channel": self.deploys, "ts": posted["ts"]}
        await self.ask(self.client.call, "chat.update", **where, text="hello again", blocks=HELLO)
        await self.ask(
            self.client.call, "chat.postEphemeral", channel=self.deploys, user=self.alice, text="psst"
        )
        at = {"channel": self.deploys, "message_ts": posted["ts"]}
        await self.ask(self.client.get, "chat.getPermalink", **at)
        link = await self.slack.says("alice", "deploys", "see https://bot.example.org/1")
        unfurls = {"https://bot.example.org/1": {"blocks": HELLO}}
        await self.ask(self.client.call, "chat.unfurl", channel=self.deploys, ts=link.ts, unfurls=unfurls)
        await self.slack.says("alice", "deploys", "in the thread", thread=posted["ts"])
        reacted = {"channel": self.deploys, "timestamp": posted["ts"]}
        await self.ask(self.client.query, "reactions.add", **reacted, name="eyes")
        await self.ask(self.client.get, "reactions.get", **reacted)
        await self.ask(self.client.get, "conversations.replies", **where)
        await self.ask(self.client.get, "conversations.history", channel=self.deploys)
        await self.ask(self.client.query, "chat.delete", **where)

    async def places_and_people(self) -> None:
        await self.ask(self.client.get, "conversations.info", channel=self.deploys)
        await self.ask(self.client.get, "conversations.members", channel=self.deploys)
        await self.ask(self.client.query, "conversations.open", users=self.alice)
        await self.ask(self.client.get, "users.info", user=self.alice)
        await self.ask(self.client.get, "users.list")
        await self.ask(self.client.get, "team.info")
        file = self.slack.attach("alice", "log.txt", b"all well")
        await self.slack.says("alice", "deploys", "the log", files=[file])
        await self.ask(self.client.get, "files.info", file=file.id)

    async def views(self) -> None:
        trigger = self.slack.new_trigger(self.slack.named("alice"))
        opened = await self.ask(self.client.call, "views.open", trigger_id=trigger.id, view=MODAL)
        view = opened["view"]["id"]
        above = self.slack.new_trigger(self.slack.named("alice"), view=view)
        await self.ask(self.client.call, "views.push", trigger_id=above.id, view=MODAL)
        await self.ask(self.client.call, "views.update", view_id=view, view=MODAL)
        await self.ask(self.client.call, "views.publish", user_id=self.alice, view=HOME)

    async def tokens(self) -> None:
        app = self.slack.app
        code = self.slack.authorizations.consented(
            self.slack.named("boss"), app.scopes, redirect_uri=None, now=self.slack.now()
        )
        granted = {"client_id": app.client_id, "client_secret": app.client_secret, "code": code}
        await self.ask(self.client.query, "auth.test")
        await self.ask(self.client.form, "oauth.v2.access", **granted)
        await self.ask(self.client.get, "auth.revoke")


@pytest.fixture
async def answers(slack: Slack, client: Client) -> dict[str, dict[str, Any]]:
    """One good answer of each method."""
    asking = Asking(slack, client)
    for family in (asking.messages, asking.places_and_people, asking.views, asking.tokens):
        await family()
    return asking.said


async def test_every_method_answers_as_it_is_described(
    slack: Slack, answers: dict[str, dict[str, Any]]
) -> None:
    assert answers.keys() == METHODS.keys() - OF_THE_APP
    assert [body["error"] for body in answers.values() if not body["ok"]] == []
    assert slack.violations == []


async def test_an_answer_has_every_field_of_the_published_example(answers: dict[str, dict[str, Any]]) -> None:
    lacking = {
        method: {
            name
            for name in _fields(_example(method)) - _fields(body)
            if not name.startswith(NOT_PLAYED.get(method, ()))
        }
        for method, body in answers.items()
    }

    assert {method: fields for method, fields in lacking.items() if fields} == {}


def test_the_description_is_a_description_and_notices_what_breaks_it() -> None:
    told = DESCRIBED["chat.getPermalink"].faults_of({"ok": True, "channel": 5})

    assert sorted(told) == [
        "chat.getPermalink: $.channel: 5 is not of type 'string'",
        "chat.getPermalink: $: 'permalink' is a required property",
    ]


@pytest.mark.parametrize("method", sorted(METHODS.keys() - OF_THE_APP))
def test_the_published_error_of_each_method_keeps_to_the_description_as_it_is_read(method: str) -> None:
    error = json.loads((DATA / f"examples/{method}.error.json").read_text(encoding="utf-8"))

    assert DESCRIBED[method].faults_of(error) == []


@pytest.mark.parametrize("view", sorted((DATA / "views").glob("*.json")), ids=lambda path: path.stem)
def test_slack_takes_the_views_that_its_own_library_is_tested_with(view: Path) -> None:
    assert blockkit.faults_in_view(json.loads(view.read_text(encoding="utf-8"))) == []


def _transcript(named: str) -> dict[str, Any]:
    every = json.loads((DATA / "transcripts.json").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(each["response"] for each in every if each["name"] == named)
    return found


async def test_a_limit_is_told_as_slacks_own_test_server_tells_it(slack: Slack, client: Client) -> None:
    expected = _transcript("rate limited Web API call")
    slack.rates.tiers["chat.postMessage"] = 1
    here = slack.channel_named("deploys").id

    await client.call("chat.postMessage", channel=here, text="one")
    answer = await client.call("chat.postMessage", channel=here, text="two")

    assert (answer.status, answer.body) == (expected["status"], expected["body"])
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_token_and_its_renewal_have_the_fields_of_slacks_own_test_server(
    slack: Slack, client: Client
) -> None:
    code = slack.authorizations.consented(
        slack.named("boss"), slack.app.scopes, redirect_uri=None, now=slack.now()
    )
    proof = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}

    first = (await client.form("oauth.v2.access", **proof, code=code)).body
    renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = (await client.form("oauth.v2.access", **proof, **renewal)).body

    assert _transcript("oauth.v2.access code exchange")["body"].keys() <= first.keys()
    assert _transcript("oauth.v2.access token rotation (bot)")["body"].keys() <= second.keys()
    assert second["access_token"] != first["access_token"]
