"""Command: integrate."""

from bot.application import version_words, words
from bot.application.asked import RequestIntegration
from bot.application.requesting import request_text
from bot.domain.commands import Command
from bot.domain.wishing import BadOption, options_of
from bot.issue_records import Issue
from handlers.conversation import Here

COMMAND = Command(
    name="integrate",
    usage="integrate <what> [--base <branch>] [--budget <dollars>] [--plan-first] [--anyway]",
    help="write it, test it, open the pull request, and after an approval merge and deploy it",
    needs=RequestIntegration.needs,
    options=("base", "budget"),
    flags=("plan-first", "anyway"),
)


async def run(here: Here) -> str | None:
    """Ask for an integration, or for another version of what runs; the status comment is the answer."""
    if not here.spoken.text:
        return words.empty_request()
    try:
        options = options_of(here.spoken)
    except BadOption as no:
        return words.bad_value(f"--{no.option}", no.wanted)
    comment = here.comment
    issue = Issue(title=comment.issue_title, body=comment.issue_body, author=comment.issue_author)
    asked = RequestIntegration(
        by=here.by,
        repository=here.repository,
        issue=here.comment.issue,
        request=request_text(here.spoken.text, issue),
        base=options.base,
        micro_usd=options.micro_usd,
        plan_first=options.plan_first,
        anyway=options.anyway,
    )
    it = await here.send(asked)
    if it.before is None:
        return None
    return version_words.begun(edition=it.edition, issue=it.issue, before=it.before.edition)
