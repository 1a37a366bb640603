"""Pull requests for trying a review: mended mistakes taken back, drawn from the histories of repositories.

`python -m benchmarks.taken_back DIRECTORY REPOSITORY…` writes ten, each with its files before and after, and
what is wrong with it apart, in `key.json`. A mistake that once had a test of its own was one; the tests are
left out, and the title says nothing. Some of the ten are changes as they were made, without a mistake that
is known. What is drawn is left to chance: whoever answers need not know, and nor need whoever asks.
"""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final

MISTAKES: Final = 8
SOUND: Final = 2
MOST_FILES: Final = 3
LEAST_LINES: Final = 6
MOST_LINES: Final = 120
LONGEST_FILE: Final = 60_000
ENDINGS: Final = (".py", ".ts", ".go", ".sql", ".sh", "")
NO_SOURCES: Final = re.compile(r"(?i)(^|/)(spec|docs?|examples?|benchmarks?)(/|$)|test|\.bats$")
KINDS: Final[Mapping[str, re.Pattern[str]]] = {
    kind: re.compile(words, re.IGNORECASE)
    for kind, words in {
        "race": r"\brac(e|y)\b|concurren|deadlock|atomic|thread.?safe",
        "boundary": r"off.by.one|boundar|out of (range|bounds)|\bempty\b|negative|\bindex\b|zero",
        "escaping": r"escap|quot|inject|sanit|travers|xss|unsafe",
        "await": r"await|async|promise|unhandled|context cancel",
        "leak": r"\bleak|\bclos(e|es|ed|ing)\b(?! #)|cleanup",
        "time": r"time ?zone|\butc\b|round(ing)?\b|expir|timeout|max.?age",
        "permission": r"permission|\bauth|csrf|secur|\bcve|origin|trusted",
        "cache": r"cach|etag|\bvary\b|stale",
        "loss": r"truncat|\blos(s|t|es)\b|overwrit|overrid|duplicat|discard|preserv",
    }.items()
}
# What was taken back already says of the mistake nothing but its name.
TAKEN_BACK: Final = re.compile(r"(?i)revert\b")
MENDS: Final = re.compile(r"(?i)\b(fix|correct|prevent|avoid|handle|proper(ly)?\b|don'?t\b|do not\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One of a history that can be made a pull request, by the paths of its sources."""

    repository: str
    id: str
    subject: str
    paths: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A pull request by its files before and after, and the commit that it was made of."""

    title: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    made_of: Commit


def kind_of(subject: str) -> str:
    """What kind of mistake it mends by its words; none where it does not say that it mends one."""
    if not MENDS.search(subject):
        return ""
    return next((kind for kind, words in KINDS.items() if words.search(subject)), "")


def commits_in(repository: Path) -> Iterator[Commit]:
    """Those that changed a few sources by a few lines, and tests with them."""
    shape = ("--no-merges", "--no-renames", "--numstat", "--format=%x00%H%x01%s")
    log = _git(repository, "log", *shape, errors="replace")
    for part in log.split("\0")[1:]:
        head, _, table = part.partition("\n")
        rows = [row.split("\t") for row in table.splitlines() if row]
        id_, _, subject = head.partition("\1")
        sources = [row for row in rows if _is_source(row[2])]
        is_tested = any(NO_SOURCES.search(row[2]) for row in rows)
        if _is_of_size(sources) and is_tested and not TAKEN_BACK.match(subject):
            yield Commit(
                repository=str(repository),
                id=id_,
                subject=subject,
                paths=tuple(row[2] for row in sources),
                kind=kind_of(subject),
            )


def _is_source(path: str) -> bool:
    return PurePosixPath(path).suffix in ENDINGS and not NO_SOURCES.search(path)


def _is_of_size(rows: Sequence[Sequence[str]]) -> bool:
    if not 1 <= len(rows) <= MOST_FILES or any(row[0] == "-" for row in rows):
        return False
    return LEAST_LINES <= sum(int(row[0]) + int(row[1]) for row in rows) <= MOST_LINES


def trial_of(commit: Commit) -> Trial | None:
    """The pull request: what mends a mistake is taken back. None where a file came, went or is too long."""
    old, new = (_files(commit, at) for at in (f"{commit.id}~", commit.id))
    if old is None or new is None:
        return None
    before, after = (new, old) if commit.kind else (old, new)
    title = "Rework " + ", ".join(PurePosixPath(path).name for path in commit.paths)
    return Trial(title=title, before=before, after=after, made_of=commit)


def _files(commit: Commit, at: str) -> Mapping[str, str] | None:
    try:
        files = {path: _git(Path(commit.repository), "show", f"{at}:{path}") for path in commit.paths}
    except (subprocess.CalledProcessError, UnicodeDecodeError):
        return None
    return files if all(len(text) <= LONGEST_FILE for text in files.values()) else None


def _git(repository: Path, *words: str, errors: str = "strict") -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *words],  # noqa: S607  the git that there is
        check=True,
        capture_output=True,
    ).stdout.decode(errors=errors)


def drawn(
    commits: Sequence[Commit], chance: random.Random, *, mistakes: int = MISTAKES, sound: int = SOUND
) -> list[Trial]:
    """So many with a mistake, of as many kinds and repositories as there are, and so many without, mixed."""
    pool = list(commits)
    chance.shuffle(pool)
    found = [*_spread([it for it in pool if it.kind], mistakes), *_spread(_sound(pool), sound)]
    chance.shuffle(found)
    return found


def _sound(pool: Sequence[Commit]) -> list[Commit]:
    return [it for it in pool if not it.kind and not MENDS.search(it.subject)]


def _spread(pool: Sequence[Commit], many: int) -> list[Trial]:
    """The rarest so far comes next: first by kind, then by repository."""
    left, found = list(pool), list[Trial]()
    while left and len(found) < many:
        had = [it.made_of for it in found]
        kinds, places = [it.kind for it in had], [it.repository for it in had]
        best = min(left, key=lambda it: (kinds.count(it.kind), places.count(it.repository)))
        left.remove(best)
        if (trial := trial_of(best)) is not None:
            found.append(trial)
    return found


def write(trials: Sequence[Trial], directory: Path) -> None:
    """Each pull request in a file of its own, and what they were made of in another."""
    directory.mkdir(parents=True, exist_ok=True)
    for nth, it in enumerate(trials):
        shown = {"title": it.title, "before": it.before, "after": it.after}
        (directory / f"pull-{nth:02}.json").write_text(json.dumps(shown), encoding="utf-8")
    key = [asdict(it.made_of) for it in trials]
    (directory / "key.json").write_text(json.dumps(key, indent=1), encoding="utf-8")


def main() -> None:
    directory, *repositories = map(Path, sys.argv[1:])
    commits = [commit for place in repositories for commit in commits_in(place)]
    write(drawn(commits, random.SystemRandom()), directory)


if __name__ == "__main__":
    main()
