"""Slack as the bot speaks in it: messages, modals, Homes, and who and what there is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar

from bot.infrastructure.slack_threads import PAGE, read_thread
from bot.infrastructure.slack_wire import Api, Limit, Say, SlackWire, taken, text_in
from bot.slack_records import Installed, Me, Place, Posted, Said, SlackChannel, SlackPerson, Thread, Workspace

T = TypeVar("T")
Answer = Mapping[str, Any]

LOOKED_THROUGH: Final = 100  # messages: a marker is looked for after a try whose answer did not come
# Nothing that is said unfolds, and nothing in it becomes a link or a mention that was not written as one.
QUIETLY: Final[Mapping[str, Any]] = {
    "unfurl_links": False,
    "unfurl_media": False,
    "parse": "none",
    "link_names": False,
}


class Access(Protocol):
    """Lends the token of a workspace, and says who the bot is there. Raises StepFailed, Unavailable."""

    async def installed(self, workspace: Workspace) -> Installed: ...

    async def used(self, workspace: Workspace, ask: Callable[[str], Awaitable[T]]) -> T: ...


class SlackWindow:
    """Every workspace, each by its own token."""

    def __init__(self, wire: SlackWire, access: Access) -> None:
        self._wire, self._access = wire, access

    async def post(self, place: Place, said: Said, *, marker: str) -> Posted:
        """Say it; the marker, which nobody sees, tells it again. Raises StepFailed, Unavailable."""

        def say(api: Api) -> Awaitable[Any]:
            return api.chat_postMessage(
                channel=place.channel,
                text=said.text,
                blocks=marked(said, marker),
                thread_ts=place.thread,
                **QUIETLY,
            )

        answer = await self._ask(place.workspace, "chat.postMessage", say, channel=place.channel)
        return taken(posted_of, answer, "chat.postMessage")

    async def find(self, place: Place, *, marker: str) -> Posted | None:
        """What the bot itself said with this marker there, not long ago. Raises StepFailed, Unavailable."""
        bot = (await self._access.installed(place.workspace)).bot_user
        if place.thread is None:
            answer = await self._ask(
                place.workspace,
                "conversations.history",
                lambda api: api.conversations_history(channel=place.channel, limit=LOOKED_THROUGH),
            )
        else:
            answer = await self._ask(
                place.workspace,
                "conversations.replies",
                lambda api: api.conversations_replies(
                    channel=place.channel, ts=str(place.thread), limit=LOOKED_THROUGH
                ),
            )
        ts = taken(lambda said: _marked_by(marker, bot, said["messages"]), answer, "conversations.history")
        return None if ts is None else Posted(channel=place.channel, ts=ts)

    async def update(self, workspace: Workspace, posted: Posted, said: Said, *, marker: str) -> None:
        """Say it in place of what stands there. Raises StepFailed, Unavailable."""

        def say(api: Api) -> Awaitable[Any]:
            return api.chat_update(
                channel=posted.channel,
                ts=posted.ts,
                text=said.text,
                blocks=marked(said, marker),
                parse="none",
                link_names=False,
            )

        await self._ask(workspace, "chat.update", say, channel=posted.channel)

    async def whisper(self, place: Place, user: str, said: Said) -> None:
        """Show it to one person alone. Raises StepFailed, Unavailable."""

        def say(api: Api) -> Awaitable[Any]:
            return api.chat_postEphemeral(
                channel=place.channel,
                user=user,
                text=said.text,
                blocks=[dict(each) for each in said.blocks] or None,
                thread_ts=place.thread,
                parse="none",
                link_names=False,
            )

        await self._ask(place.workspace, "chat.postEphemeral", say, channel=place.channel)

    async def thread(self, place: Place, *, before: str) -> Thread:
        """What was said in that thread before this message. Raises StepFailed, Unavailable."""

        async def page_at(cursor: str) -> Answer:
            return await self._ask(
                place.workspace,
                "conversations.replies",
                lambda api: api.conversations_replies(
                    channel=place.channel,
                    ts=str(place.thread),
                    latest=before,
                    limit=PAGE,
                    cursor=cursor or None,
                ),
            )

        return await read_thread(page_at, before=before)

    async def permalink(self, workspace: Workspace, posted: Posted) -> str:
        """Where it is to be seen in a browser. Raises StepFailed, Unavailable."""
        answer = await self._ask(
            workspace,
            "chat.getPermalink",
            lambda api: api.chat_getPermalink(channel=posted.channel, message_ts=posted.ts),
        )
        return taken(lambda said: text_in(said, "permalink"), answer, "chat.getPermalink")

    async def open(self, workspace: Workspace, view: Mapping[str, Any], *, trigger: str) -> str:
        """A modal's id. Raises StepFailed, Unavailable."""
        answer = await self._ask(
            workspace, "views.open", lambda api: api.views_open(trigger_id=trigger, view=dict(view))
        )
        return taken(lambda said: text_in(said["view"], "id"), answer, "views.open")

    async def publish(self, workspace: Workspace, user: str, view: Mapping[str, Any]) -> None:
        """Somebody's Home. Raises StepFailed, Unavailable."""
        await self._ask(
            workspace, "views.publish", lambda api: api.views_publish(user_id=user, view=dict(view))
        )

    async def unfurl(
        self, workspace: Workspace, posted: Posted, cards: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> None:
        """What links in a message show, by each as it was written. Raises StepFailed, Unavailable."""
        shown = {url: {"blocks": [dict(each) for each in made]} for url, made in cards.items()}
        await self._ask(
            workspace,
            "chat.unfurl",
            lambda api: api.chat_unfurl(channel=posted.channel, ts=posted.ts, unfurls=shown),
            channel=posted.channel,
        )

    async def person(self, workspace: Workspace, user: str) -> SlackPerson:
        """Who that is, as the workspace knows them. Raises StepFailed, Unavailable."""
        answer = await self._ask(workspace, "users.info", lambda api: api.users_info(user=user))
        return taken(lambda said: person_of(said["user"]), answer, "users.info")

    async def channel(self, workspace: Workspace, channel: str) -> SlackChannel:
        """What that is, as the bot sees it. Raises StepFailed, Unavailable."""
        answer = await self._ask(
            workspace, "conversations.info", lambda api: api.conversations_info(channel=channel)
        )
        return taken(lambda said: channel_of(said["channel"]), answer, "conversations.info")

    async def direct(self, workspace: Workspace, user: str) -> Place:
        """Where the bot and this person talk. Raises StepFailed, Unavailable."""
        answer = await self._ask(
            workspace, "conversations.open", lambda api: api.conversations_open(users=user)
        )
        channel = taken(lambda said: text_in(said["channel"], "id"), answer, "conversations.open")
        return Place(workspace=workspace, channel=channel)

    async def me(self, workspace: Workspace) -> Me:
        """Who the bot itself is there. Raises StepFailed, Unavailable."""
        installed = await self._access.installed(workspace)
        return Me(user=installed.bot_user, workspace=installed.name)

    async def _ask(
        self,
        workspace: Workspace,
        method: str,
        say: Say,
        *,
        channel: str = "",
    ) -> Answer:
        limit = Limit(workspace.team, method, channel)

        async def ask(token: str) -> Answer:
            return await self._wire.ask(method, say, limit=limit, token=token)

        return await self._access.used(workspace, ask)


def marked(said: Said, marker: str) -> list[dict[str, Any]]:
    """Its blocks, the first of which has the marker as its name; words alone become a block for that."""
    words = {"type": "section", "text": {"type": "mrkdwn", "text": said.text, "verbatim": True}}
    first, *rest = [*said.blocks] or [words]
    return [{**first, "block_id": marker}, *map(dict, rest)]


def marker_of(blocks: Sequence[Mapping[str, Any]]) -> str | None:
    """The name of the first block."""
    return blocks[0].get("block_id") if blocks else None


def _marked_by(marker: str, bot: str, messages: Sequence[Mapping[str, Any]]) -> str | None:
    ours = [each for each in messages if each.get("user") == bot]
    return next((text_in(each, "ts") for each in ours if marker_of(each.get("blocks", ())) == marker), None)


def posted_of(answer: Mapping[str, Any]) -> Posted:
    """Where it stands."""
    return Posted(channel=text_in(answer, "channel"), ts=text_in(answer, "ts"))


def person_of(user: Mapping[str, Any]) -> SlackPerson:
    """As Slack describes a person; what it does not say of them is not so."""
    return SlackPerson(
        id=text_in(user, "id"),
        team=user.get("team_id", ""),
        name=user.get("name", ""),
        is_bot=user.get("is_bot", False),
        is_guest=user.get("is_restricted", False) or user.get("is_ultra_restricted", False),
        is_stranger=user.get("is_stranger", False),
        is_deactivated=user.get("deleted", False),
        zone=user.get("tz") or "",
    )


def channel_of(channel: Mapping[str, Any]) -> SlackChannel:
    """As Slack describes a channel."""
    return SlackChannel(
        id=text_in(channel, "id"),
        name=channel.get("name", ""),
        is_private=channel.get("is_private", False),
        is_direct=channel.get("is_im", False),
        is_archived=channel.get("is_archived", False),
        is_member=channel.get("is_member", False) or channel.get("is_im", False),
        is_shared=channel.get("is_ext_shared", False),
    )
