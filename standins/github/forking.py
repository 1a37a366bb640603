"""Who makes a repository of their own of somebody else's."""

from standins.github.deeds import forks
from standins.github.housekeeping import Housekeeping
from standins.github.state import Repository


class Forking(Housekeeping):
    """GitHub, in which people fork."""

    async def fork(self, login: str, full_name: str) -> Repository:
        """Theirs, with all that the other one holds by now."""
        made = forks.fork(self, self.repository(full_name), self.account(login))
        await self.settle()
        return made
