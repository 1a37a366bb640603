"""Tests that pass, and are not believed: what people read, and where the repository accepts none."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from tests.story import Team
from tests.story.places import EACH_ONCE, worded
from tests.story.scripts import CHANGE, PATH, REPOSITORY, SUMMARY, spec, wants_a_spec

STRICT = {**REPOSITORY, ".github/claude-bot.yml": 'test: "sh run_tests.sh"\ntest_remarks: refuse\n'}
BENDS = (
    edit("bend_1", "create", "word.txt", file_text="wrong\n"),
    edit("bend_2", "create", "run_tests.sh", file_text="true\n"),
)
MENDS = (
    edit("mend_1", "create", "word.txt", file_text="right\n"),
    edit("mend_2", "create", "run_tests.sh", file_text=REPOSITORY["run_tests.sh"]),
    edit("mend_3", "create", PATH, file_text=CHANGE),
)


def bends(asked: Asked) -> Reply | Raw | None:
    """Breaks the word and has the tests pass all the same; says that this was meant."""
    if wants_a_spec(asked):
        return spec()
    if asked.calls_since_told or "remarks" in asked.told:
        return says(SUMMARY)
    return calls(*BENDS)


def bends_then_mends(asked: Asked) -> Reply | Raw | None:
    """The same, but takes it back when it is told to."""
    wanted = "does not accept a pass with remarks" in asked.told and not asked.calls_since_told
    return calls(*MENDS) if wanted else bends(asked)


@pytest.mark.parametrize("script", [bends])
async def test_sb_09_what_was_remarked_on_stands_at_the_gate(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    [waiting] = [(each.output["title"], each.output["summary"]) for each in team.github.checks()]

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    [released] = [(each.conclusion, each.output["title"]) for each in team.github.checks()]
    assert waiting == snapshot((
        "Tests passed with remarks; waiting for approval",
        """\
`sh run_tests.sh` in the sandbox: passed, but **with remarks**. `/claude approve` decides.

**Look at the tests.** They passed, but:

- The tests as they were before this change fail on it.
- What decides how tests are run was changed: `run_tests.sh`.\
""",
    ))
    assert released == snapshot(("success", "Approved, with remarks on the tests"))
    assert worded(pull.issue.body or "") == snapshot("""\
For #1, asked for by @requester. Tested by `sh run_tests.sh` in a sandbox without network: passed, but **with remarks**. Integration <id>.

**Look at the tests.** They passed, but:

- The tests as they were before this change fail on it.
- What decides how tests are run was changed: `run_tests.sh`.

`/claude approve`, `/claude changes <what>` or `/claude reject <why>` here decides; `/claude plan` shows what was to be built.

(passport)

What the model says of its change:

> Every paid invoice is sent once.\
""")
    assert issue.status_comment().partition("| Run the tests ")[2] == snapshot("""\
| passed, with remarks | <time> | <seconds> |
| Pull request and approval | done | <time> | <seconds> |
| Merge and deploy | done | <time> | <seconds> |

Pull request #2 (2 files), tested by `sh run_tests.sh`: passed, but **with remarks**.

**Look at the tests.** They passed, but:

- The tests as they were before this change fail on it.
- What decides how tests are run was changed: `run_tests.sh`.

Approved by @admin.

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

<sub>Cost so far: <cost> of at most $5.00, 3 of at most 60 model turns; <share> of what the model was given came from its cache.</sub>\
""")


@pytest.mark.parametrize(("files", "script"), [(STRICT, bends_then_mends)])
async def test_sb_09_where_no_remark_is_accepted_the_change_is_repaired(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert (await team.bot.facts()).count("TestsFailed") == 1
    assert team.github.effects() == EACH_ONCE
    assert team.github.file("run_tests.sh") == REPOSITORY["run_tests.sh"]
    assert "remarks" not in issue.status_comment()
    told = next(asked.told for asked in map(told_of, team.claude.requests) if "remarks" in asked.told)
    assert "- What decides how tests are run was changed: `run_tests.sh`." in told
    assert "the word is wrong" in told
    assert "+++ run_tests.sh" in told
    assert "\n+true\n" in told


def told_of(request: dict[str, object]) -> Asked:
    return Asked(body=request)


@pytest.mark.parametrize(("files", "script"), [(STRICT, bends)])
async def test_sb_09_where_no_remark_is_accepted_and_the_model_insists_it_ends(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="remarks_disputed")

    await team.bot.comes_to_rest()
    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`remarks_disputed`). The tests pass, but with remarks, and this repository accepts none (`test_remarks: refuse`). The model left its change as it is; `/claude retry from testing` tests it once more. These are the remarks, and what it says to them:

- The tests as they were before this change fail on it.
- What decides how tests are run was changed: `run_tests.sh`.

> Send paid invoices to the ERP
> \n\
> Every paid invoice is sent once.

What I took back:
- Run the tests: nothing to undo
- Write the code: nothing to undo\
"""
    ])
