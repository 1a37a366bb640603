"""Reading what was said in a thread in Slack, and the text files at a message: what is missing is said.

Nobody's question fails because Slack does: then it is asked without the thread.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from bot.application.prompting import render
from bot.application.showing import seen_of
from bot.application.slack_hearing import Slack
from bot.domain import slack_talks as rules
from bot.domain.fencing import fence
from bot.domain.secrecy import without_secrets
from bot.domain.slack_heard import words_to
from bot.domain.slack_talks import Line, Talk, TextFile, Unread
from bot.records import StepFailed, Unavailable
from bot.slack_records import Attached, Me, Place, SlackPerson, Uttered, Workspace

log = structlog.get_logger()

MOST_PEOPLE: Final = 10  # of whom the workspace is asked who they are, the newest first


async def talk_before(place: Place, ts: str, files: Sequence[Attached], me: Me, slack: Slack) -> Talk:
    """What was said in that thread before this message, and what hangs at it."""
    read, unread = await _files(place.workspace, files, slack)
    if place.thread == ts:
        return Talk(files=read, unread=unread)
    try:
        thread = await slack.messages.thread(place, before=ts)
        people = await _people(thread.messages, me, place.workspace, slack)
    except (StepFailed, Unavailable) as no:
        log.warning("slack_thread_unread", code=no.code)
        return Talk(why=no.code, files=read, unread=unread)
    lines = [
        Line(by=rules.speaker(each, me, people.get(each.by), place.workspace), text=_text(each, me))
        for each in thread.messages
    ]
    kept = rules.newest(lines)
    return Talk(
        lines=tuple(kept),
        earlier=thread.earlier + len(lines) - len(kept),
        is_whole=thread.is_whole,
        files=read,
        unread=unread,
    )


def _text(said: Uttered, me: Me) -> str:
    """What it says, without the bot's name; files in the thread are named, and not read."""
    named = "".join(f"\n[a file: {each.name}]" for each in said.files)
    words, _ = words_to(said.text, me.user)
    return f"{words}{named}".strip()


async def _people(
    said: Sequence[Uttered], me: Me, workspace: Workspace, slack: Slack
) -> Mapping[str, SlackPerson]:
    """Who they are, of the newest; whom the workspace does not know is known by the id alone."""
    ids = dict.fromkeys(each.by for each in reversed(said) if not each.is_bot and each.by != me.user)
    found = dict[str, SlackPerson]()
    for user in list(ids)[:MOST_PEOPLE]:
        try:
            found[user] = await slack.people.person(workspace, user)
        except StepFailed as no:
            log.info("slack_person_unknown", code=no.code)
    return found


async def _files(
    workspace: Workspace, files: Sequence[Attached], slack: Slack
) -> tuple[tuple[TextFile, ...], tuple[Unread, ...]]:
    came = [await _file(workspace, each, nth, slack) for nth, each in enumerate(files)]
    read = tuple(each for each in came if isinstance(each, TextFile))
    return read, tuple(each for each in came if isinstance(each, Unread))


async def _file(workspace: Workspace, file: Attached, nth: int, slack: Slack) -> TextFile | Unread:
    why = rules.why_unread(file, nth)
    if why:
        return Unread(name=file.name, why=why)
    try:
        content = await slack.files.read(workspace, file.address, most=rules.LARGEST_FILE)
    except (StepFailed, Unavailable) as no:
        log.warning("slack_file_unread", code=no.code)
        return Unread(name=file.name, why="large" if no.code == "slack_file_large" else "unreachable")
    return rules.read_as_text(file, content)


async def talk_shown(talk: Talk, nonce: str) -> str:
    """The talk as the model is shown it; "" where there is nothing to show."""
    said = [*_missing(talk), *[fence(await seen_of(each.text), each.by, nonce) for each in talk.lines]]
    files = [fence(without_secrets(each.text), _named(each), nonce) for each in talk.files]
    if talk.unread:
        files.append(f"({len(talk.unread)} more could not be read.)")
    shown = [render("slack_talk", thread="\n\n".join(said))] if said else []
    shown += [render("slack_files", files="\n\n".join(files))] if files else []
    return "\n\n".join(each.strip() for each in shown)


def _missing(talk: Talk) -> list[str]:
    told = [f"({talk.earlier} earlier messages are left out.)"] if talk.earlier else []
    if not talk.is_whole:
        told.append("(The thread is so long that its newest messages were not read.)")
    return [*told, "(The thread could not be read.)"] if talk.why else told


def _named(file: TextFile) -> str:
    return f"the file {file.name}{', its beginning' if file.is_cut else ''}"
