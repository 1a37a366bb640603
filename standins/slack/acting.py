"""What people do that the app may act on: they write, command, click, hand in a modal, look at their Home."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from standins.slack import deeds, telling
from standins.slack.hooks import Postman
from standins.slack.methods import chat, views
from standins.slack.responding import answer
from standins.slack.state import Channel, Delivery, File, Message, User, View
from standins.slack.world import Refused, World

MOST_OPTIONS: Final = 100


@dataclass(kw_only=True)
class Acting(World):
    """The acts that the app answers to."""

    postman: Postman = field(init=False)

    async def settle(self) -> None:
        """Let deliveries be sent."""
        await self.postman.post()

    async def says(
        self, name: str, channel: str, text: str, *, thread: str | None = None, files: Iterable[File] = ()
    ) -> Message:
        """Somebody writes in a channel, or answers in a thread."""
        return await self._said(self.named(name), self._place(channel), text, thread=thread, files=files)

    async def writes_to_bot(
        self, name: str, text: str, *, thread: str | None = None, files: Iterable[File] = ()
    ) -> Message:
        """Somebody writes to the app directly."""
        user = self.named(name)
        place = self.direct(self.installations[user.team.id].bot, user)
        return await self._said(user, place, text, thread=thread, files=files)

    async def _said(
        self, user: User, place: Channel, text: str, *, thread: str | None, files: Iterable[File] = ()
    ) -> Message:
        if place.archived or user.id not in place.members:
            raise Refused("not_in_channel")
        message = Message(ts=self.new_ts(), by=user, text=text, thread_ts=thread, files=list(files))
        for each in message.files:
            each.channels.append(place.id)
        deeds.post(self, place, message)
        self._links(place, message)
        await self.settle()
        return message

    def _links(self, place: Channel, message: Message) -> None:
        """Links that the app unfolds are told to it, bot in the channel or not."""
        links = [word.strip("<>") for word in message.text.split() if "://" in word]
        mine = [each for each in links if each.split("/")[2] in self.app.domains]
        if mine and message.by.team.id in self.installations:
            event = {
                "type": "link_shared",
                "channel": place.id,
                "user": message.by.id,
                "message_ts": message.ts,
                "links": [{"domain": each.split("/")[2], "url": each} for each in mine],
                "source": "conversations_history",
                "unfurl_id": f"{message.ts}.{place.id}",
                "is_bot_user_member": self.installations[message.by.team.id].bot.id in place.members,
            }
            telling.tell(self, self.installations[message.by.team.id], event)

    async def edits(self, name: str, channel: str, ts: str, text: str) -> None:
        place = self._place(channel)
        message = self.message(place, ts)
        if message.by.id != self.named(name).id:
            raise Refused("cant_update_message")
        deeds.edit(self, place, message, text=text, blocks=[])
        await self.settle()

    async def deletes(self, name: str, channel: str, ts: str) -> None:
        place = self._place(channel)
        deeds.delete(self, place, self.message(place, ts), self.named(name))
        await self.settle()

    async def reacts(self, name: str, channel: str, ts: str, emoji: str) -> None:
        place = self._place(channel)
        deeds.react(self, place, self.message(place, ts), self.named(name), emoji)
        await self.settle()

    async def commands(self, name: str, channel: str, text: str, *, command: str | None = None) -> Delivery:
        """Somebody types a slash command; what the app answers at once is shown to them."""
        place, user = self._place(channel), self.named(name)
        delivery = telling.tell_command(self, place, user, command or self.app.command, text)
        await self.settle()
        self._show(delivery)
        return delivery

    def _show(self, delivery: Delivery) -> None:
        said = _structure(delivery.reply)
        if delivery.accepted and (said or delivery.reply.strip()):
            address = self.response_urls[delivery.payload["response_url"].removeprefix(self.url)]
            answer(self, address, said or {"text": delivery.reply})

    async def clicks(self, name: str, channel: str, ts: str, action_id: str) -> Delivery:
        """Somebody presses a button of a message. Raises Refused where there is none of that name."""
        place, user = self._place(channel), self.named(name)
        message = self.message(place, ts)
        pressed = _pressed(message.blocks, action_id)
        where = telling.in_message(self, place, message, user)
        return await self._act(user, {"type": "block_actions", **where, "actions": [self._acted(pressed)]})

    async def clicks_in_view(self, name: str, view_id: str, action_id: str) -> Delivery:
        """Somebody presses a button of a modal, or of their Home."""
        user, view = self.named(name), self._view(view_id)
        pressed = _pressed(view.view["blocks"], action_id)
        where = telling.in_view(self, view, self.installations[user.team.id].bot)
        acted = {"type": "block_actions", **where, "actions": [self._acted(pressed)]}
        return await self._act(user, acted, view=view.id)

    async def submits(self, name: str, view_id: str, values: Mapping[str, Mapping[str, Any]]) -> Delivery:
        """Somebody hands a modal in: per block and action what Slack would say of its element."""
        user, view = self.named(name), self._view(view_id)
        shown = telling.in_view(self, view, self.installations[user.team.id].bot)["view"]
        shown["state"] = {"values": values}
        payload = {"type": "view_submission", "view": shown, "response_urls": []}
        delivery = await self._act(user, payload, view=view.id)
        if delivery.accepted:
            self._after(view, _structure(delivery.reply))
        return delivery

    async def looks_for(self, name: str, view_id: str, action_id: str, typed: str = "") -> list[str]:
        """What somebody is offered in a modal's field that asks the app, by what they typed so far."""
        user, view = self.named(name), self._view(view_id)
        shown = telling.in_view(self, view, self.installations[user.team.id].bot)
        asked = {"type": "block_suggestion", **shown, "action_id": action_id, "value": typed}
        delivery = await self._act(user, {**asked, "block_id": _block_of(view, action_id)}, view=view.id)
        if not delivery.accepted:
            return []
        offered = _structure(delivery.reply).get("options", [])
        if not 0 <= len(offered) <= MOST_OPTIONS:
            self.violations.append(f"block_suggestion: {len(offered)} options")
        return [str(each["value"]) for each in offered]

    def _after(self, view: View, said: dict[str, Any]) -> None:
        """What becomes of the modal: closed, all closed, another in its place, or shown again with errors."""
        match said.get("response_action"):
            case None:
                self.views.pop(view.id, None)
            case "clear":
                for each in [it for it in self.views.values() if it.root == view.root]:
                    del self.views[each.id]
            case "update":
                view.view, view.hash = views.checked(said["view"], "modal"), self.new_ts()
            case "push":
                given = views.checked(said["view"], "modal")
                top = View(
                    id=self.new_id("V"),
                    user=view.user,
                    view=given,
                    hash=self.new_ts(),
                    root=view.root,
                    previous=view.id,
                )
                self.views[top.id] = top
            case "errors":
                known = {block.get("block_id") for block in view.view["blocks"]}
                if strange := sorted(said["errors"].keys() - known):
                    self.violations.append(
                        f"view_submission: errors for blocks that are not there: {strange}"
                    )
            case other:
                self.violations.append(f"view_submission: no such response_action: {other}")

    async def closes(self, name: str, view_id: str) -> None:
        """Somebody closes a modal; the app is told where it asked for that."""
        user, view = self.named(name), self.views.pop(view_id)
        if view.view.get("notify_on_close"):
            shown = telling.in_view(self, view, self.installations[user.team.id].bot)["view"]
            await self._act(user, {"type": "view_closed", "view": shown, "is_cleared": False})

    async def opens_home(self, name: str, *, tab: str = "home") -> None:
        """Somebody looks at the app's Home."""
        user = self.named(name)
        installation = self.installations[user.team.id]
        home = self.homes.get(user.id)
        event = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self.direct(installation.bot, user).id,
            "tab": tab,
        }
        if home is not None:
            event["view"] = telling.in_view(self, home, installation.bot)["view"]
        telling.tell(self, installation, event)
        await self.settle()

    async def verifies(self, challenge: str = "3eZbrw1aB10FEMAGAZd4FyFQ") -> bool:
        """Slack asks whether the address is the app's: it has to say the challenge back."""
        delivery = telling.tell_handshake(self, challenge)
        await self.settle()
        said = _structure(delivery.reply).get("challenge", delivery.reply.strip())
        return delivery.accepted and said == challenge

    async def _act(self, user: User, payload: dict[str, Any], *, view: str | None = None) -> Delivery:
        delivery = telling.tell_act(self, user, payload, view=view)
        await self.settle()
        return delivery

    def _acted(self, pressed: dict[str, Any]) -> dict[str, Any]:
        return {**pressed, "action_ts": self.new_ts()}

    def _place(self, channel: str) -> Channel:
        """By id or by name."""
        return self.channels.get(channel) or self.channel_named(channel)

    def _view(self, view_id: str) -> View:
        if view_id not in self.views:
            raise Refused("not_found")
        return self.views[view_id]

    def permalink(self, channel: str, ts: str) -> str:
        place = self._place(channel)
        return chat.permalink(self, place, self.message(place, ts))


def _block_of(view: View, action_id: str) -> str:
    """The block that has this field. Raises Refused."""
    for block in view.view["blocks"]:
        if block.get("element", {}).get("action_id") == action_id:
            return str(block["block_id"])
    raise Refused("no_such_action")


def _pressed(blocks: Iterable[Mapping[str, Any]], action_id: str) -> dict[str, Any]:
    """The element of this name, as an action tells of it. Raises Refused."""
    for block in blocks:
        for element in [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and element.get("action_id") == action_id:
                kept = {
                    name: element[name] for name in ("type", "action_id", "text", "value") if name in element
                }
                return {"block_id": block.get("block_id", "b"), **kept}
    raise Refused("no_such_action")


def _structure(reply: str) -> dict[str, Any]:
    try:
        read = json.loads(reply)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
