"""From what Slack sends to what happens and what is said, once a delivery."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.application.slack_linking import link_of
from bot.domain.policy import Role, holds
from bot.domain.slack_links import linked, stream_of
from bot.records import Actor, Delivery, StepFailed, Unavailable
from bot.slack_link_records import SlackUser, Ticket
from bot.slack_records import SlackPerson, Workspace
from handlers import SLACK, SLACK_APOLOGIES, SLACK_COMMANDS
from handlers.conversation import Context, Here
from handlers.slack_command import typed as typed_in_slack
from handlers.slack_conversation import SlackRun, of_one, of_repository
from handlers.slack_hearing import by_source, slack_dispatcher
from handlers.slack_payloads import read
from tests.unit.fake_slack import ALICE, ANSWER_TO, FakeSlack, PlainTickets, typed
from tests.unit.fakes import Stage
from tests.unit.histories import ADMIN, BEGAN, DEVELOPER, ID, STRANGER, UP_FOR_REVIEW, VIEWER

COMMAND: Final = "slack:command"


def staged(person: Actor | None = DEVELOPER, user: SlackUser = ALICE) -> Stage:
    """An integration that waits for an approval, and alice in Slack, who is that person on GitHub."""
    stage = Stage(slack=FakeSlack())
    stage.log.holds(UP_FOR_REVIEW)
    if person is not None:
        ticket = Ticket(user=user, name="alice", workspace="acme", at=BEGAN, nonce="n" * 22)
        stage.log.streams[stream_of(user)] = [
            stage.log._recorded(stream_of(user), linked(ticket, person), 1, {"key": "linked"})  # noqa: SLF001
        ]
    return stage


async def types(text: str, stage: Stage, *, key: str = "d-1", **fields: str) -> list[str]:
    """What is answered to a command by then."""
    await SLACK[COMMAND](typed(text, **fields), Context(world=stage.world, key=key, door="slack"))
    assert stage.slack is not None
    return stage.slack.told


@pytest.mark.parametrize("text", ["help", "  help  "])
async def test_help_shows_who_is_not_linked_how_to_be(text: str) -> None:
    assert await types(text, staged(None)) == snapshot([
        """\
say · and I will
`/claude help [&lt;owner&gt;/&lt;name&gt;]` · say what you may do there, or here
`/claude link` · let this Slack account act as yours on GitHub
`/claude unlink` · let this Slack account act as nobody any more

I do not know who you are on GitHub yet. Type `/claude link`: I answer with a link for you alone, and from then on you may do here what that account may do there.\
"""
    ])


async def test_help_shows_all_that_there_is_where_it_is_not_said_in_which_repository() -> None:
    assert await types("help", staged()) == snapshot([
        """\
say · and I will
`/claude help [&lt;owner&gt;/&lt;name&gt;]` · say what you may do there, or here
`/claude integrate &lt;what&gt; [--repo &lt;owner&gt;/&lt;name&gt;] [--base &lt;branch&gt;] [--budget &lt;dollars&gt;] [--plan-first] [--anyway]` · write it, test it, open the pull request, and after an approval merge and deploy it
`/claude status &lt;id&gt;` · say where it stands, what it waits for and what it cost
`/claude list [&lt;owner&gt;/&lt;name&gt;] [&lt;which&gt;]` · list this repository's integrations: open (if nothing is said), waiting, mine, all, or a state
`/claude plan &lt;id&gt;` · show what is to be built, as I understood it
`/claude why &lt;id&gt;` · say why it stands where it stands, why it waits, and what was refused here
`/claude history &lt;id&gt; [--at &lt;time&gt;]` · tell everything that happened to it, up to now or to that time
`/claude answer &lt;id&gt; &lt;text&gt;` · take your answer to what I asked, and look at the request again
`/claude approve &lt;id&gt;` · open the gate that is waiting: for the plan, what is to be installed, or the commit you see
`/claude changes &lt;id&gt; &lt;what&gt;` · send what waits for approval back to me, to be changed as you say
`/claude reject &lt;id&gt; [&lt;why&gt;]` · close the gate for good and take back what I made
`/claude deploy &lt;id&gt;` · let what was merged go out
`/claude rollback &lt;id&gt; [&lt;why&gt;]` · take what runs out of use again: the deployment, and by a revert the merge
`/claude deprecate &lt;id&gt; [&lt;why&gt;] [--removed-in &lt;pull request&gt;]` · take what runs out for good, by a pull request that removes what it brought
`/claude cancel &lt;id&gt;` · stop at once and take back what I made
`/claude retry &lt;id&gt; [from &lt;state&gt;]` · try again what failed, from where it is still good: validating, generating or testing
`/claude budget &lt;id&gt; [+&lt;dollars&gt;] or [&lt;owner&gt;/&lt;name&gt;] [month] [+&lt;dollars&gt;]` · show what this run and this month cost and may cost; with an amount, allow so much more
`/claude freeze [&lt;owner&gt;/&lt;name&gt;] [repo or org] &lt;why&gt; [until &lt;when&gt;]` · stop everything at once, here or in the whole account, until then or until it is lifted
`/claude unfreeze [&lt;owner&gt;/&lt;name&gt;] [repo or org]` · lift that again, and let what stopped go on
`/claude config [&lt;owner&gt;/&lt;name&gt; or &lt;id&gt;] [&lt;key&gt;: &lt;value&gt;]` · show this repository's configuration, and where each value comes from; with a key and a value, set it for this integration alone (which needs `integration:write`)
`/claude review [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt; [full] [focus]` · review this pull request, with an eye on what you say; `full` reads all of it again
`/claude pause [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt;` · have no review of this pull request follow by itself; what you ask for is still done
`/claude resume [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt;` · let reviews of this pull request follow by themselves again
`/claude describe [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt; [apply [title] [description] [labels]]` · offer a title, a description and labels for this pull request; `apply` takes them, or some of them
`/claude accept [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt; &lt;finding&gt; [why] [until &lt;when&gt;] [--undo]` · live with a finding of a review, until then or for 90 days: no review here says or counts it meanwhile; `--undo` takes that back
`/claude dismiss [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt; &lt;finding&gt; [why] [--undo]` · say that a finding of a review is none: no review here says or counts it again; `--undo` takes that back
`/claude fix [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt; [what]` · change this pull request, tested: a finding by its name, `checks` that fail, its `conflict`, or what you say; in a thread at a line, what is said there
`/claude ask [&lt;owner&gt;/&lt;name&gt; or [&lt;owner&gt;/&lt;name&gt;]#&lt;number&gt;] &lt;question&gt;` · look into the code, and answer here with the files and lines that the answer rests on
`/claude default [&lt;owner&gt;/&lt;name&gt; or none]` · show or set the repository of this channel: who administers it may
`/claude link` · let this Slack account act as yours on GitHub
`/claude unlink` · let this Slack account act as nobody any more

What of that you may do depends on the repository: `/claude help &lt;owner&gt;/&lt;name&gt;` says it.\
"""
    ])


@pytest.mark.parametrize("person", [VIEWER, DEVELOPER, ADMIN])
async def test_help_shows_what_one_may_do_in_that_repository(person: Actor) -> None:
    [said] = await types("help acme/shop", staged(person))

    shown = {name for name in SLACK_COMMANDS if f"`/claude {name}" in said}
    role = {VIEWER: Role.VIEWER, DEVELOPER: Role.DEVELOPER, ADMIN: Role.ADMIN}[person]
    assert shown == {
        name for name, (each, _) in SLACK_COMMANDS.items() if each.needs is None or holds(role, each.needs)
    }


@pytest.mark.parametrize(
    "text", [f"status {ID}", f"why {ID}", f"history {ID}", "list acme/shop", f"history {ID} --at 2020-01-01"]
)
async def test_who_is_not_linked_is_given_a_way_for_them_alone(text: str) -> None:
    stage = staged(None)

    [said] = await types(text, stage)

    assert stage.slack is not None
    [[above, below]] = stage.slack.answers.blocks
    address = below["elements"][0]["url"]
    assert address.startswith("https://bot.example.org/slack/link?ticket=")
    assert above["text"]["text"] == snapshot(
        """\
I do not know who you are on GitHub yet. Once your account there is linked, you may do here what it may do there.

That is for you alone, once, and for ten minutes: whoever else followed it would have you act as them.\
"""
    )
    assert said.startswith("I do not know who you are on GitHub yet.")


async def test_where_it_stands() -> None:
    assert await types(f"status {ID}", staged()) == snapshot([
        "• `k7p2m4q9xa`: *reviewing*, waiting for approval, #12; $0.0300 so far"
    ])


async def test_why_it_waits() -> None:
    assert await types(f"why {ID}", staged()) == snapshot([
        """\
`k7p2m4q9xa` is *reviewing* since 2026-01-01 09:00:08 UTC (0.0 s).

*Waits for an approval* of `c0dec0d` by somebody with write access other than @requester: approve #12 in a review, or comment `/claude approve`, `/claude changes &lt;what&gt;` or `/claude reject &lt;why&gt;` there. An approval by somebody who may deploy releases the deployment as well.\
"""
    ])


async def test_what_a_repository_has() -> None:
    assert await types("list acme/shop waiting", staged()) == snapshot([
        """\
id · asked for by · on · stands · pull request · cost
`k7p2m4q9xa` · requester · #3 · *reviewing*, waits for approval · #12 · $0.0300\
"""
    ])


async def test_what_happened_up_to_a_time() -> None:
    [said] = await types(f"history {ID} --at {BEGAN:%Y-%m-%dT%H:%M:%SZ}", staged())

    assert "asked for" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [("status", "no id"), ("why", "no id"), ("list", "no repository"), ("list all", "no repository")],
)
async def test_what_is_missing_is_asked_for(text: str, said: str) -> None:
    [answer] = await types(text, staged())

    assert answer.startswith("Say which" if said == "no id" else "Say in which repository")


@pytest.mark.parametrize("text", [f"status {ID}", f"why {ID}", f"history {ID}", "list acme/shop"])
async def test_sl_15_to_who_may_not_read_it_a_repository_is_as_if_it_were_not_there(text: str) -> None:
    elsewhere = text.replace(ID, "zzzzzzzzzz").replace("acme/shop", "acme/none")
    unknown = await types(elsewhere, staged())

    refused = await types(text, staged(STRANGER))

    assert (
        refused
        == unknown
        == snapshot([
            "There is nothing by that name that you could see. `/claude list &lt;owner&gt;/&lt;name&gt;` shows what there is in a repository."
        ])
    )


async def _tells(_here: Here) -> str:
    return "a secret"


@pytest.mark.parametrize(
    ("run", "text"), [(of_one(_tells), f"why {ID}"), (of_repository(_tells), "why acme/shop")]
)
async def test_sl_15_whoever_runs_a_command_the_right_is_asked_for_before(run: SlackRun, text: str) -> None:
    heard = typed_in_slack({"why": (SLACK_COMMANDS["why"][0], run)})
    told = []
    for person in (STRANGER, VIEWER):
        stage = staged(person)
        await heard(typed(text), Context(world=stage.world, key="d-1", door="slack"))
        told += stage.slack.told if stage.slack else []

    assert [said == "a secret" for said in told] == [False, True]


@pytest.mark.parametrize("text", [f"budget {ID}", f"config {ID}", f"budget {ID} +5"])
async def test_sl_15_nobody_learns_of_an_integration_where_a_repository_may_be_meant_too(text: str) -> None:
    unknown = await types(text.replace(ID, "zzzzzzzzzz"), staged(STRANGER))

    assert await types(text, staged(STRANGER)) == unknown


async def test_sl_15_who_may_read_it_is_told() -> None:
    assert "waiting for approval" in (await types(f"status {ID}", staged(VIEWER)))[0]


async def test_sl_15_where_github_cannot_be_asked_nothing_is_told() -> None:
    stage = staged()
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await types(f"status {ID}", stage)

    assert stage.slack is not None
    assert stage.slack.told == []


@pytest.mark.parametrize(
    "what", [{"is_guest": True}, {"is_stranger": True}, {"is_bot": True}, {"is_deactivated": True}]
)
async def test_sl_09_whom_the_bot_does_not_hear_is_told_so_and_nothing_else(what: Mapping[str, Any]) -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.people.people["U1"] = SlackPerson(id="U1", team="T1", name="alice", **what)

    [said] = await types(f"status {ID}", stage)

    assert "hear" in said
    assert ID not in said


async def test_sl_09_a_guest_whom_the_operator_names_is_heard() -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.named = frozenset({"T1/U1"})
    stage.slack.people.people["U1"] = SlackPerson(id="U1", team="T1", name="alice", is_guest=True)

    assert ID in (await types(f"status {ID}", stage))[0]


async def test_sl_09_where_the_workspace_will_not_say_who_it_is_nothing_is_done() -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.people.failure = StepFailed("slack_user_not_found")

    assert await types(f"status {ID}", stage) == ["There is no such person in that workspace."]


async def test_sl_10_a_name_that_is_somebodys_on_github_gives_nothing() -> None:
    stage = staged(None)

    [said] = await types(f"status {ID}", stage, user_name=DEVELOPER.login, user_id="U2")

    assert said.startswith("I do not know who you are on GitHub yet")


async def test_link_answers_with_a_private_way_for_this_very_account() -> None:
    stage = staged(None)

    [said] = await types("link", stage)

    address = said.partition("<")[2].partition(">")[0]
    assert address.startswith("https://bot.example.org/slack/link?ticket=")
    assert said.endswith("""
That is for you alone, once, and for ten minutes: whoever else followed it would have you act as them.""")


async def test_link_says_who_one_acts_as_until_then() -> None:
    assert (await types("link", staged()))[0].endswith("It acts as developer until then.")


async def test_unlink_ends_it_and_says_whose_it_was() -> None:
    stage = staged()

    await types("unlink", stage)
    said = await types("unlink", stage, key="d-2")

    assert said == snapshot([
        "Done: this account acts as developer no more. `/claude link` links it again.",
        "Your account here is linked to none on GitHub. `/claude link` links it.",
    ])
    assert await link_of(ALICE, stage) is None


async def test_an_unknown_command_gets_the_nearest_one() -> None:
    assert await types("statsu", staged()) == snapshot([
        "I do not know the command `statsu`. Did you mean `/claude status`? `/claude help` shows what there is."
    ])


async def test_the_same_delivery_is_answered_once() -> None:
    stage = staged()
    await types("help", stage)

    assert len(await types("help", stage)) == 1


async def test_sl_13_an_address_that_is_over_or_not_slacks_holds_nobody_up() -> None:
    stage = staged()
    assert stage.slack is not None
    stage.slack.answers.over = frozenset({ANSWER_TO})

    with capture_logs() as logged:
        said = await types("help", stage)

    assert (said, [line["code"] for line in logged]) == ([], ["slack_address_over"])


async def test_another_command_than_ours_is_nothing() -> None:
    assert await types("help", staged(), command="/other") == []


async def test_without_slack_nothing_is_done() -> None:
    stage = Stage()
    context = Context(world=stage.world, key="d-1", door="slack")
    for heard in (SLACK[COMMAND], SLACK_APOLOGIES[COMMAND]):
        await heard(typed("help"), context)

    assert stage.log.streams == {}
    assert (await stage.world.effects.begin("slack-answer:d-1")).fresh


async def test_who_asks_without_end_is_told_when_they_are_heard_again() -> None:
    stage = staged(None)
    for number in range(70):
        await types("help", stage, key=f"d-{number}")

    assert stage.slack is not None
    answered, refused = stage.slack.told[:60], set(stage.slack.told[60:])
    assert all(each.startswith("say · and I will") for each in answered)
    assert refused == snapshot({
        "That was not done: within an hour I take 60 commands of one account. I hear you again from 10:00 UTC. Until then buttons work as ever, and so does the word `stop` in the thread of a run."
    })


async def test_what_a_keyboard_or_slack_made_of_a_command_is_read_as_it_was_meant() -> None:
    assert await types("list\u00a0acme/shop", staged()) == await types("list acme/shop", staged(), key="d-2")
    told = await types("integrate a &lt; b \u2014budget much", staged(), key="d-3")
    assert told == snapshot(["The value of `--budget` is not an amount of dollars, such as 2.50."])


async def test_an_apology_is_said_where_it_was_typed() -> None:
    stage = staged()
    await SLACK_APOLOGIES[COMMAND](typed("help"), Context(world=stage.world, key="d-1", door="slack"))

    assert stage.slack is not None
    assert stage.slack.told == snapshot([
        "Something went wrong on my side. `/claude status` shows whether anything of this was done. The operator finds what it was in the log under `d-1`; then you can say it again."
    ])


@pytest.mark.parametrize("missing", ["team_id", "user_id", "channel_id"])
async def test_a_command_that_lacks_what_each_has_is_set_aside(missing: str) -> None:
    with pytest.raises(StepFailed, match="odd_payload"):
        await types("help", staged(), **{missing: "not an id"})


def changed(**person: Any) -> Mapping[str, Any]:
    return {"team_id": "T1", "event": {"type": "user_change", "user": {"id": "U1", "team_id": "T1"} | person}}


async def test_sl_16_who_is_in_the_workspace_no_more_acts_as_nobody() -> None:
    stage = staged()
    hears = SLACK["slack:event.user_change"]

    await hears(changed(deleted=False), Context(world=stage.world, key="d-1", door="slack"))
    before = await link_of(ALICE, stage)
    await hears(changed(deleted=True), Context(world=stage.world, key="d-2", door="slack"))

    assert (before and before.person, await link_of(ALICE, stage)) == (DEVELOPER, None)


async def test_sl_16_whoever_was_of_another_workspace_acts_as_nobody_here_either() -> None:
    stage, told = staged(), changed(deleted=True, team_id="T2")
    told = {**told, "team_id": "T2", "authorizations": [{"team_id": "T1", "enterprise_id": None}]}

    for _ in range(2):
        await SLACK["slack:event.user_change"](told, Context(world=stage.world, key="d-1", door="slack"))

    assert await link_of(ALICE, stage) is None


RECORDED: Final = Path(__file__).parents[1] / "contracts/data/slack/requests/event"


@pytest.mark.parametrize(
    ("recorded", "microseconds", "bots"),
    [("app_uninstalled/c7052cfb", 124850, None), ("tokens_revoked/edd4d20f", 131900, frozenset({"W111"}))],
)
async def test_where_the_app_is_gone_its_tokens_are_forgotten(
    recorded: str, microseconds: int, bots: frozenset[str] | None
) -> None:
    stage, data = staged(), json.loads((RECORDED / f"{recorded}.json").read_bytes())

    hears = SLACK[f"slack:event.{data['event']['type']}"]
    await hears(data, Context(world=stage.world, key="d-1", door="slack"))
    await hears(data, Context(world=Stage().world, key="d-1", door="slack"))

    assert stage.slack is not None
    told_at = datetime(2021, 3, 4, 8, 42, 40, microseconds, tzinfo=UTC)
    assert stage.slack.forgotten == [(Workspace(team="T111", enterprise="E111"), told_at, bots)]


@pytest.mark.parametrize(("of_grid", "team"), [(True, "E111"), (False, "T111")])
async def test_where_the_app_is_gone_from_a_whole_grid_it_is_told_so(*, of_grid: bool, team: str) -> None:
    stage, data = staged(), json.loads((RECORDED / "app_uninstalled/c7052cfb.json").read_bytes())
    data["authorizations"] = [{"enterprise_id": "E111", "is_enterprise_install": of_grid}]

    await SLACK["slack:event.app_uninstalled"](data, Context(world=stage.world, key="d-1", door="slack"))

    assert stage.slack is not None
    assert [each[0].team for each in stage.slack.forgotten] == [team]


async def test_what_slack_sends_no_more_of_is_told_to_the_operator() -> None:
    with capture_logs() as logged:
        await SLACK["slack:app_rate_limited"](
            {"team_id": "T1", "minute_rate_limited": 1518467820}, Context(world=Stage().world, key="d-1")
        )

    assert [line["event"] for line in logged] == ["slack_events_lost"]


def test_what_is_in_a_body_is_read_whatever_its_form() -> None:
    pressed = urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()

    assert read(b' {"type": "event_callback"}') == {"type": "event_callback"}
    assert read(pressed) == {"type": "block_actions"}
    assert read(b"command=%2Fclaude&text=") == {"command": "/claude", "text": ""}


def delivery(kind: str, source: Any) -> Delivery:
    return Delivery(
        key="d-1", source=source, kind=kind, meaning=None, body=b"{}", digest=b"", received_at=BEGAN
    )


async def test_a_delivery_goes_to_the_handlers_of_its_own_door() -> None:
    heard: list[str] = []

    async def hears(_data: Mapping[str, Any], context: Context) -> None:
        heard.append(context.door)

    world = Stage().world
    slack = slack_dispatcher(world, {"x": hears}, lambda delivery: delivery.body)
    github = slack_dispatcher(world, {}, lambda delivery: delivery.body)
    dispatch = by_source({"slack": slack, "github": github})

    for source in ("slack", "github"):
        assert await dispatch(delivery("x", source)) == []
    assert heard == ["slack"]


def test_each_command_is_declared_under_its_own_word() -> None:
    assert {name: command.name for name, (command, _) in SLACK_COMMANDS.items()} == {
        name: name for name in SLACK_COMMANDS
    }


def test_the_plain_tickets_of_these_tests_open_as_they_were() -> None:
    ticket = Ticket(user=ALICE, name="alice", workspace="acme", at=BEGAN, nonce="n")

    assert PlainTickets().open(PlainTickets().seal(ticket)) == ticket
