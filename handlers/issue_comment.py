"""GitHub: a comment on an issue or on a pull request."""

from collections.abc import Mapping
from typing import Any

from bot.application import refusal_words, refusing, words
from bot.application.asked import AnswerQuestions
from bot.application.recording import load
from bot.application.rights import belongs_here
from bot.application.texts import load_text
from bot.domain.commands import Command
from bot.domain.policy import Denied
from bot.domain.quoting import QUOTED, answer_in
from bot.records import StepFailed
from handlers import conversation
from handlers.conversation import Context, Handler, Run, converse, is_meant, may_be_answered
from handlers.mention import hear_words, is_spoken_to
from handlers.payloads import Comment


def apologise(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """Something went wrong with a comment that was meant for the bot: say so where it was said."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.from_payload(data)
        if comment.own and (await is_meant(comment, context, known) or await is_spoken_to(comment, context)):
            await conversation.apologise(comment, context)

    return heard


def created(known: Mapping[str, tuple[Command, Run]]) -> Handler:
    """A new comment by a person may be a command; an edited one never is, nor one by a bot."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        comment = Comment.from_payload(data)
        if not comment.own or await answered_by_quoting(comment, context):
            return
        if not await hear_words(comment, context, known):
            await converse(comment, context, known)

    return heard


async def answered_by_quoting(comment: Comment, context: Context) -> bool:
    """Take a plain reply that quotes the bot's question for its answer; whether it was one."""
    if not any(map(QUOTED.match, comment.body.splitlines())):
        return False
    rows = await context.world.integrations.find(repository_id=comment.repository.id, issue=comment.issue)
    for row in rows:
        text = await _answer(row, comment, context) if row["waiting_for"] == "answer" else None
        if text is not None:
            await _take(row["id"], text, comment, context)
            return True
    return False


async def _answer(row: Mapping[str, Any], comment: Comment, context: Context) -> str | None:
    it = await load(context.world, row["id"])
    try:
        return answer_in(comment.body, await load_text(context.world, it, it.questions or ""))
    except StepFailed:
        return None  # what was asked has been deleted


async def _take(integration_id: str, text: str, comment: Comment, context: Context) -> None:
    """The answer, if they may give it. It may have been talk among others: only who belongs here is told."""
    asked = AnswerQuestions(
        by=comment.by, repository=comment.repository, integration_id=integration_id, text=text
    )
    try:
        await context.send(asked)
        said = words.heard(by=comment.by.login)
    except Denied as no:
        if not await belongs_here(comment.by, comment.repository, context.world, private=comment.private):
            return
        said = refusal_words.refusal(no)
        refused = refusing.Command(by=comment.by, name="answer", code=no.code, said=said)
        await conversation.note_refusal(comment, context, refused)
    if await may_be_answered(comment, context):
        await conversation.reply(comment, context, said)
