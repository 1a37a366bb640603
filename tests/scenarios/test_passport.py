"""By what a pull request came about: said on it, on the command line, and by the cache's own count."""

import hashlib
import json
from typing import Final

import pytest

from bot import operating
from bot.application import passport_words as words
from bot.application.prompting import PROMPTS
from bot.domain.states import State
from bot.settings import Settings
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from standins.github.world import issue_of
from tests.story import Team
from tests.story.scripts import SUMMARY, spec, wants_a_spec

TURNS: Final = 20


async def test_the_passport_is_on_the_pull_request_and_ends_with_who_approved(team: Team) -> None:
    """It can be checked: by the head of the chain in it, and by the command line."""
    _, pull = await team.has_a_pull_request()
    before = issue_of(pull.repository, pull.number).body or ""
    assert "- **Approvals**: none yet (waits; it takes 1)" in before

    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    body = issue_of(pull.repository, pull.number).body or ""
    assert body.count(words.BEGIN) == 1
    assert f"- **Approvals**: @admin of `{pull.head[:12]}`" in body
    assert "**Sandbox**: bubblewrap" in body
    code = hashlib.sha256((PROMPTS / "code.md").read_bytes()).hexdigest()
    assert f"`code.md` `{code[:12]}`" in body
    _, _, noted = body.partition("--head ")
    seq, _, digest = noted.partition("`")[0].partition(":")
    assert await team.bot.stored.log.verify((int(seq), digest)) is None
    assert team.github.effects()["edit_pull"] == 1

    it = await team.bot.integration()
    told = json.loads(await operating.passport(Settings.read(team.bot.environment), it.id))
    assert (told["merged"], told["pull_request"]) == (it.merged, pull.number)
    assert told["spec_text"]["title"]
    assert [each["by"] for each in told["approvals"]] == ["admin"]


def at_length(asked: Asked) -> Reply | Raw | None:
    """Twenty turns, each of which looks and writes; then finished."""
    if wants_a_spec(asked):
        return spec()
    if asked.turns >= TURNS - 1:
        return says(SUMMARY)
    words_of = f"part {asked.turns} of what is sent to the ERP\n" * 40
    look = edit(f"toolu_{asked.turns}a", "view", "README.md")
    return calls(look, edit(f"toolu_{asked.turns}b", "create", f"part_{asked.turns}.txt", file_text=words_of))


@pytest.mark.parametrize("script", [at_length])
async def test_over_twenty_turns_most_of_what_the_model_is_given_is_read_from_the_cache(team: Team) -> None:
    """The share that is shown is the one that Claude's stand-in counts."""
    issue, _ = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    it = await team.bot.integration()
    assert it.turns == TURNS + 1
    assert it.cached_share == team.claude.cached_share
    assert team.claude.cached_share > 0.8
    comment = next(each.body for each in issue.comments() if "Integration `" in each.body)
    assert f"; {team.claude.cached_share:.0%} of what the model was given came from its cache." in comment
