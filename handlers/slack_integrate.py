"""Command: integrate, in Slack."""

from bot.application import slack_words, words
from bot.application.asked import RequestIntegration
from bot.application.slack_asking import want
from bot.application.wanting import Wish
from bot.domain.commands import Command
from bot.domain.slack_places import Unnamed, is_repository
from bot.domain.wishing import BadOption, options_of
from handlers.slack_conversation import There

COMMAND = Command(
    name="integrate",
    usage="integrate <what> [--repo <owner>/<name>] [--base <branch>] [--budget <dollars>] [--plan-first] "
    "[--anyway]",
    help="write it, test it, open the pull request, and after an approval merge and deploy it",
    needs=RequestIntegration.needs,
    options=("repo", "base", "budget"),
    flags=("plan-first", "anyway"),
)


async def run(there: There) -> str:
    """Ask for an integration, on an issue that is opened for it."""
    if not there.spoken.text:
        return words.empty_request()
    name = there.spoken.options.get("repo", "")
    if name and not is_repository(name):
        raise Unnamed("repository")
    try:
        options = options_of(there.spoken)
    except BadOption as no:
        return words.bad_value(f"--{no.option}", no.wanted)
    asker = await there.asker()
    seen = await there.repository(name, asker.person)
    wish = Wish(
        repository=seen.repository,
        what=there.spoken.text,
        base=options.base,
        micro_usd=options.micro_usd,
        plan_first=options.plan_first,
        anyway=options.anyway,
    )
    it = await want(wish, asker, there.world)
    return slack_words.asked_for(it.id, seen.repository.full_name, f"{seen.page}/issues/{it.issue}")
