"""Check runs: only Apps make them, anybody may look."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from standins.github.hooks import tell
from standins.github.shapes import checks as shapes
from standins.github.shapes.repositories import html_url
from standins.github.state import Account, App, CheckRun, Repository
from standins.github.world import Refused, World


def create_check(
    world: World, repository: Repository, asked: dict[str, Any], *, app: App | None = None
) -> CheckRun:
    """`asked` is the body as GitHub documents it; `app` is whose it is, the bot's where none is named."""
    head = asked["head_sha"]
    if repository.git.kind(head) != "commit":
        raise Refused(422, f"No commit found for SHA: {head}")
    check = CheckRun(
        id=world.new_id(),
        suite=_suite(world, repository, head, app),
        name=asked["name"],
        head_sha=head,
        status="queued",
        started_at=world.now(),
        app=app,
    )
    if app is not None:
        check.details_url = f"{html_url(world, repository)}/actions/runs/{check.suite}/job/{check.id}"
    _fill_in(world, check, asked)
    repository.checks[check.id] = check
    facts = {"id": check.id, "check": check.name, "head": head, "external_id": check.external_id}
    world.note("create_check", repository, _by(world, check), **facts)
    _tell(world, "completed" if check.conclusion else "created", repository, check)
    return check


def _suite(world: World, repository: Repository, head: str, app: App | None) -> int:
    """One for each App and commit."""
    return repository.suites.setdefault(f"{head} {app.slug}" if app else head, world.new_id())


def _by(world: World, check: CheckRun) -> Account:
    return (check.app or world.app).bot


def run_by_another(
    world: World, repository: Repository, asked: dict[str, Any], *, slug: str, log: str | None
) -> CheckRun:
    """The check of another App; a job of GitHub Actions has a log."""
    check = create_check(world, repository, asked, app=another(world, slug))
    if log is not None:
        repository.jobs[check.id] = log
    return check


def another(world: World, slug: str) -> App:
    """Another App, known by its name."""
    bot = world.add_account(f"{slug}[bot]", "Bot")
    return replace(world.app, id=bot.id, slug=slug, bot=bot, public_key="", webhook_secret="")


def end_suite(world: World, repository: Repository, head: str, *, slug: str, conclusion: str) -> int:
    """A workflow that ends before any job of it began, such as one that cannot be read."""
    suite = _suite(world, repository, head, another(world, slug))
    repository.suites_say[suite] = conclusion
    return suite


def update_check(world: World, repository: Repository, check: CheckRun, asked: dict[str, Any]) -> None:
    was_done = check.conclusion is not None
    _fill_in(world, check, asked)
    facts = {"id": check.id, "status": check.status, "conclusion": check.conclusion}
    world.note("update_check", repository, _by(world, check), **facts)
    if check.conclusion and not was_done:
        _tell(world, "completed", repository, check)


def _fill_in(world: World, check: CheckRun, asked: dict[str, Any]) -> None:
    """A conclusion completes it; annotations are added to those that are there."""
    check.name = asked.get("name", check.name)
    check.status = asked.get("status", check.status)
    check.external_id = asked.get("external_id", check.external_id)
    check.details_url = asked.get("details_url", check.details_url)
    check.annotations += asked.get("output", {}).get("annotations", [])
    check.output = asked.get("output", check.output)
    if "started_at" in asked:
        check.started_at = datetime.fromisoformat(asked["started_at"])
    if check.status == "completed" and "conclusion" not in asked and check.conclusion is None:
        raise Refused(422, "Validation Failed", field="conclusion", code="missing_field")
    if "conclusion" in asked:
        _conclude(world, check, asked)
    elif check.status != "completed":
        check.conclusion = check.completed_at = None


def _conclude(world: World, check: CheckRun, asked: dict[str, Any]) -> None:
    at = asked.get("completed_at")
    check.status, check.conclusion = "completed", asked["conclusion"]
    check.completed_at = datetime.fromisoformat(at) if at else world.now()


def _tell(world: World, action: str, repository: Repository, check: CheckRun) -> None:
    def payload() -> dict[str, Any]:
        return {"action": action, "check_run": shapes.told_check_run(world, repository, check)}

    tell(world, "check_run", by=_by(world, check), repository=repository, payload=payload)
    if check.suite in repository.suites_say:
        return
    if action == "completed" and all(each.conclusion for each in _of_its_suite(repository, check)):
        _tell_suite(world, repository, check)


def _of_its_suite(repository: Repository, check: CheckRun) -> list[CheckRun]:
    return [each for each in repository.checks.values() if each.suite == check.suite]


def _tell_suite(world: World, repository: Repository, check: CheckRun) -> None:
    def payload() -> dict[str, Any]:
        return {"action": "completed", "check_suite": shapes.told_suite(world, repository, check)}

    tell(world, "check_suite", by=_by(world, check), repository=repository, payload=payload)


def rerequest_suite(world: World, repository: Repository, check: CheckRun, by: str) -> None:
    """A person wants all checks of the App again, of the commit that this one is of."""

    def payload() -> dict[str, Any]:
        return {"action": "rerequested", "check_suite": shapes.told_suite(world, repository, check)}

    tell(world, "check_suite", by=world.account(by), repository=repository, payload=payload)


def rerequest(world: World, repository: Repository, check: CheckRun, by: str) -> None:
    """A person presses the re-run button."""

    def payload() -> dict[str, Any]:
        return {"action": "rerequested", "check_run": shapes.told_check_run(world, repository, check)}

    tell(world, "check_run", by=world.account(by), repository=repository, payload=payload)
