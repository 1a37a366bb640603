"""What a repository and its owner say in their files: whose word counts, and what a broken file does."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re

from inline_snapshot import snapshot

from bot.application.configuration import PATH
from bot.domain.states import State
from tests.story import Team
from tests.story.scripts import REPOSITORY

ADDRESS = re.compile(r"\(http://127\.0\.0\.1:\d+/([\w./-]+)/blob/[0-9a-f]{40}/")


def without_addresses(said: str) -> str:
    """The places that links lead to, without what differs from run to run."""
    return ADDRESS.sub(r"(<\1>/", said)


async def test_the_owners_file_holds_where_the_repositorys_own_says_nothing(team: Team) -> None:
    settings = {
        PATH: "# for all of us\napprovals: 2\ntest: 'false'\nbranch: bot/{id}\nlabels: [by a machine]\n"
    }
    team.github.also_has("acme/.github", settings)

    issue = await team.asks()
    pull = await team.bot.has_a_pull_request(on=issue)
    await team.viewer.comments("/claude config", on=issue)
    await team.bot.comes_to_rest()

    assert "**Waits for 2 approvals (0 given)**" in issue.status_comment()
    assert "tested by `sh run_tests.sh`" in issue.status_comment()
    assert re.fullmatch(r"bot/[a-z2-7]{10}", pull.branch)
    assert [label.name for label in pull.issue.labels] == ["by a machine"]
    [said] = issue.replies()
    assert without_addresses(said) == snapshot("""\
| key | value | from |
|---|---|---|
| `test` | `sh run_tests.sh` | this repository, [line 1](<acme/shop>/.github/claude-bot.yml#L1) |
| `tester` | `sandbox` | the bot's default |
| `report` | (not set) | the bot's default |
| `environment` | <id> | the bot's default |
| `deploy` | (not set) | the bot's default |
| `merge_method` | (not set) | the bot's default |
| `merge_reverts` | `false` | the bot's default |
| `approvals` | `2` | the owner's `acme/.github`, [line 2](<acme/.github>/.github/claude-bot.yml#L2) |
| `approval_days` | `14` | the bot's default |
| `approval_paths` | (not set) | the bot's default |
| `plan_first` | `false` | the bot's default |
| `reminders` | `true` | the bot's default |
| `update` | `false` | the bot's default |
| `test_remarks` | `report` | the bot's default |
| `test_reruns` | `1` | the bot's default |
| `checks` | `send_back: true, minutes: 60` | the bot's default |
| `ask` | `readers: false` | the bot's default |
| `review` | `automatic: false, forks: false, patient: false, own: false, confidence: 70, tools: false` | the bot's default |
| `branch` | `bot/{id}` | the owner's `acme/.github`, [line 4](<acme/.github>/.github/claude-bot.yml#L4) |
| `labels` | `by a machine` | the owner's `acme/.github`, [line 5](<acme/.github>/.github/claude-bot.yml#L5) |
| `reviewers` | <id> | the bot's default |
| `not_secret` | (not set) | the bot's default |
| `setup` | (not set) | the bot's default |
| `setup_files` | (not set) | the bot's default |\
""")


async def test_a_broken_file_is_told_on_its_pull_request_and_where_it_came_through_the_last_valid_one_counts(
    team: Team,
) -> None:
    first = await team.developer.opens_an_issue("What is in force?")
    await team.developer.comments("/claude config", on=first)
    await team.bot.comes_to_rest()
    broken = "test: sh run_tests.sh\napprovals: none\n"
    await team.developer.pushes({PATH: broken}, branch="configure")
    number = await team.github.world.open_pull(
        "developer", "acme/shop", head="configure", title="Approve nothing"
    )
    await team.bot.comes_to_rest()

    [check] = team.github.repository.checks.values()
    assert (check.name, check.conclusion) == ("Claude configuration", "failure")
    assert [(note["path"], note["start_line"], note["message"]) for note in check.annotations] == snapshot([
        (".github/claude-bot.yml", 2, "`approvals`: has to be a whole number, without quotes.")
    ])

    await team.github.world.merge_pull("developer", "acme/shop", number)
    issue = await team.asks()
    await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()

    [told] = issue.by_the_bot("configuration")
    assert told == snapshot("""\
@requester, I am at it, but:

**`.github/claude-bot.yml` of `acme/shop` is broken** on `main` (<commit>), line 2: `approvals`: has to be a whole number, without quotes. Until it is mended, what it said in <commit> stays in force.\
""")
    assert "tested by `sh run_tests.sh`" in issue.status_comment()


async def test_nobody_approves_where_it_cannot_be_read_what_that_takes(team: Team) -> None:
    first = await team.developer.opens_an_issue("What is in force?")
    await team.developer.comments("/claude config", on=first)
    await team.bot.comes_to_rest()
    rules = "approval_paths: [{path: erp.txt, count: %s, role: admin}]\n"
    await team.developer.pushes({PATH: REPOSITORY[PATH] + rules % "one"})
    issue = await team.asks()
    pull = await team.bot.has_a_pull_request(on=issue)

    await team.developer.comments("/claude approve", on=pull)
    await team.is_told("says of approvals cannot be read**", on=pull, times=1)
    await team.bot.comes_to_rest()
    assert "says of approvals cannot be read**" in issue.status_comment()
    assert "says of approvals cannot be read**" in issue.by_the_bot("configuration")[0]
    assert ((await team.bot.integration()).waiting_for, team.github.merged_heads()) == ("approval", [])

    await team.developer.pushes({PATH: REPOSITORY[PATH] + rules % "1"})
    await team.developer.comments("/claude approve", on=pull)
    await team.is_told("an approval by an admin for `erp.txt`", on=pull, times=1)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert "says of approvals" not in issue.status_comment()
