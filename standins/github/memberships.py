"""Who belongs to which organisation, and to which of its teams."""

from standins.github.teams import Team
from standins.github.world import World


class Memberships(World):
    """GitHub, in which people join."""

    def join(self, login: str, organization: str, *, role: str = "admin", state: str = "active") -> None:
        """Make a person a member of an organisation; one of its administrators is an owner of it."""
        place, person = self.add_account(organization, "Organization"), self.add_account(login)
        self.members[place.id, person.id] = role, state

    def team(self, name: str, *logins: str, state: str = "active") -> None:
        """These are members of that team, `org/slug`, which is made where there is none."""
        organisation, _, slug = name.partition("/")
        self.add_account(organisation, "Organization")
        team = self.teams.setdefault(name.lower(), Team(id=self.new_id(), slug=slug))
        team.members.update({login.lower(): state for login in logins})
