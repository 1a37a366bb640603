"""Links in Slack to what the bot knows show a card, where what they lead to may be seen."""

import pytest

from tests.story import Team
from tests.story.waiting import until

pytestmark = pytest.mark.slack


async def writes(team: Team, name: str, *, channel: str = "deploys") -> str:
    """Somebody writes both links to the newest run; what they show once the bot has looked."""
    row, settings = await team.bot.row(), team.bot.at_work.settings
    assert row is not None
    world = team.slack.world
    world.app.domains = tuple(each.split("/")[2] for each in (settings.address, settings.github_url))
    before = len(world.deliveries)
    pull = f"{settings.github_url}/acme/shop/pull/{row['pull_request']}"
    message = await world.says(name, channel, f"see {settings.address}/integrations/{row['id']} and {pull}")

    async def handled() -> bool:
        return any(each.type == "link_shared" and each.accepted for each in world.deliveries[before:])

    async def story() -> str:
        return await team.bot.story_so_far("no link was told of")

    await until(handled, otherwise=story)
    await team.bot.comes_to_rest()
    return str(message.unfurls)


async def test_sl_15_a_private_run_is_shown_where_it_is_at_home_by_who_may_read_it(team: Team) -> None:
    await team.has_a_pull_request()
    before = await writes(team, "viewer")
    await team.slack.admin.types("default acme/shop")

    shown = await writes(team, "viewer")
    by_others = [await writes(team, name) for name in ("stranger", "newcomer", "guest")]
    elsewhere = await writes(team, "viewer", channel="random")

    assert before == "{}"
    assert shown.count("*reviewing*, waiting for approval") == 2
    assert by_others == ["{}"] * 3
    assert elsewhere == "{}"


async def test_a_public_run_is_shown_wherever_and_by_whomever(team: Team) -> None:
    team.github.repository.private = False
    await team.has_a_pull_request()

    shown = [await writes(team, name, channel="random") for name in ("stranger", "newcomer", "guest")]

    assert [each.count("*reviewing*, waiting for approval") for each in shown] == [2, 2, 2]
