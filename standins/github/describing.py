"""What people say of a pull request as a whole, and the labels that they make for a repository."""

from standins.github.deeds import pulls
from standins.github.housekeeping import Housekeeping
from standins.github.state import Label
from standins.github.world import issue_of


class Describing(Housekeeping):
    """GitHub, in which people reword pull requests and make labels."""

    async def reword_pull(
        self, login: str, full_name: str, number: int, *, title: str | None = None, body: str | None = None
    ) -> None:
        """Another title, or another description, or both."""
        repository = self.repository(full_name)
        self.before_change(repository)
        issue = issue_of(repository, number)
        pulls.edit_pull(self, repository, issue, self.account(login), title=title, body=body)
        await self.settle()

    def make_label(self, full_name: str, name: str, description: str | None = None) -> None:
        """The repository has it from then on, and nothing carries it yet."""
        label = Label(id=self.new_id(), name=name, description=description)
        self.repository(full_name).labels[name] = label
