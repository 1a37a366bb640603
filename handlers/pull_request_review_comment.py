"""GitHub: a comment at a line of a pull request, in the thread that it begins or belongs to."""

from collections.abc import Mapping
from typing import Any

from bot.application.reply_asking import Reply, dispute_of, hear
from bot.domain.commands import Command, Misspoken, read
from bot.domain.replying import Dispute
from handlers import conversation
from handlers.conversation import Context, Handler, Run, converse, is_meant, show
from handlers.mention import hear_words, is_bare, is_spoken_to
from handlers.payloads import Comment


def apologise(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """Something went wrong with a comment that was meant for the bot: say so in its thread."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.at_a_line(data)
        if comment.own and (
            await is_meant(comment, context, known)
            or await _disputed(comment, context, known)
            or await is_spoken_to(comment, context)
        ):
            await conversation.apologise(comment, context)

    return heard


def created(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """A new comment by a person may be a command, as on the pull request itself; or it is about a finding."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.at_a_line(data)
        if not comment.own:
            return
        dispute = await _disputed(comment, context, known)
        if dispute is None:
            await _spoken(comment, context, known)
        elif await hear(dispute, key=context.key, door=context.door, world=context.world):
            await show(comment, context)

    return heard


async def _spoken(comment: Comment, context: Context, known: Mapping[str, tuple[Command, Run]]) -> None:
    if not await hear_words(comment, context, known):
        await converse(comment, context, known)


async def _disputed(
    comment: Comment, context: Context, known: Mapping[str, tuple[Command, Run]]
) -> Dispute | None:
    """What it says to a finding of ours, where it is no command, nor meant for one."""
    if comment.thread is None or _is_command(comment.body, known) or await is_bare(comment, context, known):
        return None
    reply = Reply(
        repository=comment.repository,
        number=comment.issue,
        thread=comment.thread,
        comment=comment.id,
        by=comment.by,
        author=comment.issue_author,
    )
    return await dispute_of(reply, context.world)


def _is_command(body: str, known: Mapping[str, tuple[Command, Run]]) -> bool:
    """Whether it is one, or one that was misspoken."""
    try:
        return read(body, (command for command, _ in known.values())) is not None
    except Misspoken:
        return True
