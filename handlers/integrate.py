"""Command: integrate."""

from bot.application import version_words, words
from bot.application.asked import RequestIntegration
from bot.application.requesting import request_text
from bot.domain.branch_names import is_branch
from bot.domain.commands import Command
from bot.domain.money import micro_dollars
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
    given = here.spoken.options.get("budget")
    budget = None if given is None else micro_dollars(given)
    if given is not None and not budget:
        return words.bad_value("--budget", "an amount of dollars, such as 2.50")
    base = here.spoken.options.get("base")
    if base is not None and not is_branch(base):
        return words.bad_value("--base", "the name of a branch")
    comment = here.comment
    issue = Issue(title=comment.issue_title, body=comment.issue_body, author=comment.issue_author)
    asked = RequestIntegration(
        by=here.by,
        repository=here.repository,
        issue=here.comment.issue,
        request=request_text(here.spoken.text, issue),
        base=base,
        micro_usd=budget,
        plan_first="plan-first" in here.spoken.options,
        anyway="anyway" in here.spoken.options,
    )
    it = await here.send(asked)
    if it.before is None:
        return None
    return version_words.begun(edition=it.edition, issue=it.issue, before=it.before.edition)
