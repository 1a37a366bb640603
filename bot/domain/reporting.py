"""Where a test run leaves its report, and how a runner is asked to leave one."""

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

# At the root of the working copy, where nothing else has that name.
REPORT: Final = "claude-bot-junit-report.xml"
MOST_REPORTS: Final = 200
_PYTHON: Final = re.compile(r"python[0-9.]*")
_THROUGH: Final = ("tox", "nox")
_ASKED: Final = f"--junitxml={REPORT}"
_OWN: Final = re.compile(r"--junit-?xml=(.+)")
_NODE: Final = (
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=junit",
    f"--test-reporter-destination={REPORT}",
)
# Where these leave their reports unasked.
_MAVENS: Final = ("**/target/surefire-reports/TEST-*.xml", "**/target/failsafe-reports/TEST-*.xml")
_GRADLES: Final = ("**/build/test-results/**/TEST-*.xml",)
_WILD: Final = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True)
class Reported:
    """The command as it is run so that it leaves a report, and the patterns of where it does; or none."""

    command: tuple[str, ...]
    patterns: tuple[str, ...] = ()


def reported(command: Sequence[str], configured: Sequence[str] = ()) -> Reported:
    """The command with a report: where the repository says, by the runner's custom, or else asked for."""
    own = [posixpath.normpath(match[1]) for word in command if (match := _OWN.fullmatch(word))]
    if told := (*configured, *own):
        return Reported(tuple(command), told)
    if any(word.endswith("no:junitxml") for word in command):
        return Reported(tuple(command))
    return _asked(tuple(command))


def _asked(words: tuple[str, ...]) -> Reported:
    names = [posixpath.basename(word) for word in words]
    if behind := _behind(words):
        return Reported((*words[:behind], _ASKED, *words[behind:]), (REPORT,))
    if any(name in _THROUGH for name in names[:3]):
        return Reported(("env", f"PYTEST_ADDOPTS={_ASKED}", *words), (f"**/{REPORT}",))
    if names[:2] == ["node", "--test"]:
        return Reported((*words[:2], *_NODE, *words[2:]), (REPORT,))
    return Reported(words, _by_custom(names))


def _behind(words: Sequence[str]) -> int:
    """How many words stand before the options of pytest; 0 where the command runs another program."""
    match [*map(posixpath.basename, words[:1]), *words[1:3]]:
        case ["pytest" | "py.test", *_]:
            return 1
        case [program, "-m", "pytest"] if _PYTHON.fullmatch(program):
            return 3
        case _:
            return 0


def _by_custom(names: Sequence[str]) -> tuple[str, ...]:
    if not {"mvn", "mvnw"}.isdisjoint(names[:1]):
        return _MAVENS
    return _GRADLES if not {"gradle", "gradlew"}.isdisjoint(names[:1]) else ()


def matching(paths: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """The paths that a pattern means, in order: `**` stands for any directories, `*` and `?` in a name."""
    forms = [pattern.split("/") for pattern in patterns]
    return sorted(
        path for path in set(paths) if any(_fits(path.split("/"), form, "**", _named) for form in forms)
    )


def _named(name: str, form: str) -> bool:
    return _fits(name, form, "*", lambda one, other: other in {"?", one})


def _fits(items: Sequence[str], form: Sequence[str], star: str, same: Callable[[str, str], bool]) -> bool:
    """Whether the form means the items; it takes no more steps than one length times the other."""
    here = at = 0
    back: tuple[int, int] | None = None
    while here < len(items):
        if at < len(form) and form[at] == star:
            at += 1
            back = (here, at)
        elif at < len(form) and same(items[here], form[at]):
            here, at = here + 1, at + 1
        elif back is not None:
            back = (back[0] + 1, back[1])
            here, at = back
        else:
            return False
    return all(each == star for each in form[at:])


def cleared(paths: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """What has a report's very name before the run, and is taken away: a report is one that the run made."""
    plain = [pattern for pattern in patterns if not _WILD.search(pattern)]
    return matching(paths, plain)
