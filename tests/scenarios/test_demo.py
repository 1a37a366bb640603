"""The demonstration itself: its stories to their end, and what it says where it cannot begin."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from subprocess import PIPE, STDOUT
from typing import Final

import pytest
from rich.console import Console

from standins.demo.process import Bot, CannotPlay
from standins.demo.prompt import Prompt
from standins.demo.screen import Screen
from standins.demo.stage import staged
from standins.demo.telling import Teller
from standins.demo.windows import PASSED, Run, View, lines_of
from standins.demo.workspace import told_alone
from standins.github.git import Git

ROOT: Final = Path(__file__).parents[2]
PATIENCE_SECONDS: Final = 280


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No settings of anybody's own bot, and a directory of its own for what is temporary."""
    return {"PATH": os.defpath, "TMPDIR": str(tmp_path), "COLUMNS": "200"}


def played(*arguments: str, environment: dict[str, str]) -> tuple[int, str]:
    """What it ended with, and all that it showed."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "standins.demo", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def left_in(directory: Path) -> list[str]:
    return [each.name for each in directory.iterdir() if each.name.startswith("bot-demo-")]


@pytest.mark.long
@pytest.mark.timeout(300)
def test_every_story_comes_to_its_end_and_everything_is_done_once_on_github_and_in_slack(
    environment: dict[str, str], tmp_path: Path
) -> None:
    status, shown = played("--exit", environment=environment)

    assert status == 0, shown
    assert "WRONG" not in shown
    assert shown.count("draft → validating → generating → testing") == 3
    assert "4 failed, 3 passed" in shown
    assert "You asked for it, so somebody else with write access has to approve it." in shown
    assert "What I took back:" in shown
    assert "presses “Approve” in Slack" in shown
    for state in ("generating", "testing", "reviewing, waits for an approval", "active"):
        assert f"╭─ GitHub: {state} ─" in shown
    assert "[Approve]  [Changes…]  [Cancel]" in shown
    for once in ("threads begun in Slack", "decisions said in the thread", "where the thread ends"):
        assert f"ok   globex/shop#1: {once}" in shown
    assert left_in(tmp_path) == []


@pytest.mark.long
@pytest.mark.timeout(300)
def test_on_somebodys_own_repository_a_story_is_told_on_github_and_one_in_slack(
    environment: dict[str, str], tmp_path: Path
) -> None:
    theirs = Git(tmp_path / "theirs")
    theirs.path.mkdir()
    theirs.run("init", "--quiet")
    (theirs.path / "run.sh").write_text("true\n", encoding="utf-8")
    (theirs.path / ".github").mkdir()
    (theirs.path / ".github" / "claude-bot.yml").write_text("test: sh run.sh\n", encoding="utf-8")
    theirs.run("add", "--all")
    theirs.run("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-m", "one")

    status, shown = played("--exit", "--repo", str(theirs.path), environment=environment)

    assert status == 0, shown
    assert shown.count("draft → validating → generating → testing") == 2
    assert "presses “Approve” in Slack" in shown
    assert "ok   globex/theirs#1: where the thread ends" in shown


async def test_on_the_stage_the_doctor_finds_nothing_wrong() -> None:
    async with staged(source=None, model=None) as stage:
        status, said = await stage.bot.ask("doctor")

    assert status == 0, said


@pytest.mark.long
@pytest.mark.timeout(300)
def test_an_interrupt_in_the_middle_leaves_nothing_behind(
    environment: dict[str, str], tmp_path: Path
) -> None:
    command = [sys.executable, "-u", "-m", "standins.demo"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=PIPE, stderr=STDOUT, text=True) as demo:  # noqa: S603  our own program
        assert demo.stdout is not None
        shown = list(until("testing", demo.stdout))
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()

    assert "opens its status comment" in "".join(shown)
    assert rest.endswith("Stopped before its end.\n"), rest
    assert "Traceback" not in rest
    assert demo.returncode == 130
    assert left_in(tmp_path) == []
    assert bots_with(str(tmp_path)) == []


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6, 0.9, 1.5])
def test_an_interrupt_before_it_begins_is_no_traceback(
    environment: dict[str, str], tmp_path: Path, seconds: float
) -> None:
    command = ["timeout", "--signal=INT", str(seconds), sys.executable, "-m", "standins.demo", "--exit"]

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  our own program

    # Before its first line there is only Python's own start.
    assert "standins/" not in done.stdout + done.stderr
    assert left_in(tmp_path) == []


async def test_a_bot_that_was_killed_is_told_without_its_log(tmp_path: Path) -> None:
    killed = Bot(settings={"PORT": "1"}, log=tmp_path / "bot.log")
    await killed.start()
    assert killed.process is not None
    killed.process.kill()
    await killed.process.wait()

    with pytest.raises(CannotPlay) as fault:
        killed.check_alive()

    assert str(fault.value) == "The bot was ended from outside, by SIGKILL."


async def test_a_word_that_the_prompt_does_not_know_is_named() -> None:
    said = StringIO()
    screen = Screen(Console(file=said, width=100))
    async with staged(source=None, model=None) as stage:
        await Prompt(Teller(stage, screen)).do("aprove 6")

    assert "I do not know “aprove”. This is what I know:" in said.getvalue()
    assert "say <person> <number> <words>" in said.getvalue()


@pytest.mark.parametrize(("width", "rows"), [(100, 3 + 5), (99, 6 + 8)])
def test_two_windows_stand_side_by_side_where_there_is_room(width: int, rows: int) -> None:
    said = StringIO()
    screen = Screen(Console(file=said, width=width))

    screen.beside("active", ["Integration k7p2m4q9xa: active"], ["The same"], [])
    screen.beside("active", ["One"], ["Two"], ["Roll back"])

    lines = said.getvalue().splitlines()
    assert len(lines) == rows
    assert max(map(len, lines)) == width
    assert "[Roll back]" in said.getvalue()


def test_a_state_is_shown_when_both_windows_have_come_to_it_and_one_passed_over_says_so() -> None:
    run = Run(github=views("draft", "testing", "active"), slack=views("testing"))
    first = list(run.pairs())
    run.slack += views("active")

    assert [(github.state, slack.lines) for github, slack in first] == [
        ("draft", (PASSED,)),
        ("testing", ("testing",)),
    ]
    assert [github.state for github, _ in run.pairs()] == ["active"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("### Integration `k7`: testing", ("Integration k7: testing",)),
        ("*Integration `k7`: testing*", ("Integration k7: testing",)),
        ("| step | | began (UTC) | took |\n|---|---|---|---|", ()),
        ("step · began (UTC) · took", ()),
        ("| Run the tests | **running** | 2026-01-01 09:00:07 |  |", ("Run the tests · running",)),
        ("Run the tests · *running* · 2026-01-01 09:00:07", ("Run the tests · running",)),
    ],
)
def test_both_windows_are_read_alike(text: str, lines: tuple[str, ...]) -> None:
    assert lines_of(text) == lines


def views(*states: str) -> list[View]:
    return [View(state=each, lines=(each,)) for each in states]


async def test_in_slack_the_prompt_types_for_a_person() -> None:
    async with staged(source=None, model=None) as stage:
        teller = Teller(stage, Screen(Console(file=StringIO(), width=100)))
        await Prompt(teller).do("slack viewer help")
        await teller.until("an answer", lambda: bool(told_alone(stage.slack, "viewer")))

    assert "link" in told_alone(stage.slack, "viewer")[0]
    assert stage.slack.violations == []


@pytest.mark.parametrize("name", ["a b", 'a"b', "a$(id)b", "a;b", "a'b"])
def test_make_takes_a_repository_of_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    (tmp_path / "python").chmod(0o755)
    given = name.replace("$", "$$")
    command = ["make", "--no-print-directory", "-o", "sandbox", "-o", "made", "demo", f"REPO={given}"]
    made = [f"PY={tmp_path}/python", "DEV=made"]

    # What this test itself was made with is not to be handed on.
    done = subprocess.run(  # noqa: S603  our own program
        ["env", "--unset=MAKEFLAGS", "--unset=MAKEOVERRIDES", "--unset=ARGS", *command, *made],  # noqa: S607  from the PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"<-m><standins.demo><--repo><{name}>"


def until(words: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if words in line:
            return


def bots_with(word: str) -> list[str]:
    """Processes of which the environment holds that word."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = (process / "environ").read_bytes()
        except OSError:  # somebody else's, or gone by now
            continue
        if word.encode() in held:
            found.append(process.name)
    return found


@pytest.mark.parametrize(
    ("make", "says"),
    [
        ((), "it is no git repository"),
        (("init", "--quiet"), "it has no commit yet"),
    ],
)
def test_a_repository_that_cannot_be_used_is_refused_in_words(
    environment: dict[str, str], tmp_path: Path, make: tuple[str, ...], says: str
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    if make:
        subprocess.run(["git", *make], cwd=theirs, env=environment, check=True)  # noqa: S603, S607  git itself

    status, shown = played("--exit", "--repo", str(theirs), environment=environment)

    assert status == 1
    assert f"{theirs}: {says}" in shown
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--live",), "--live needs ANTHROPIC_API_KEY"),
        (("--request", "make tea"), "--request needs --live"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    environment: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    status, shown = played(*arguments, environment=environment)

    assert status == 2
    assert says in shown
