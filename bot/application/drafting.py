"""A pull request before its tests: a draft, where GitHub has drafts, that says that they are under way."""

from bot.application import tester_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.application.publishing import Effect, commit, create_branch, move_branch
from bot.application.recording import amend
from bot.application.steps import Standing, standing, title_and_body
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.records import PullRequest, StepFailed

NO_DRAFTS = "drafts_unsupported"


def missing_before_checks(it: Integration) -> Effect | None:
    """What is to be done next before the repository's checks can judge; None where all of it is there."""
    still = (
        (not it.commit, commit),
        (not it.branch, create_branch),
        (it.head != it.commit, move_branch),
        (it.pull_request is None, _open_draft),
        (it.described != it.head, _say_under_way),
    )
    return next((effect for is_missing, effect in still if is_missing), None)


async def _open_draft(it: Integration, world: World, *, key: str) -> Standing:
    """Where the repository has no drafts it is an ordinary one, and its title says what it is."""

    async def find() -> str | None:
        found = await world.pulls.find(it.repository, branch=it.branch)
        return None if found is None else _noted(found)

    async def make() -> str:
        try:
            return _noted(await _opened(it, world, draft=True))
        except StepFailed as no:
            if no.code != NO_DRAFTS:
                raise
        return _noted(await _opened(it, world, draft=False))

    said = await once(world, f"pull:{it.name}:{it.branch}", find=find, make=make)
    number, opened_at, kind = said.split(" ")
    opened = e.PullRequestCreated(
        number=int(number), head=it.head, opened_at=opened_at or None, draft=kind == "draft"
    )
    return standing(await amend(world, it.id, lambda _: [opened], key=key))


def _noted(pull: PullRequest) -> str:
    return f"{pull.number} {pull.opened_at} {'draft' if pull.draft else 'open'}"


async def _opened(it: Integration, world: World, *, draft: bool) -> PullRequest:
    title, body = await _under_way(it, world, is_draft=draft)
    return await world.pulls.open(
        it.repository, branch=it.branch, base=it.base, title=title, body=body, draft=draft
    )


async def _say_under_way(it: Integration, world: World, *, key: str) -> Standing:
    """Saying it twice changes nothing."""
    title, body = await _under_way(it, world, is_draft=it.is_draft)
    shown_at = await world.pulls.describe(it.repository, it.pull_request or 0, title=title, body=body)
    described = e.PullRequestDescribed(head=it.head, shown_at=shown_at)
    return standing(await amend(world, it.id, lambda _: [described], key=key))


async def _under_way(it: Integration, world: World, *, is_draft: bool) -> tuple[str, str]:
    """Title and body while the checks run."""
    title, _ = await title_and_body(it, world)
    body = words.under_way_body(
        requested_by=it.requested_by.login,
        issue=it.issue,
        integration_id=it.id,
        is_draft=is_draft,
        has_drafts=it.check is not None,
    )
    return words.under_way_title(title, is_draft=is_draft), body
