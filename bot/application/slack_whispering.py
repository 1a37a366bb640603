"""Something for one person alone: where they are, or where the bot is not in there, written to them."""

from bot.application.slack_hearing import Slack
from bot.records import StepFailed
from bot.slack_records import Place, Said


async def whisper(place: Place, user: str, said: Said, slack: Slack, *, marker: str) -> None:
    """Raises StepFailed where neither can be, Unavailable."""
    try:
        await slack.messages.whisper(place, user, said)
    except StepFailed:
        direct = await slack.directory.direct(place.workspace, user)
        await slack.messages.post(direct, said, marker=marker)
