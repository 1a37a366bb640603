"""People in Slack: what they do is done as at its window, and the app hears of it before the act returns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from standins.slack import deeds, telling
from standins.slack.acting import Acting
from standins.slack.hooks import Postman
from standins.slack.installing import install
from standins.slack.state import Channel, ChannelKind, File, Installation, Kind, Message, Team, Token, User


@dataclass(kw_only=True)
class Slack(Acting):
    """Slack with its people: every act is told to the app before it returns."""

    def __post_init__(self) -> None:
        self.postman = Postman(self)

    async def close(self) -> None:
        await self.postman.close()

    def workspace(self, name: str, *, enterprise: str | None = None) -> Team:
        """A workspace; with a name of an enterprise, one of its grid."""
        made = Team(
            id=self.new_id("T"),
            name=name,
            domain=name.lower().replace(" ", "-"),
            enterprise=self._enterprise(enterprise),
            enterprise_name=enterprise,
        )
        self.teams[made.id] = made
        return made

    def _enterprise(self, name: str | None) -> str | None:
        if name is None:
            return None
        known = (each.enterprise for each in self.teams.values() if each.enterprise_name == name)
        return next(known, None) or self.new_id("E")

    def person(self, name: str, team: Team, *, kind: Kind = "member", email: str = "") -> User:
        """A person of a workspace, by the name that acts call them by."""
        bot = self.new_id("B") if kind == "bot" else None
        made = User(
            id=self.new_id("U"),
            team=team,
            name=name,
            kind=kind,
            email=email,
            bot_id=bot,
            updated=self.now(),
        )
        self.users[made.id] = made
        return made

    def create_channel(
        self,
        name: str,
        team: Team,
        *,
        kind: ChannelKind = "public",
        members: Iterable[str] = (),
        shared_with: Iterable[Team] = (),
    ) -> Channel:
        """A channel with these people in it; the app's bot is in where `members` names it, "claude"."""
        people = [self._member(each, team) for each in members]
        made = Channel(
            id=self.new_id("C"),
            team=team,
            name=name,
            kind=kind,
            members={each.id for each in people},
            shared_with={each.id for each in shared_with},
            created_at=self.now(),
            creator=people[0].id if people else self.new_id("U"),
        )
        self.channels[made.id] = made
        return made

    def _member(self, name: str, team: Team) -> User:
        mine = (each for each in self.users.values() if each.name == name and each.team.id == team.id)
        return next(mine, None) or self.named(name)

    def give_token(self, team: Team, *, scopes: Iterable[str] | None = None, by: str | None = None) -> Token:
        """The app in a workspace without its pages: a token without an end, as `SLACK_BOT_TOKEN` is."""
        person = self.named(by) if by else next(each for each in self.users.values() if each.team is team)
        granted = self.app.scopes if scopes is None else tuple(scopes)
        token = self.authorizations.minted(install(self, person, granted), rotates=False, now=self.now())
        self.tokens[token.value] = token
        return token

    def installation_in(self, team: Team) -> Installation:
        return self.installations[team.id]

    async def uninstall(self, team: Team, *, by: str) -> None:
        """The app leaves the workspace: its tokens are void, and it is told so twice."""
        installation = self.installations.pop(team.id)
        deeds.invalidate(self, installation)
        installation.bot.deleted = True
        self.note("app.uninstalled", team, self.named(by))
        tokens = {"oauth": [], "bot": [installation.bot.id]}
        telling.tell(self, installation, {"type": "tokens_revoked", "tokens": tokens})
        telling.tell(self, installation, {"type": "app_uninstalled"})
        await self.settle()

    async def revoke_tokens(self, team: Team) -> None:
        """An administrator takes the app's tokens back; it stays where it is."""
        installation = self.installations[team.id]
        deeds.invalidate(self, installation)
        tokens = {"oauth": [], "bot": [installation.bot.id]}
        telling.tell(self, installation, {"type": "tokens_revoked", "tokens": tokens})
        await self.settle()

    async def join(self, name: str, channel: str) -> None:
        """Somebody comes into a channel."""
        place, user = self.channel_named(channel), self.named(name)
        place.members.add(user.id)
        event = {
            "type": "member_joined_channel",
            "user": user.id,
            "channel": place.id,
            "channel_type": "C" if place.kind == "public" else "G",
            "team": user.team.id,
        }
        telling.tell_channel(self, place, event)
        await self.settle()

    async def archive(self, channel: str, *, by: str) -> None:
        place = self.channel_named(channel)
        place.archived = True
        event = {"type": "channel_archive", "channel": place.id, "user": self.named(by).id}
        telling.tell_channel(self, place, event)
        await self.settle()

    async def deactivate(self, name: str) -> None:
        """Somebody leaves the company."""
        user = self.named(name)
        user.deleted, user.updated = True, self.now()
        shown = {"id": user.id, "team_id": user.team.id, "name": user.name, "deleted": True}
        if user.team.id in self.installations:
            telling.tell(self, self.installations[user.team.id], {"type": "user_change", "user": shown})
        await self.settle()

    def attach(self, name: str, filename: str, content: bytes, *, mimetype: str = "text/plain") -> File:
        """A file that goes with somebody's next message."""
        by = self.named(name)
        made = File(
            id=self.new_id("F"),
            team=by.team,
            by=by,
            name=filename,
            mimetype=mimetype,
            content=content,
            created_at=self.now(),
        )
        made.address = f"{self.url}/files-pri/{made.team.id}-{made.id}/{made.name}"
        self.files[made.id] = made
        return made

    def said_in(self, channel: str | Channel) -> list[Message]:
        """Every message of a channel, in order."""
        place = self.channel_named(channel) if isinstance(channel, str) else channel
        return list(place.messages.values())

    def told(self, kind: str) -> list[Any]:
        """The payloads of this type that went to the door."""
        return [each.payload for each in self.deliveries if each.type == kind]
