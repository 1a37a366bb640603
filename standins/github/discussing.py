"""What people say in the threads of a review, and which of these they resolve."""

from standins.github.deeds import remarks as deeds
from standins.github.housekeeping import Housekeeping
from standins.github.remarks import remark_of


class Discussing(Housekeeping):
    """GitHub, in which people talk at the lines of pull requests."""

    async def answer(self, login: str, full_name: str, comment_id: int, body: str) -> int:
        """In the thread that begins with that comment; the new comment's id."""
        repository = self.repository(full_name)
        self.before_change(repository)
        to = remark_of(repository, comment_id)
        made = deeds.reply(self, repository, self.account(login), to, body)
        await self.settle()
        return made.id

    async def resolve(self, login: str, full_name: str, comment_id: int) -> None:
        """The thread that begins with that comment."""
        repository = self.repository(full_name)
        deeds.resolve(self, repository, self.account(login), remark_of(repository, comment_id))
        await self.settle()
