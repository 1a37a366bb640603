"""What people set for one integration alone, by a comment and over the API, and what then comes of it."""

from functools import partial
from typing import Any, Final

import aiohttp

from bot.domain.states import State
from bot.web.api_door import PREFIX
from tests.scenarios.test_api import key_for
from tests.story import Team
from tests.story.places import Thread
from tests.story.waiting import until

MORE: Final = {"approvals": 2, "labels": ["erp"], "reviewers": ["@admin"]}


async def set_for(team: Team, key: str, integration_id: str, settings: Any) -> tuple[int, Any]:
    """Set it, whatever stands there."""
    url = f"http://127.0.0.1:{team.bot.port}{PREFIX}/integrations/{integration_id}"
    headers = {"Authorization": f"Bearer {key}", "If-Match": "*"}
    async with (
        aiohttp.ClientSession() as session,
        session.put(url, headers=headers, json={"settings": settings}) as answer,
    ):
        return answer.status, await answer.json()


async def comes_to_say(team: Team, issue: Thread, words: str) -> str:
    """Wait until its status comment says so; the comment."""

    async def said() -> str | None:
        shown = issue.status_comment()
        return shown if words in shown else None

    return await until(said, otherwise=partial(team.bot.story_so_far, f"it never said: {words}"))


async def test_what_is_set_at_the_gate_holds_there(team: Team) -> None:
    issue = await team.asks()
    pull = await team.bot.has_a_pull_request(on=issue)
    key, integration_id = await key_for(team, "developer", "write"), (await team.bot.integration(issue)).id

    status, answer = await set_for(team, key, integration_id, MORE)
    waits = await comes_to_say(team, issue, "**Waits for 2 approvals (0 given)**")
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude approve", on=issue)
    await team.bot.comes_to_rest()
    after_one = await team.bot.integration(issue)
    await team.admin.comments("/claude approve", on=issue)
    await team.bot.reaches(State.DEPLOYING, on=issue)

    assert (status, answer["settings"]["approvals"]) == (202, 2)
    assert "Set for this integration alone: `approvals` `2`, `reviewers`" in waits
    assert [label.name for label in pull.issue.labels] == ["erp"]
    assert [each.login for each in pull.pull.reviewers] == ["admin"]
    assert after_one.waiting_for == "approval"


async def test_a_comment_sets_it_in_the_words_of_the_file(team: Team) -> None:
    issue = await team.asks()
    pull = await team.bot.has_a_pull_request(on=issue)

    for person, words in (
        (team.viewer, "/claude config approvals: 2"),
        (team.developer, "/claude config\napprovals: 2\nlabels: [erp, bug]"),
        (team.developer, "/claude config approvals: 1"),
        (team.developer, "/claude config tester: checks"),
        (team.developer, "/claude config approvals 2"),
        (team.viewer, "/claude config"),
        (team.viewer, "/claude history"),
        (team.viewer, "/claude why"),
    ):
        await person.comments(words, on=issue)
        await team.bot.comes_to_rest()

    refused, set_so, lower, of_all, unread, shown, history, why = issue.replies()
    assert "This needs `integration:write`, and you are viewer here." in refused
    assert set_so.endswith("Set for this integration alone: `approvals` `2`, `labels` `erp, bug`.")
    assert lower.endswith("`approvals` is only made stricter, and `2` holds for this one already.")
    assert of_all.startswith("`tester` is for the repository's configuration alone to say.")
    assert unread.startswith("I could not read that: line 1: a mapping of keys to values is wanted.")
    assert "| `approvals` | `2` | this integration |" in shown
    assert "developer set for this integration alone: `approvals` `2`, `labels` `erp, bug`" in history
    assert "Set for this integration alone: `approvals` `2`, `labels` `erp, bug`." in why
    assert [label.name for label in pull.issue.labels] == ["erp", "bug"]


async def test_a_gate_that_stood_open_is_shut_again(team: Team) -> None:
    issue, _ = await team.has_a_pull_request()
    await team.github.world.protect("acme/shop", "main", why="At least 2 approving reviews are required.")
    await team.developer.comments("/claude approve", on=issue)
    await team.bot.waits_for("merge", on=issue)

    await team.developer.comments("/claude config approvals: 2", on=issue)
    await team.bot.waits_for("approval", on=issue)
    await team.bot.comes_to_rest()

    assert "**Waits for 2 approvals (1 given)**" in issue.status_comment()
    assert team.github.merged_heads() == []
