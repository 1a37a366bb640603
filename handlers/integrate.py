"""Command: integrate."""

import json
from typing import Final

from bot.application import version_words, words
from bot.application.asked import RequestIntegration
from bot.domain.commands import Command
from bot.domain.money import micro_dollars
from handlers.conversation import Here

COMMAND = Command(
    name="integrate",
    usage="integrate <what> [--base <branch>] [--budget <dollars>] [--plan-first] [--anyway]",
    help="write it, test it, open the pull request, and after an approval merge and deploy it",
    needs=RequestIntegration.needs,
    options=("base", "budget"),
    flags=("plan-first", "anyway"),
)

LONGEST_BRANCH: Final = 255


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
    asked = RequestIntegration(
        by=here.by,
        repository=here.repository,
        issue=here.comment.issue,
        request=request_text(here),
        base=base,
        micro_usd=budget,
        plan_first="plan-first" in here.spoken.options,
        anyway="anyway" in here.spoken.options,
    )
    it = await here.send(asked)
    if it.before is None:
        return None
    return version_words.begun(edition=it.edition, issue=it.issue, before=it.before.edition)


def request_text(here: Here) -> str:
    """What was asked, with the issue as it was at that moment."""
    author = here.comment.issue_author
    said = {
        "request": here.spoken.text,
        "issue_title": here.comment.issue_title,
        "issue_body": here.comment.issue_body,
        "issue_author": [author.id, author.login] if author else None,
    }
    return json.dumps(said, ensure_ascii=False)


def is_branch(name: str) -> bool:
    """Whether a branch could be called so; whether there is one is GitHub's to say."""
    return len(name) <= LONGEST_BRANCH and name.isprintable() and ".." not in name and name[0] not in "-/"
