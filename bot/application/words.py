"""Every sentence the bot says to people, whatever the window."""

from collections.abc import Iterable, Mapping
from textwrap import indent

from bot.application import freeze_words
from bot.application.quoting import quoted
from bot.application.reasons import code, why
from bot.application.remark_words import outcome, remarks, title, warning
from bot.application.tester_words import judge, judged_by
from bot.domain.commands import PREFIX, Command, Misspoken
from bot.domain.trust import Tested
from bot.review_records import LineRemark


def reply_marker(key: str) -> str:
    """How the bot finds its reply to one delivery again."""
    return f"<!-- claude-code-bot:reply:{key} -->"


def apology_marker(key: str) -> str:
    """How it finds its apology again: the reply may still follow, once the operator hands it back."""
    return f"<!-- claude-code-bot:apology:{key} -->"


def approved(*, by: str, head: str, deploys: bool | None, missing: int) -> str:
    """After an approval; `missing` is how many more it takes, `deploys` is None where the merge is enough."""
    if missing:
        more = "1 more approval" if missing == 1 else f"{missing} more approvals"
        return f"Approved by @{by} for `{head[:7]}`. It takes {more}."
    if deploys is None:
        return f"Approved by @{by} for `{head[:7]}`. I will merge exactly this commit."
    further = "deploy it" if deploys else f"wait for somebody who may deploy (`{PREFIX} deploy`)"
    return f"Approved by @{by} for `{head[:7]}`. I will merge exactly this commit, then {further}."


def released(*, by: str) -> str:
    """After a deployment was let go."""
    return f"@{by} lets it go out. I am deploying."


def sent_back(*, by: str) -> str:
    """After a wish for changes."""
    return f"@{by}, I am at it. What comes of it has to be approved anew."


def rejected(*, by: str) -> str:
    """After a rejection."""
    return f"Rejected by @{by}. I am taking back what I made."


def cancelling(*, by: str) -> str:
    """After a cancel."""
    return f"Stopped by @{by}. Nothing new will happen; I am taking back what I made."


def rolling_back(*, by: str, issue: int) -> str:
    """After a roll-back."""
    return f"Rolled back by @{by}. I am taking it back; what came of that I say on #{issue}."


def at_work_again(*, by: str, state: str, issue: int) -> str:
    """After a retry; `by` is who was first to ask for it."""
    return (
        f"Tried again by @{by}, from **{state}**. Nothing approved before counts for it, and what was spent "
        f"does; the status comment on #{issue} says how it goes."
    )


def bad_retry() -> str:
    """A retry of which nobody can tell what is wanted."""
    return f"Say `{PREFIX} retry`, or where from: `{PREFIX} retry from generating`."


def heard(*, by: str) -> str:
    """After an answer."""
    return f"Thank you, @{by}. I am looking at the request again."


def nothing_here() -> str:
    """Where nothing was asked for yet."""
    return f"There is no integration here yet. `{PREFIX} integrate <what>` asks for one."


def standing(views: Iterable[Mapping[str, object]]) -> str:
    """Where the integrations of an issue stand, in a line each."""
    return "\n".join(_standing_line(row) for row in views)


def _standing_line(row: Mapping[str, object]) -> str:
    waits = freeze_words.waits(row, beginning="waiting for", apart="_")
    why = f" ({row['reason']})" if row["reason"] else ""
    pull = f", #{row['pull_request']}" if row["pull_request"] else ""
    cost = float(str(row["cost_micro_usd"])) / 1e6
    return f"- `{row['id']}`: **{row['state']}**{why}{waits}{pull}; ${cost:.4f} so far"


def help_text(commands: Iterable[Command]) -> str:
    """What the asker may run here."""
    rows = [f"| `{PREFIX} {command.usage}` | {command.help} |" for command in commands]
    return "\n".join(["| say | and I will |", "|---|---|", *rows])


def misspoken(error: Misspoken) -> str:
    """A command that was not understood, with the nearest one."""
    match error.code:
        case "unknown_option":
            return (
                f"I do not know the option {code(error.word)}. `{PREFIX} help` shows what there is. "
                "What only looks like one goes below the first line."
            )
        case "option_without_value":
            return f"The option {code(error.word)} needs a value behind it."
        case _:
            meant = f" Did you mean `{PREFIX} {error.nearest}`?" if error.nearest else ""
            return (
                f"I do not know the command {code(error.word)}.{meant} `{PREFIX} help` shows what there is."
            )


def bad_value(option: str, wanted: str) -> str:
    """An option whose value makes no sense."""
    return f"The value of {code(option)} is not {wanted}."


def apology(key: str) -> str:
    """Something went wrong that nobody foresaw."""
    return (
        f"Something went wrong on my side. `{PREFIX} status` shows whether anything of this was done. "
        f"The operator finds what it was in the log under {code(key)}; then you can say it again."
    )


def stopped(code_: str) -> str:
    """A command that could not be carried out."""
    return why(code_)


def empty_request() -> str:
    """An integrate without words."""
    return f"Say what to integrate: `{PREFIX} integrate <what>`."


def empty_changes() -> str:
    """A wish for changes without words."""
    return f"Say what is to be different: `{PREFIX} changes <what>`."


def being_changed() -> str:
    """A wish for changes while an earlier one is being carried out."""
    return (
        "This is being changed already, so I do not take this up. Say it again once it waits for approval, "
        "if it is still wanted."
    )


def tested_again() -> str:
    """Whatever is said of the gate while what opened it is only tested once more."""
    return (
        "This was approved, and is being tested once more with what has come to its base, so nothing waits "
        f"for that now. Say it again if it waits for approval after that; `{PREFIX} cancel` stops it."
    )


def wishes(body: str, remarks: Iterable[LineRemark]) -> tuple[str, ...]:
    """What a review says, of the whole and of lines, each by itself; nothing where it says nothing."""
    return tuple(filter(None, [body.strip(), *(_remark(each) for each in remarks)]))


def _remark(remark: LineRemark) -> str:
    """With the code that it stands at: what is pushed later moves lines."""
    return f"{_place(remark)}:\n\n{indent(remark.code, '    ')}\n\n{remark.body}"


def _place(remark: LineRemark) -> str:
    return remark.path if remark.line is None else f"{remark.path}, line {remark.line}"


def pull_request_body(  # noqa: PLR0913  what it says
    *,
    summary: str,
    requested_by: str,
    issue: int,
    integration_id: str,
    tests: str,
    tested: Tested,
    passport: str,
    tester: str = "sandbox",
) -> str:
    """The pull request's description: what is certain, and behind it, as a quotation, what the model says."""
    return "\n\n".join([
        f"For #{issue}, asked for by @{requested_by}. Tested by {judged_by(tester, tests)}: "
        f"{outcome(tested)}. Integration `{integration_id}`.",
        *warning(tested),
        f"`{PREFIX} approve`, `{PREFIX} changes <what>` or `{PREFIX} reject <why>` here decides; "
        f"`{PREFIX} plan` shows what was to be built.",
        passport,
        "What the model says of its change:",
        quoted(summary),
    ])


def commit_message(*, title: str, requested_by: str, requester_id: int, integration_id: str) -> str:
    """The commit's message; the requester is its co-author."""
    who = f"{requested_by} <{requester_id}+{requested_by}@users.noreply.github.com>"
    return f"{title}\n\nIntegration: {integration_id}\nCo-authored-by: {who}"


def revert_title(number: int) -> str:
    """The title of a revert."""
    return f"Revert #{number}"


def revert_body(number: int, integration_id: str, *, reason: str) -> str:
    """Why a revert was opened."""
    return f"Takes the change of #{number} back. {why(reason)} Integration `{integration_id}`."


def closing_reason(reason: str) -> str:
    """Said on a pull request that the bot closes."""
    return f"Closed by the bot. {why(reason)}"


def check_waiting(tests: str, tested: Tested, *, tester: str = "sandbox") -> tuple[str, str]:
    """Title and summary of the check run while the gate is shut."""
    summary = [
        f"{judge(tester, tests)}: {outcome(tested)}. `{PREFIX} approve` decides.",
        *warning(tested),
    ]
    return f"{title(tested)}; waiting for approval", "\n\n".join(summary)


def check_released(tested: Tested, *, tester: str = "sandbox") -> tuple[str, str]:
    """Title and summary of the check run once the gate is open."""
    where = "by the repository's own checks" if tester == "checks" else "in the sandbox"
    said = f"Tested {where} and approved; merging exactly this commit."
    if not tested.remarks:
        return "Approved", said
    return "Approved, with remarks on the tests", f"{said}\n\n{remarks(tested.remarks)}"


def check_superseded(head: str) -> tuple[str, str]:
    """Title and summary of the check run of a commit that another has followed."""
    return "Changed since", f"It was sent back, and `{head[:7]}` has followed this commit."


def check_stopped(reason: str) -> tuple[str, str]:
    """Title and summary of the check run when nothing came of it."""
    return "Stopped", why(reason)


def inactive() -> str:
    """Said on a deployment that was rolled back."""
    return "Rolled back by the bot"
