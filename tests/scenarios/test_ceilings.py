"""Ceilings: no run goes on for ever, and none costs more than it may."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.claude_replies import Asked, Reply, says
from tests.story import Team
from tests.story.scripts import SUMMARY, breaks, breaks_then_mends, repeats, spec, wanders, wants_a_spec

HUGE = {
    "input_tokens": 400_000,
    "output_tokens": 20_000,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}
TURNS_OF_THE_STORY = 3


def finds_nothing_to_do(asked: Asked) -> Reply:
    return spec() if wants_a_spec(asked) else says(SUMMARY)


@pytest.mark.parametrize(
    ("environment", "script", "limit", "told"),
    [
        ({"RUN_LIMITS": "4, 2_000_000, 5"}, wanders(), "turns", "4 model turns"),
        ({"RUN_LIMITS": "60, 1_000_000, 500, 60"}, wanders(usage=HUGE), "tokens", "1,000,000 tokens"),
        ({"RUN_LIMITS": "60, 20_000_000, 5"}, wanders(usage=HUGE), "dollars", "$5.00"),
    ],
)
async def test_a_run_rests_at_its_ceiling_and_asks(team: Team, limit: str, told: str) -> None:
    issue = await team.asks()

    await team.bot.waits_for("budget", on=issue)
    await team.is_told(f"**Paused: this run has used up its {told}.**", on=issue, times=2)

    it = await team.bot.integration(issue)
    assert it.paused is not None
    assert it.paused.detail == limit
    assert len(team.claude.requests) == it.turns <= 4
    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
    assert team.github.effects() == {}


@pytest.mark.parametrize("environment", [{"RUN_LIMITS": "2, 2_000_000, 5"}])
async def test_ab_01_with_more_it_goes_on_where_it_stopped_and_nothing_is_paid_twice(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("budget", on=issue)
    await team.developer.comments("/claude budget +5", on=issue)
    await team.bot.restarts()
    await team.is_told("This needs `budget:manage`, and you are developer here.", on=issue, times=1)
    assert len(team.claude.requests) == 2

    await team.admin.comments("/claude budget +5", on=issue)

    await team.bot.has_a_pull_request(on=issue)
    assert len(team.claude.requests) == TURNS_OF_THE_STORY
    assert issue.replies()[-1] == snapshot(
        "@admin, it may use up $10.00 now, 4 model turns and 4,000,000 tokens. What rested for that goes on where it stopped."
    )


@pytest.mark.parametrize("script", [wanders(usage=HUGE)])
async def test_the_asker_sets_a_lower_ceiling_but_no_higher_one(team: Team) -> None:
    await team.asks("/claude integrate send invoices --budget 1")

    await team.bot.waits_for("budget")

    it = await team.bot.integration()
    assert (it.micro_usd_allowed, it.paused and it.paused.detail) == (1_000_000, "dollars")


@pytest.mark.parametrize("environment", [{"MONTHLY_BUDGET": "0"}])
async def test_a_repository_has_a_ceiling_for_the_month_that_can_be_raised(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("monthly_budget", on=issue)
    await team.is_told("this repository has used up its budget of the month", on=issue, times=2)
    assert team.claude.requests == []
    assert issue.by_the_bot("paused") == snapshot([
        "@requester <id>: **Paused: this repository has used up its budget of the month.** Nothing is lost. It goes on by itself with the next month (UTC). Somebody who is admin can let it spend more: `/claude budget month +<dollars>`."
    ])

    await team.admin.comments("/claude budget month +5", on=issue)

    await team.bot.has_a_pull_request(on=issue)


@pytest.mark.parametrize("script", [repeats])
async def test_a_model_that_repeats_itself_is_stopped(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="no_progress")

    await team.bot.comes_to_rest()
    assert len(team.claude.requests) == 5
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`no_progress`). The model repeated itself without getting further. Ask again with more detail.

What I took back:
- Write the code: nothing to undo\
"""
    ])


@pytest.mark.parametrize("script", [breaks])
async def test_tests_that_never_pass_end_it_after_three_repairs(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="tests")

    await team.bot.comes_to_rest()
    facts = await team.bot.facts()
    assert (facts.count("TestsFailed"), facts.count("RepairStarted")) == (4, 3)
    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Run the tests” (`tests`). The tests still failed after every repair I may try.

<details><summary>What the tests printed last</summary>

```text
the word is wrong 6
```

</details>

What I took back:
- Run the tests: nothing to undo
- Write the code: nothing to undo\
"""
    ])
    assert issue.status_comment() == snapshot("""\
### Integration <id>: failed

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | tests failed, repairing | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | tests failed, repairing | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | tests failed, repairing | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | **failed** | <time> | <seconds> |

Its tests are run by `sh run_tests.sh`, as configured.

**Failed** in “Run the tests” (`tests`). The tests still failed after every repair I may try.

<details><summary>What the tests printed last</summary>

```text
the word is wrong 6
```

</details>

What I took back:
- Run the tests: nothing to undo
- Write the code: nothing to undo

<details><summary>What is to be built</summary>

> **Send paid invoices to the ERP**
> \n\
> Every paid invoice reaches the ERP once; open ones are not sent.
> \n\
> Systems:
> - ERP
> \n\
> Secrets it needs, by name:
> - ERP_TOKEN
> \n\
> Files it will probably touch:
> - invoicing/erp.py
> - tests/test_erp.py
> - README.md
> \n\
> How one will know that it works:
> - A paid invoice is posted with its number, its amount as text and its day of payment.
> - An open invoice is not posted.
> - An invoice that the ERP already has (status 409) counts as sent.
> - Any other failure stops the export and names the invoice.
> \n\
> Risks:
> - An invoice sent twice: the ERP refuses a number it knows, and that counts as sent.
> \n\
> Not part of it:
> - Credit notes
> - Invoices that change after they were paid

</details>

<sub>Cost so far: <cost> of at most $5.00, 9 of at most 60 model turns; <share> of what the model was given came from its cache.</sub>\
""")


@pytest.mark.parametrize("script", [breaks_then_mends])
async def test_a_change_that_breaks_the_tests_is_mended(team: Team) -> None:
    await team.has_a_pull_request()

    facts = await team.bot.facts()
    assert (facts.count("TestsFailed"), facts.count("TestsPassed")) == (1, 1)


@pytest.mark.parametrize("script", [finds_nothing_to_do])
async def test_where_nothing_is_to_do_nothing_is_opened(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="nothing_to_do")

    await team.bot.comes_to_rest()
    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`nothing_to_do`). The model changed no file: there seems to be nothing to do.

What I took back:
- Write the code: nothing to undo\
"""
    ])
