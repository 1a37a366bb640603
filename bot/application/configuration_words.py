"""Every sentence about a configuration as a whole: where its values come from, and its check run."""

from typing import Final

from bot.annotations import Annotation
from bot.application.approval_words import unread
from bot.application.configuration import PATH
from bot.application.configuration_file import MOST_FAULTS, Reading
from bot.application.configuration_values import shown, values_of
from bot.application.fault_words import fault, more, reason
from bot.application.in_force import InForce, Source
from bot.application.own_settings import counting
from bot.application.quoting import in_a_table
from bot.application.reasons import code, why
from bot.domain import events as e
from bot.domain.approving import may_rule
from bot.domain.integration import NOTHING_OWN

CHECK: Final = "Claude configuration"
OWN: Final = "this integration"
NOBODY: Final = "What it says of approvals could not be read, so nobody's would release a merge meanwhile."
COUNTS: Final = "It counts once it is on the default branch; `/claude config` says what is in force there."


def in_force(found: InForce, own: e.Own = NOTHING_OWN) -> str:
    """Every key with its value, and where that comes from; what is set for one alone comes first."""
    counts = {key: shown(value) for key, value in counting(own, found.configuration).items()}
    values = values_of(found.configuration) | counts
    sources = {key: OWN if key in counts else _from(found, key) for key in values}
    rows = [f"| `{key}` | {_shown(value)} | {sources[key]} |" for key, value in values.items()]
    table = "\n".join(["| key | value | from |", "|---|---|---|", *rows])
    return "\n\n".join([table, *_trouble(found)])


def _trouble(found: InForce) -> list[str]:
    return [*map(still_in_force, found.broken), *unread(found.unread)]


def _shown(value: str) -> str:
    return in_a_table(code(value)) if value else "(not set)"


def _from(found: InForce, key: str) -> str:
    sources = found.sources_of(key)
    return "; ".join(_place(each, key) for each in sources) or "the bot's default"


def _place(source: Source, key: str) -> str:
    line = source.reading.lines[key]
    whose = "this repository" if source.level == "repository" else f"the owner's `{source.full_name}`"
    return f"{whose}, [line {line}]({source.url}#L{line})"


def still_in_force(source: Source) -> str:
    """Where the newest version of a file is broken: what is wrong, and what counts meanwhile."""
    newest, first = source.newest or source.commit, source.faults[0]
    return (
        f"**`{PATH}` of `{source.full_name}` is broken** on {code(source.branch)} (`{newest[:7]}`), "
        f"{fault(first)}{more(len(source.faults) - 1)} Until it is mended, what it said in "
        f"`{source.commit[:7]}` stays in force."
    )


def told_at_the_start(requested_by: str, found: InForce) -> str:
    """Said to whoever asks for something while a file is broken, or cannot be read."""
    return "\n\n".join([f"@{requested_by}, I am at it, but:", *_trouble(found)])


def told_marker(integration_id: str) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:configuration:{integration_id} -->"


def bad_configuration(detail: str) -> str:
    """A file that cannot be followed, and no earlier version that could."""
    return (
        f"`{PATH}` cannot be followed: {detail} I know of no earlier version that could. "
        "Until it is mended, nothing can be asked for here."
    )


def check_of(reading: Reading, *, is_there: bool) -> tuple[str, str]:
    """Title and summary of the check run on a pull request that changes the file."""
    if reading.faults:
        return _broken(reading)
    if not is_there:
        return "Valid: the file goes", f"Without it the owner's file and the bot's defaults hold. {COUNTS}"
    values = reading.configuration.model_dump(mode="json")
    rows = [f"| `{key}` | {_shown(shown(values[key]))} |" for key in reading.lines]
    table = ["", "| key | value |", "|---|---|", *rows] if rows else []
    keys = "1 key" if len(rows) == 1 else f"{len(rows)} keys"
    return f"Valid: {keys}", "\n".join([COUNTS, *table])


def _broken(reading: Reading) -> tuple[str, str]:
    faults = reading.faults
    title = "1 mistake" if len(faults) == 1 else f"{len(faults)} mistakes"
    rest = " There may be more." if len(faults) == MOST_FAULTS else ""
    would = "On the default branch it would not count, and the last valid version would stay in force."
    closed = f" {NOBODY}" if may_rule([each.key for each in faults], reading.named) else ""
    return title, "\n".join([f"{would}{closed}{rest}", "", *(f"- {fault(each)}" for each in faults)])


def not_looked_at(failed: str) -> tuple[str, str]:
    """Title and summary where the file could not be had."""
    return "Could not be looked at", f"{why(failed)} The next push is looked at again."


def annotations_of(reading: Reading) -> list[Annotation]:
    """Each fault at its line of the file."""
    return [Annotation(path=PATH, line=each.line, message=reason(each)) for each in reading.faults]
