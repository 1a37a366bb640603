"""GitHub: a comment on an issue or on a pull request."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.domain.commands import PREFIX, Command
from handlers import conversation
from handlers.conversation import Context, Run, converse
from handlers.payloads import Comment


async def apologise(data: Mapping[str, Any], context: Context) -> None:
    """Something went wrong with a comment that was meant for the bot: say so where it was said."""
    comment = Comment.from_payload(data)
    if comment.own and comment.body.startswith(PREFIX):
        await conversation.apologise(comment, context)


def created(
    known: Mapping[str, tuple[Command, Run]],
) -> Callable[[Mapping[str, Any], Context], Awaitable[None]]:
    """A new comment by a person may be a command; an edited one never is, nor one by a bot."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.from_payload(data)
        if comment.own:
            await converse(comment, context, known)

    return heard
