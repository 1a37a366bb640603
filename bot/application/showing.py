"""What the model is shown of a request and its repository: data, as a reader sees it, cut where long."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Final

import structlog

from bot.application.ports import World
from bot.application.prompting import render
from bot.application.texts import load_text, still_kept
from bot.domain import instructions
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.secrecy import LONGEST_KEY, without_secrets
from bot.domain.visible import visible_markdown
from bot.records import Repository

MOST_PATHS: Final = 500
README_CHARACTERS: Final = 12_000

MORE_INSTRUCTIONS: Final = "further files of instructions, each for the directory that it lies in"
NO_INSTRUCTIONS: Final = "(nothing)"

log = structlog.get_logger()


async def request_text(world: World, it: Integration) -> str:
    """What was asked for, and what was said about it since: data, as a reader sees it."""
    nonce = nonce_of(it.id)
    kept = json.loads(await load_text(world, it, it.request))
    parts = [
        fence(await seen_of(kept["request"]), "the request", nonce),
        fence(await seen_of(kept["issue_title"]), "title of the issue", nonce),
        fence(await seen_of(kept["issue_body"]), "text of the issue", nonce),
    ]
    if it.before is not None:
        runs = json.loads(await still_kept(world, it, it.before.request) or "{}").get("request", "")
        parts.append(fence(await seen_of(runs), "what was asked for before, and is in the repository", nonce))
    for question, reply in it.exchanges:
        parts.append(fence(await load_text(world, it, question), "you asked", nonce))
        parts.append(fence(await seen_of(await load_text(world, it, reply)), "the answer", nonce))
    for plan, wish in it.plans_sent_back:
        parts.append(fence(await load_text(world, it, plan), "your plan", nonce))
        parts.append(fence(await seen_of(await load_text(world, it, wish)), "wanted different in it", nonce))
    return "\n\n".join(parts)


async def instructions_text(world: World, it: Integration, commit: str, touched: Sequence[str]) -> str:
    """What the base tells those who write its code, of what is far off only where it lies."""
    return await instructions_of(world, it.repository, commit, touched, nonce_of(it.id))


async def instructions_of(
    world: World, repository: Repository, commit: str, touched: Sequence[str], nonce: str
) -> str:
    """The same of any commit, for whoever's delimiter that is."""
    found = instructions.instruction_files(await world.sources.listing(repository, commit))
    shown, named = instructions.split(found, touched)
    read = {path: await world.sources.read(repository, commit, path) or b"" for path in shown}
    texts = {
        path: await seen_of(await asyncio.to_thread(beginning, content)) for path, content in read.items()
    }
    firsts = {text: path for path, text in reversed(texts.items())}  # two files often say the same
    parts = [fence(text, path, nonce) for path, text in texts.items() if text and firsts[text] == path]
    if named:
        parts.append(fence(shown_paths(named), MORE_INSTRUCTIONS, nonce))
    return "\n\n".join(parts) or NO_INSTRUCTIONS


async def seen_of(text: str) -> str:
    """What a reader sees of it, found out beside the event loop: a long text may take a second."""
    seen = await asyncio.to_thread(visible_markdown, text)
    if seen.left_out:
        log.info("text_left_out", kinds=seen.left_out)
    return seen.text


def fenced_command(words: Iterable[str], integration_id: str) -> str:
    """The test command as the model is shown it: the repository names it, so it is data."""
    return fence(" ".join(words), "test command", nonce_of(integration_id))


def judge_shown(tester: str, words: Sequence[str], integration_id: str) -> str:
    """What judges a change, as the model is shown it: that command, or the repository's own checks."""
    if tester != "checks":
        return render("judge_command", test_command=fenced_command(words, integration_id))
    if not words:
        return render("judge_checks_alone")
    return render("judge_checks", test_command=fenced_command(words, integration_id))


def shown_paths(paths: list[str]) -> str:
    """The listing as the model is shown it, cut where it is long, and saying so."""
    more = len(paths) - MOST_PATHS
    shown = sorted(paths)[:MOST_PATHS]
    return "\n".join([*shown, f"... and {more} more"] if more > 0 else shown)


def beginning(content: bytes) -> str:
    """How a file begins, without secrets; no more of it is read than a key that begins there may take."""
    whole = content.decode(errors="replace")
    text = without_secrets(whole[: README_CHARACTERS + LONGEST_KEY])
    more = len(whole) - README_CHARACTERS
    return f"{text[:README_CHARACTERS]}\n[... {more} characters left out ...]" if more > 0 else text
