"""GitHub: a comment at a line of a pull request, in the thread that it begins or belongs to."""

from collections.abc import Mapping
from typing import Any

from bot.domain.commands import Command
from handlers import conversation
from handlers.conversation import Context, Handler, Run, converse, is_meant
from handlers.payloads import Comment


def apologise(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """Something went wrong with a comment that was meant for the bot: say so in its thread."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.at_a_line(data)
        if comment.own and await is_meant(comment, context, known):
            await conversation.apologise(comment, context)

    return heard


def created(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """A new comment by a person may be a command, as on the pull request itself."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.at_a_line(data)
        if comment.own:
            await converse(comment, context, known)

    return heard
