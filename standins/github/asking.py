"""What people do to be answered by somebody, or once more."""

from standins.github.deeds import checks, pulls
from standins.github.housekeeping import Housekeeping
from standins.github.world import issue_of


class Asking(Housekeeping):
    """GitHub, in which people ask for reviews, and for checks to be run again."""

    async def ask_for_review(self, login: str, full_name: str, number: int, name: str) -> None:
        """Of a person, or of a team as `org/slug`."""
        repository = self.repository(full_name)
        pulls.ask_for_review(self, repository, self.account(login), issue_of(repository, number), name)
        await self.settle()

    async def rerun_suite(self, login: str, full_name: str, check_id: int) -> None:
        """The button that runs all checks of the App again, of the commit that this one is of."""
        repository = self.repository(full_name)
        checks.rerequest_suite(self, repository, repository.checks[check_id], login)
        await self.settle()
