"""How Slack shows what it knows."""

from typing import Any, Final

from standins.slack.state import Channel, File, Message, Team, User, View
from standins.slack.world import World

AVATAR: Final = "https://a.slack-edge.com/avatar.png"
PRETTY: Final = {"text/plain": ("text", "Plain Text"), "image/png": ("png", "PNG")}


def profile(of: User) -> dict[str, Any]:
    shown = of.name.title()
    return {
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": shown,
        "real_name_normalized": shown,
        "display_name": of.name,
        "display_name_normalized": of.name,
        "avatar_hash": "ge3b51ca72de",
        "status_text": "",
        "status_emoji": "",
        "fields": None,
        "image_48": AVATAR,
        "image_192": AVATAR,
        "team": of.team.id,
        **({"email": of.email} if of.email else {}),
        **({"bot_id": of.bot_id, "api_app_id": of.app_id or ""} if of.bot_id else {}),
    }


def user(of: User, *, seen_by: Team) -> dict[str, Any]:
    """A person as another workspace or their own sees them; a stranger's rights are nobody's business."""
    stranger = of.team.id != seen_by.id
    shown: dict[str, Any] = {
        "id": of.id,
        "team_id": of.team.id,
        "name": of.name,
        "deleted": of.deleted,
        "profile": profile(of),
        "is_bot": of.kind == "bot",
        "is_app_user": False,
        "updated": int(of.updated.timestamp()),
    }
    if stranger:
        return shown | {"is_stranger": True, "real_name": of.name.title()}
    if of.deleted:
        return shown
    return shown | {
        "color": "9f69e7",
        "real_name": of.name.title(),
        "tz": "Europe/Amsterdam",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "is_admin": of.kind == "admin",
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": of.kind in {"guest", "single_guest"},
        "is_ultra_restricted": of.kind == "single_guest",
        "is_email_confirmed": True,
        **_of_a_grid(of),
    }


def _of_a_grid(of: User) -> dict[str, Any]:
    if of.team.enterprise is None:
        return {}
    return {
        "enterprise_user": {
            "id": of.id,
            "enterprise_id": of.team.enterprise,
            "enterprise_name": of.team.enterprise_name or "",
            "is_admin": False,
            "is_owner": False,
            "teams": [of.team.id],
        }
    }


def channel(of: Channel, *, seen_by: User) -> dict[str, Any]:
    created = int(of.created_at.timestamp())
    if of.kind == "direct":
        other = next((each for each in of.members if each != seen_by.id), seen_by.id)
        return {
            "id": of.id,
            "created": created,
            "is_im": True,
            "is_org_shared": False,
            "user": other,
            "priority": 0,
            "is_archived": of.archived,
        }
    shared = bool(of.shared_with)
    words = {"value": "", "creator": "", "last_set": 0}
    return {
        "id": of.id,
        "name": of.name,
        "name_normalized": of.name,
        "created": created,
        "creator": of.creator,
        "is_archived": of.archived,
        "is_channel": of.kind == "public",
        "is_group": of.kind == "private",
        "is_im": False,
        "is_mpim": False,
        "is_private": of.kind == "private",
        "is_general": False,
        "is_shared": shared,
        "is_ext_shared": shared,
        "is_org_shared": False,
        "is_member": seen_by.id in of.members,
        "topic": words,
        "purpose": words,
        "context_team_id": of.team.id,
    }


def message(of: Message, within: Channel) -> dict[str, Any]:
    """A message, with how its thread stands where it began one."""
    shown: dict[str, Any] = {
        "type": "message",
        "ts": of.ts,
        "user": of.by.id,
        "team": of.by.team.id,
        "text": of.text,
        "blocks": of.blocks,
    }
    if of.by.bot_id:
        shown |= {"bot_id": of.by.bot_id, "app_id": of.app_id}
    if of.edited_ts:
        shown["edited"] = {"user": of.by.id, "ts": of.edited_ts}
    if of.metadata:
        shown["metadata"] = of.metadata
    if of.files:
        shown["files"] = [file(each) for each in of.files]
    if of.reactions:
        shown["reactions"] = reactions(of)
    return shown | _thread(of, within)


def _thread(of: Message, within: Channel) -> dict[str, Any]:
    if of.thread_ts is not None:
        first = within.messages.get(of.thread_ts)
        return {"thread_ts": of.thread_ts} | ({"parent_user_id": first.by.id} if first else {})
    answers = [each for each in within.messages.values() if each.thread_ts == of.ts]
    if not answers:
        return {}
    return {
        "thread_ts": of.ts,
        "reply_count": len(answers),
        "reply_users": sorted({each.by.id for each in answers}),
        "reply_users_count": len({each.by.id for each in answers}),
        "latest_reply": answers[-1].ts,
        "subscribed": False,
    }


def reactions(of: Message) -> list[dict[str, Any]]:
    return [
        {"name": name, "users": [each.id for each in users], "count": len(users)}
        for name, users in of.reactions.items()
    ]


def file(of: File) -> dict[str, Any]:
    filetype, pretty = PRETTY.get(of.mimetype, ("binary", "Binary"))
    created = int(of.created_at.timestamp())
    return {
        "id": of.id,
        "created": created,
        "timestamp": created,
        "name": of.name,
        "title": of.name,
        "mimetype": of.mimetype,
        "filetype": filetype,
        "pretty_type": pretty,
        "user": of.by.id,
        "user_team": of.by.team.id,
        "size": len(of.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "channels": of.channels,
        "groups": [],
        "ims": [],
        "comments_count": 0,
        **({"url_private": of.address} if of.address else {}),
    }


def file_with_links(world: World, of: File) -> dict[str, Any]:
    """A file as files.info shows it: with where its bytes lie, for whoever brings the token."""
    where = f"{world.url}/files-pri/{of.team.id}-{of.id}"
    return file(of) | {
        "url_private": f"{where}/{of.name}",
        "url_private_download": f"{where}/download/{of.name}",
        "permalink": f"{world.url}/files/{of.by.id}/{of.id}/{of.name}",
    }


def team(of: Team) -> dict[str, Any]:
    shown = {
        "id": of.id,
        "name": of.name,
        "domain": of.domain,
        "email_domain": "",
        "icon": {"image_132": AVATAR, "image_default": True},
    }
    if of.enterprise is not None:
        shown |= {"enterprise_id": of.enterprise, "enterprise_name": of.enterprise_name or ""}
    return shown


def view(world: World, of: View, bot: User) -> dict[str, Any]:
    """A modal or a Home, with what Slack adds to what the app gave."""
    given = of.view
    return {
        "id": of.id,
        "team_id": of.user.team.id,
        "type": given["type"],
        "title": given.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "submit": given.get("submit"),
        "close": given.get("close"),
        "blocks": given["blocks"],
        "private_metadata": given.get("private_metadata", ""),
        "callback_id": given.get("callback_id", ""),
        "external_id": given.get("external_id", ""),
        "clear_on_close": given.get("clear_on_close", False),
        "notify_on_close": given.get("notify_on_close", False),
        "state": {"values": {}},
        "hash": of.hash,
        "root_view_id": of.root,
        "previous_view_id": of.previous,
        "app_id": world.app.id,
        "app_installed_team_id": of.user.team.id,
        "bot_id": bot.bot_id,
    }
