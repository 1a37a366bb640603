"""A repository's workflows, of which the runs are what a test says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.records import Repository, StepFailed
from bot.run_records import Dispatch, Run

RUN: Final = 71
PAGE: Final = "https://github.com/acme/shop/actions/runs"


def run_of(
    head: str,
    *,
    number: int = RUN,
    status: str = "completed",
    conclusion: str | None = "success",
    title: str = "Deploy",
    url: str = "",
) -> Run:
    """One that has ended well, unless it is said otherwise."""
    return Run(
        id=number,
        head=head,
        status=status,
        conclusion=conclusion,
        url=url or f"{PAGE}/{number}",
        title=title,
    )


@dataclass
class FakeWorkflows:
    """Runs, the newest first; a dispatch makes none by itself, and tells the number or nothing."""

    there: list[Run] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=lambda: {"deploy.yml": "active"})
    asked: list[Dispatch] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    tells: int | None = RUN
    refuses: StepFailed | None = None

    async def state(self, repository: Repository, workflow: str) -> str | None:
        self._check()
        return self.states.get(workflow)

    async def dispatch(self, repository: Repository, what: Dispatch) -> int | None:
        self._check()
        self.asked.append(what)
        return self.tells

    async def runs(self, repository: Repository, workflow: str, branch: str) -> Sequence[Run]:
        self._check()
        return self.there

    async def run(self, repository: Repository, number: int) -> Run | None:
        self._check()
        return next((run for run in self.there if run.id == number), None)

    async def cancel(self, repository: Repository, number: int) -> None:
        self.cancelled.append(number)

    def _check(self) -> None:
        if self.refuses is not None:
            raise self.refuses
