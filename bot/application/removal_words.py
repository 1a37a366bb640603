"""Every sentence about what is taken out for good."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.application.quoting import quoted
from bot.application.reasons import OUTCOMES, REASONS, code, why
from bot.application.views import StatusView
from bot.domain.commands import PREFIX
from bot.domain.integration import Integration
from bot.domain.policy import BeingDeprecated, CannotDeprecate
from bot.domain.removal import Removal, ShownRemoval
from bot.domain.states import State

MOST_PATHS: Final = 20
PARTS: Final[Mapping[str, str]] = {"deployment": "The deployment", "code": "The code"}
THINGS: Final[Mapping[str, str]] = {
    "deployment_inactive": "marked inactive",
    "run_again": "run its workflow again, on the base branch",
    "removed": "taken out",
    "removed_partly": "taken out but for the files below",
    "removed_already": "nothing of it was left",
}


def deprecating(*, by: str, issue: int) -> str:
    """After the command; `by` is who was first to ask for it."""
    return (
        f"To be deprecated, as @{by} asked. I am preparing the pull request that takes it out; "
        f"what comes of it I say on #{issue}."
    )


def bad_removed_in() -> str:
    """An option whose value is no number."""
    return (
        f"Say the number of the pull request that took it out: `{PREFIX} deprecate --removed-in 12`, or "
        f"`{PREFIX} deprecate` to have me open one."
    )


# What somebody may want who wants to deprecate what does not run.
INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (State.DRAFT, State.VALIDATING, State.GENERATING, State.TESTING, State.REVIEWING),
        f" Nothing of it is merged; `{PREFIX} cancel` stops it.",
    ),
    State.DEPLOYING: f" `{PREFIX} rollback` takes it back; or say it again once it is active.",
    State.FAILED: " What was made is taken back already; the last word says what came of that.",
    State.DEPRECATED: f" It is taken out already; `{PREFIX} integrate <what>` asks for something new.",
}


def refusal(error: CannotDeprecate) -> str:
    """Why it cannot be deprecated, and what is possible instead."""
    if error.number is not None:
        return (
            f"#{error.number} did not take it out: it has to be merged into the same branch, and to leave "
            f"nothing that I could take out. `{PREFIX} deprecate` has me open one for what is left."
        )
    return f"Only what is **active** can be deprecated, and it is **{error.state}**.{INSTEAD[error.state]}"


def no_version(error: BeingDeprecated) -> str:
    """Why no version follows on what is being taken out."""
    close = f" To keep it, close #{error.number} unmerged; then say this again." if error.number else ""
    return f"What runs here is being deprecated, so no version of it follows.{close}"


def pull_title(it: Integration) -> str:
    """The title of the pull request that takes it out."""
    return f"Take out what {_brought(it)} brought"


def _brought(it: Integration) -> str:
    """The pull requests of its versions, oldest first."""
    return ", ".join(f"#{each.pull_request}" for each in reversed(it.versions))


def pull_body(it: Integration, said: str, left: Sequence[str]) -> str:
    """What the pull request does, why, and what follows from merging or closing it."""
    by = it.removal.asked.by.login if it.removal is not None else ""
    parts = [
        f"Takes out what {_brought(it)} brought, because @{by} wants it deprecated (#{it.issue}). "
        f"Integration `{it.id}`. What others have changed since in the same files stays.",
        *([quoted(said)] if said else []),
        *([_named(left), "Commit here what is still to be done, before you merge."] if left else []),
        f"Once this is merged {_also(it)}it is deprecated, for good. "
        "If you close this without merging, it stays active.",
    ]
    return "\n\n".join(parts)


def _named(left: Sequence[str]) -> str:
    shown = "\n".join(f"- {code(path)}" for path in left[:MOST_PATHS])
    more = len(left) - MOST_PATHS
    rest = f"\n- and {more} more" if more > 0 else ""
    return (
        "**Needs a person**: these have changed since, so I cannot tell what of them to take out, and left "
        f"them as they are:\n{shown}{rest}"
    )


def overtaken() -> str:
    """On the pull request that takes it out, where it was rolled back meanwhile."""
    return "Closed by the bot: it was rolled back meanwhile, which takes the same out."


def _also(it: Integration) -> str:
    return "its deployment is marked inactive and " if it.way == "deployment" else ""


def inactive() -> str:
    """Said on the deployment of what is deprecated."""
    return "Deprecated by the bot"


def marker(integration_id: str, which: str) -> str:
    """How the bot finds again what it said once of that."""
    return f"<!-- claude-code-bot:removal:{integration_id}:{which} -->"


def standing(shown: ShownRemoval) -> list[str]:
    """How it stands with what is to be taken out; what was said of it last."""
    removal, by = shown.removal, f"@{shown.removal.asked.by.login}"
    named = [_named(shown.left)] if shown.left else []
    if removal.given_up is not None:
        said = _given_up(removal.given_up.code, by)
        return [said, *named, INSTEAD_BY_HAND]
    if removal.closed is not None and not removal.closed.merged:
        return [_kept(removal)]
    if removal.waits_for is None:
        return [f"**To be deprecated**, as {by} asked. I am taking it out."]
    number = removal.waits_for.number
    waits = (
        f"**To be deprecated**, as {by} asked: it stays active until #{number} is merged, which takes it "
        "out. Closing that without merging keeps it active."
    )
    return [waits, *([quoted(shown.said)] if shown.said else []), *named]


INSTEAD_BY_HAND: Final = (
    f"It stays active. Take it out by hand, then say `{PREFIX} deprecate --removed-in <pull request>`."
)


def _given_up(reason: str, by: str) -> str:
    known = f" {why(reason)}" if reason in REASONS else ""
    return f"**Could not be taken out**, as {by} asked ({code(reason)}).{known}"


def _kept(removal: Removal) -> str:
    number = removal.opened.number if removal.opened is not None else 0
    by = removal.closed.by if removal.closed is not None else None
    who = f" by @{by.login}" if by is not None else ""
    return (
        f"**Stays active**: #{number}, which was to take it out, was closed{who} without being merged into "
        f"the branch that it came to. `{PREFIX} deprecate` opens another."
    )


def announced(shown: ShownRemoval, integration_id: str) -> str:
    """To whom asked: what has come of it, in a comment of its own."""
    return f"@{shown.removal.asked.by.login} `{integration_id}`: " + "\n\n".join(standing(shown))


def of_view(view: StatusView) -> list[str]:
    """What is to be taken out for good, or was."""
    if view.removal is None or view.state == State.FAILED:
        return []
    if view.state != State.DEPRECATED:
        return standing(view.removal)
    rows = [
        f"- {PARTS[part]}: {OUTCOMES[outcome]}{_thing(what)}"
        for part, outcome, what in view.undone
        if part in PARTS
    ]
    return [
        f"**Deprecated** by @{view.removal.removal.asked.by.login}.",
        *([quoted(view.removal.said)] if view.removal.said else []),
        "\n".join(["What was taken out:", *rows]),
        *([_named(view.removal.left)] if view.removal.left else []),
    ]


def _thing(what: str) -> str:
    kind, _, number = what.partition(":")
    named = THINGS.get(kind) or (code(kind) if kind else "")
    return f" ({named}{f', #{number}' if number else ''})" if what else ""
