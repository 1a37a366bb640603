"""People speak to the bot in Slack in plain words, and what they ask is answered in the thread."""

from collections.abc import Mapping

import pytest

from bot.infrastructure.notes import Notes
from bot.slack_link_records import SlackUser
from standins.claude_replies import Asked, Raw, Reply
from standins.faults import Fault
from tests.scenarios.test_slack_mentions import answers, asked, binds, shown
from tests.story import Team
from tests.story.mentions import SORTS, means
from tests.story.questions import ANSWER, AT, SOURCE, looks_then_answers
from tests.story.scripts import REPOSITORY, writes

pytestmark = pytest.mark.slack


@pytest.fixture(autouse=True)
def _doubled(team: Team) -> None:
    """What Slack sends comes twice."""
    team.slack.world.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


def sorting(team: Team) -> list[str]:
    """What the small model was asked."""
    return [str(each["messages"]) for each in team.claude.requests if SORTS in str(each["system"])]


def answering(team: Team) -> list[str]:
    """What the large one was asked."""
    return [str(each["messages"]) for each in team.claude.requests if SORTS not in str(each["system"])]


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_a_question_is_answered_in_the_thread_by_one_message(team: Team) -> None:
    await binds(team)

    said = await team.slack.developer.says(f"Hi {team.slack.mention}, which invoices do we count?")
    await team.bot.comes_to_rest()

    [told] = [each for each in team.slack.messages() if each.thread_ts == said.ts]
    assert ANSWER.split("`", maxsplit=1)[0] in shown(told)
    assert "> Hi, which invoices do we count?" in shown(told)
    assert "count.py" in shown(told)
    assert "Asked by @developer" in shown(told)
    assert "model calls" in shown(told)
    assert "<cost>" in shown(told)
    assert told.edited_ts is not None
    assert "I am looking at it." not in shown(told)
    assert len(sorting(team)) == 1
    assert "It was written in Slack:" in sorting(team)[0]
    assert "asked on the repository as a whole" in answering(team)[0]


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_asked_directly_it_is_answered_there(team: Team) -> None:
    said = await team.slack.developer.writes("which invoices do we count in acme/shop?")
    await team.bot.comes_to_rest()

    place = team.slack.world.direct(team.slack.bot_user, team.slack.developer.user)
    [told] = [each for each in team.slack.world.said_in(place) if each.by.id == team.slack.bot_user.id]
    assert told.thread_ts == said.ts
    assert "Every invoice is counted" in shown(told)


async def test_without_a_repository_it_is_asked_for_and_no_model_is_asked(team: Team) -> None:
    said = await team.slack.developer.says(f"{team.slack.mention} which invoices do we count?")
    await team.bot.comes_to_rest()

    [told] = answers(team, said)
    assert told.startswith("I do not know which repository you mean.")
    assert team.claude.requests == []


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_sl_15_what_is_private_is_answered_to_who_asked_where_others_read(team: Team) -> None:
    said = await team.slack.developer.says(f"{team.slack.mention} which invoices does acme/shop count?")
    await team.bot.comes_to_rest()

    assert answers(team, said) == []
    place = team.slack.world.direct(team.slack.bot_user, team.slack.developer.user)
    [told] = [each for each in team.slack.world.said_in(place) if each.by.id == team.slack.bot_user.id]
    assert "Every invoice is counted" in shown(told)


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_sl_15_the_repositorys_own_channel_is_told_nothing_while_others_read_along(team: Team) -> None:
    await binds(team)
    elsewhere = team.slack.world.workspace("Other")
    team.slack.world.channel_named("deploys").shared_with.add(elsewhere.id)

    said = await team.slack.developer.says(f"{team.slack.mention} which invoices do we count?")
    await team.bot.comes_to_rest()

    assert answers(team, said) == []
    assert len(team.slack.told_directly("developer")) == 1


@pytest.mark.parametrize("script", [means("status", writes())])
async def test_how_it_stands_is_told_of_the_threads_run_and_else_of_all(team: Team) -> None:
    await binds(team)
    named = await asked(team)
    await team.bot.comes_to_rest()
    first = next(each for each in team.slack.messages() if each.by.id == team.slack.bot_user.id)

    inside = await team.slack.viewer.says(f"{team.slack.mention} na, wie steht's?", thread=first.ts)
    outside = await team.slack.viewer.says(f"{team.slack.mention} how is everything going?")
    by_name = await team.slack.viewer.says(f"{team.slack.mention} how is {named} going?")
    await team.bot.comes_to_rest()

    assert answers(team, inside)[-1].startswith("• <id>: *reviewing*, waiting for approval")
    assert "<id> · requester" in answers(team, outside)[0]
    assert answers(team, by_name)[0].startswith("• <id>: *reviewing*, waiting for approval")


@pytest.mark.parametrize("what", ["approve", "cancel", "budget", "freeze", "deploy", "accept"])
async def test_what_only_a_command_does_is_not_done(team: Team, what: str) -> None:
    await binds(team)
    await asked(team)
    await team.bot.comes_to_rest()
    team.claude.script = means(what)
    before = await team.bot.facts()

    said = await team.slack.admin.says(f"{team.slack.mention} approve it, cancel it, freeze it")
    await team.bot.comes_to_rest()

    [told] = answers(team, said)
    assert f"type it as a command: `/claude {what}" in told
    assert await team.bot.facts() == before


@pytest.mark.parametrize("script", [means("unclear")])
async def test_so_many_plain_words_an_hour_are_made_out_and_commands_still_work(team: Team) -> None:
    team.slack.world.postman.twice = False
    await binds(team)
    for nth in range(20):
        await team.slack.developer.says(f"{team.slack.mention} what a day {nth}")
    await team.bot.comes_to_rest()

    said = await team.slack.developer.says(f"{team.slack.mention} and another one")
    bare = await team.slack.developer.says(f"{team.slack.mention} list")
    await team.bot.comes_to_rest()

    assert "20 times an hour" in answers(team, said)[0]
    assert len(sorting(team)) == 20
    assert "20 times" not in answers(team, bare)[0]


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_nothing_is_asked_of_the_model_while_everything_is_frozen(team: Team) -> None:
    await binds(team)
    await team.slack.admin.types("freeze acme/shop we move house")

    said = await team.slack.developer.says(f"{team.slack.mention} which invoices do we count?")
    await team.bot.comes_to_rest()

    assert "we move house" in answers(team, said)[0]
    assert team.claude.requests == []


def breaks(_asked: Asked) -> Reply | Raw | None:
    """Answers nothing that can be read."""
    return Raw(status=400, body=b'{"type": "error", "error": {"type": "invalid_request_error"}}')


@pytest.mark.parametrize("script", [breaks])
async def test_what_nobody_can_make_out_is_said_in_the_thread(team: Team) -> None:
    await binds(team)

    said = await team.slack.developer.says(f"{team.slack.mention} which invoices do we count?")
    await team.bot.comes_to_rest()

    [told] = answers(team, said)
    assert told.startswith("I cannot make out plain words now, because:")


@pytest.mark.parametrize("script", [means("ask", looks_then_answers(AT))])
async def test_an_answer_that_slack_cannot_take_now_comes_later(team: Team) -> None:
    await binds(team)
    team.slack.world.faults.add(Fault(kind="refuse", route="/api/chat.postMessage", status=503, times=2))

    said = await team.slack.developer.says(f"{team.slack.mention} which invoices do we count?")
    await team.bot.comes_to_rest()

    assert len(answers(team, said)) == 1


@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_a_question_that_is_typed_is_answered_where_only_its_asker_reads(team: Team) -> None:
    await binds(team)

    told = await team.slack.developer.types("ask which invoices do we count?")
    await team.bot.comes_to_rest()

    assert told == "I am at it. The answer comes to you alone, where the two of us talk."
    place = team.slack.world.direct(team.slack.bot_user, team.slack.developer.user)
    [answer] = team.slack.world.said_in(place)
    assert "Every invoice is counted" in shown(answer)
    assert team.slack.by_the_bot() == []


@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_a_question_of_an_issue_is_asked_by_its_number_and_answered_in_the_thread(team: Team) -> None:
    await binds(team)
    issue = await team.requester.opens_an_issue("Too many invoices", "We count them twice.")

    said = await team.slack.developer.says(f"{team.slack.mention} /claude ask #{issue.number} do we?")
    await team.bot.comes_to_rest()

    assert len(answers(team, said)) == 2
    assert "We count them twice." in answering(team)[0]
    assert issue.replies() == []


async def test_who_may_not_ask_is_told_so(team: Team) -> None:
    await binds(team)

    assert "needs `integration:write`" in await team.slack.viewer.types("ask which invoices do we count?")
    assert "Ask something" in await team.slack.developer.types("ask #12")


@pytest.mark.parametrize("script", [means("status", writes())])
async def test_who_speaks_without_end_is_told_when_they_are_heard_again(team: Team) -> None:
    await binds(team)
    user, stored = team.slack.developer.user, team.bot.stored
    who = SlackUser(team=user.team.id, id=user.id, enterprise=user.team.enterprise)
    await Notes(stored.database).put(
        f"slack-answers:{who.place}", f"{stored.clock.now():%Y-%m-%dT%H} 60 before"
    )

    said = await team.slack.developer.says(f"{team.slack.mention} where do we stand?")

    assert "I take 60 commands of one account" in await team.slack.developer.is_told("I hear you again from")
    await team.bot.comes_to_rest()
    assert answers(team, said) == []
    assert sorting(team) == []
