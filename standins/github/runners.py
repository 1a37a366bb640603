"""Who runs workflows, and how these end."""

from standins.github.deeds import workflows
from standins.github.memberships import Memberships


class Runners(Memberships):
    """GitHub, in which workflows are run."""

    def end_run(self, full_name: str, run_id: int, conclusion: str, *, status: str = "completed") -> None:
        """A run ends like that; with another status it only stands so. It is told with what happens next."""
        repository = self.repository(full_name)
        self.before_change(repository)
        workflows.end_run(self, repository, repository.runs[run_id], conclusion, status=status)

    def disable_workflow(self, full_name: str, name: str) -> None:
        """Nobody can start it by then."""
        workflows.workflow_named(self.repository(full_name), name).state = "disabled_manually"
