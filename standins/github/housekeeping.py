"""What people do to whole repositories and to their branches."""

from standins.github.deeds import branches, installations, repositories
from standins.github.memberships import Memberships


class Housekeeping(Memberships):
    """GitHub, in which repositories are renamed, given away, archived and deleted."""

    async def settle(self) -> None:
        """Let what follows from it happen."""

    async def rename_repository(self, login: str, full_name: str, name: str) -> None:
        repositories.rename(self, self.repository(full_name), self.account(login), name)
        await self.settle()

    async def transfer_repository(self, login: str, full_name: str, owner: str) -> None:
        """To another account; its people keep their rights."""
        to = self.add_account(owner, "Organization")
        repositories.transfer(self, self.repository(full_name), self.account(login), to)
        await self.settle()

    async def archive_repository(self, login: str, full_name: str) -> None:
        repositories.set_archived(self, self.repository(full_name), self.account(login), archived=True)
        await self.settle()

    async def unarchive_repository(self, login: str, full_name: str) -> None:
        repositories.set_archived(self, self.repository(full_name), self.account(login), archived=False)
        await self.settle()

    async def publicize_repository(self, login: str, full_name: str) -> None:
        repositories.set_visibility(self, self.repository(full_name), self.account(login), private=False)
        await self.settle()

    async def privatize_repository(self, login: str, full_name: str) -> None:
        repositories.set_visibility(self, self.repository(full_name), self.account(login), private=True)
        await self.settle()

    async def delete_repository(self, login: str, full_name: str) -> None:
        repositories.delete(self, self.repository(full_name), self.account(login))
        await self.settle()

    async def add_to_installation(self, full_name: str, *, by: str) -> None:
        """A repository that the App did not see."""
        repository = self.repository(full_name)
        for installation in list(self.installations.values()):
            if installation.account.id == repository.owner.id:
                installations.add_repository(self, installation, self.account(by), repository)
        await self.settle()

    async def force_push(self, login: str, full_name: str, branch: str, commit: str) -> None:
        """The branch is at that commit from now on, whatever it held before."""
        repository, by = self.repository(full_name), self.account(login)
        branches.move_branch(self, repository, by, branch, commit, force=True)
        await self.settle()

    async def rename_branch(self, login: str, full_name: str, name: str, new: str) -> None:
        """Pull requests into it lead to its new name; those from it are closed."""
        branches.rename(self, self.repository(full_name), self.account(login), name, new)
        await self.settle()
