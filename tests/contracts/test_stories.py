"""The stories that the stand-in tells: each turn fits the tools, and the mistake in them is a real one."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.application.prompting import render
from bot.application.spec import Spec, read_spec, spec_schema
from bot.application.tool_inputs import TOOLS
from bot.application.tools import run_tools
from bot.domain.conversation import Message, asked, replied, said, text_of
from bot.domain.tree import Tree
from bot.records import Question
from standins import stories
from standins.claude_replies import Script
from tests.contracts.claude_desk import Desk, desk
from tests.unit.bench import Hand, hand, put

REPAIR = render(
    "repair", test_command="pytest", how_it_ended="exit status 1", failing="", repeated="", report="FAILED"
)


async def specified(here: Desk) -> Spec:
    question = Question(model="m", system="s", messages=(asked("Integrate."),), schema=spec_schema())
    return read_spec(text_of(await here.asks(question, key="validate")))


async def coded(here: Desk, at_work: Hand, words: str, past: Sequence[Message] = ()) -> list[Message]:
    """The conversation after the model said that it is finished."""
    talk = [*past, asked(words)]
    while talk[-1]["role"] == "user":
        question = Question(model="m", system="s", messages=tuple(talk), tools=TOOLS)
        answer = await here.asks(question, key=f"{words[:9]}:{len(talk)}")
        talk.append(said(answer))
        if answer.stop_reason == "tool_use":
            worked = await run_tools(answer.content, tree=at_work.tree, bench=at_work.bench)
            at_work.tree = worked.tree
            assert [result for result in worked.results if "is_error" in result] == []
            talk.append(replied(worked.results))
    return talk


def is_green(files: dict[str, bytes], tree: Tree, directory: Path) -> bool:
    for path, content in files.items():
        put(directory / path, content)
    for edit in tree.change():
        put(directory / edit.path, edit.content)
    command = [sys.executable, "-B", *stories.TEST_COMMAND[1:]]
    return subprocess.call(command, cwd=directory, stdout=subprocess.DEVNULL) == 0  # noqa: S603  our own words


async def test_the_invoices_are_wrong_at_first_and_right_after_the_repair(tmp_path: Path) -> None:
    at_work = await hand(stories.REPOSITORY)
    async with desk(stories.invoices) as here:
        assert (await specified(here)).verdict == "clear"
        talk = await coded(here, at_work, "Build it.")
        first = is_green(at_work.sources.files, at_work.tree, tmp_path / "first")
        talk = await coded(here, at_work, REPAIR, talk)
        second = is_green(at_work.sources.files, at_work.tree, tmp_path / "second")

    assert (first, second) == (False, True)
    assert talk[-1]["content"][0]["text"].startswith("Send paid invoices to the ERP\n\n")
    assert here.claude.unexpected == []
    assert here.claude.paid_twice == {}


@pytest.mark.parametrize("files", [{"main.go": "package main\n"}, stories.REPOSITORY, {}])
async def test_the_other_story_fits_any_repository(files: dict[str, str]) -> None:
    at_work = await hand(files)
    async with desk(stories.anywhere) as here:
        assert (await specified(here)).verdict == "clear"
        await coded(here, at_work, "Build it.")

    assert list(at_work.changed()) == [stories.NOTE_PATH]


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        (f'{{"files_likely_touched": ["{stories.NOTE_PATH}"]}}', [stories.NOTE_PATH]),
        (f"The files:\n{stories.NOTE_PATH}\nREADME.md", []),
    ],
)
async def test_the_page_is_written_unless_it_is_among_the_files(told: str, changed: list[str]) -> None:
    at_work = await hand({})
    async with desk(stories.anywhere) as here:
        await coded(here, at_work, told)

    assert list(at_work.changed()) == changed


@pytest.mark.parametrize("script", [stories.invoices, stories.anywhere])
async def test_another_question_is_not_expected(script: Script) -> None:
    async with desk(script) as here:
        with pytest.raises(Exception, match="claude_refused_request"):
            await here.asks()

    assert len(here.claude.unexpected) == 1
