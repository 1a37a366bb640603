"""Command: ask, in Slack."""

from bot.application import question_words, slack_talk_words
from bot.application.asked import Ask
from bot.application.slack_questions import AskedThere, ask_there
from bot.domain.commands import Command
from bot.domain.slack_places import is_repository, numbered
from bot.slack_records import Place
from handlers.slack_conversation import There, is_pull_request

COMMAND = Command(
    name="ask",
    usage="ask [<owner>/<name> or [<owner>/<name>]#<number>] <question>",
    help="look into the code, and answer here with the files and lines that the answer rests on",
    needs=Ask.needs,
    is_free=True,
)


async def run(there: There) -> str:
    """Begin; the answer comes as a message of its own, where only they read it, or in their thread."""
    first, rest = (*there.spoken.text.split(maxsplit=1), "", "")[:2]
    named = numbered(first)
    is_named = named is not None or is_repository(first)
    text = rest if is_named else there.spoken.text
    if not text:
        return question_words.no_question()
    by = await there.person()
    name = named.repository if named else first if is_named else ""
    seen, number = await there.repository(name, by), named.number if named else 0
    asked = Ask(
        by=by,
        repository=seen.repository,
        number=number,
        is_pull=number > 0 and await is_pull_request(seen.repository, number, there.world),
        text=text,
        comment=0,
        said_at=there.said_at,
    )
    place = await _place(there)
    it = AskedThere(place=place, user=there.command.by, name=f"slack-answer:{there.context.key}")
    await ask_there(asked, it, key=there.context.key, door=there.context.door, world=there.world)
    return slack_talk_words.ASKED if there.command.thread is None else slack_talk_words.WORKING


async def _place(there: There) -> Place:
    """What is typed is nobody else's to see: where the two talk."""
    command = there.command
    if command.thread is None:
        return await there.slack.directory.direct(command.workspace, command.by.id)
    return Place(workspace=command.workspace, channel=command.channel, thread=command.thread)
