"""Command: answer."""

from bot.application import words
from bot.application.asked import AnswerQuestions
from bot.domain.commands import Command
from handlers.conversation import Here

COMMAND = Command(
    name="answer",
    usage="answer <text>",
    help="take your answer to what I asked, and look at the request again",
    needs=AnswerQuestions.needs,
)


async def run(here: Here) -> str:
    """Answer the bot's question."""
    asked = AnswerQuestions(
        by=here.by,
        repository=here.repository,
        integration_id=await here.integration_id(),
        text=here.spoken.text,
    )
    await here.send(asked)
    return words.heard(by=here.by.login)
