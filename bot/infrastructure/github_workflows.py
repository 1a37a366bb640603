"""GitHub Actions workflows that are started by dispatch, and their runs."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_answers import Answer
from bot.infrastructure.github_purposes import DISPATCH
from bot.records import Repository, StepFailed
from bot.run_records import Dispatch, Run

EVENT: Final = "workflow_dispatch"
DETAILS: Final = "return_run_details"
PER_PAGE: Final = 50


class GitHubWorkflows:
    """A repository's workflows, each by the name of its file, as this App starts them."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def state(self, repository: Repository, workflow: str) -> str | None:
        """As GitHub names it; None where there is no such workflow."""
        answer = await self._app.on(repository, DISPATCH).ask(
            "read_workflow", "actions", "workflows", workflow, also=(HTTPStatus.NOT_FOUND,)
        )
        return None if answer.status == HTTPStatus.NOT_FOUND else str(answer.data["state"])

    async def dispatch(self, repository: Repository, what: Dispatch) -> int | None:
        """Start it; the run that comes of it, None where GitHub does not tell: older ones cannot."""
        answer = await self._asked(repository, what, {DETAILS: True}, also=(HTTPStatus.UNPROCESSABLE_ENTITY,))
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            if DETAILS not in answer.message:
                raise StepFailed("github_invalid", f"dispatch_workflow: {answer.message}")
            answer = await self._asked(repository, what, {})
        return int(answer.data["workflow_run_id"]) if answer.data else None

    async def _asked(
        self, repository: Repository, what: Dispatch, more: Mapping[str, bool], also: Sequence[int] = ()
    ) -> Answer:
        return await self._app.on(repository, DISPATCH).tell(
            "dispatch_workflow",
            "POST",
            "actions",
            "workflows",
            what.workflow,
            "dispatches",
            body={"ref": what.branch, "inputs": dict(what.inputs), **more},
            also=also,
        )

    async def runs(self, repository: Repository, workflow: str, branch: str) -> Sequence[Run]:
        """The newest that this App dispatched on that branch; none where there is no such workflow."""
        asked = {"event": EVENT, "branch": branch, "actor": await self._app.bot_login()}
        answer = await self._app.on(repository, DISPATCH).ask(
            "list_runs",
            "actions",
            "workflows",
            workflow,
            "runs",
            query={**asked, "per_page": PER_PAGE},
            also=(HTTPStatus.NOT_FOUND,),
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            return []
        return [_run(each) for each in answer.data["workflow_runs"] if _is_ours(each, asked)]

    async def run(self, repository: Repository, number: int) -> Run | None:
        """The run of this number, None where it is not there."""
        answer = await self._app.on(repository, DISPATCH).ask(
            "read_run", "actions", "runs", number, also=(HTTPStatus.NOT_FOUND,)
        )
        return None if answer.status == HTTPStatus.NOT_FOUND else _run(answer.data)

    async def cancel(self, repository: Repository, number: int) -> None:
        """Have it stop; one that has ended already, or is gone, is no error."""
        over = (HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND)
        await self._app.on(repository, DISPATCH).tell(
            "cancel_run", "POST", "actions", "runs", number, "cancel", also=over
        )


def _is_ours(run: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    """Whatever the list was asked for is looked at again: an older GitHub knows not every filter."""
    actor = (run.get("actor") or {}).get("login")
    return (run["event"], run["head_branch"], actor) == (EVENT, asked["branch"], asked["actor"])


def _run(told: Mapping[str, Any]) -> Run:
    return Run(
        id=int(told["id"]),
        head=str(told["head_sha"]),
        status=str(told["status"] or ""),
        conclusion=told["conclusion"],
        url=str(told["html_url"]),
        title=str(told["display_title"] or ""),
    )
