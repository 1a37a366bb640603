"""Keys and people over the API: one's own keys, and everybody's for the owners of the account."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

from aiohttp import web

from bot.api_records import ApiKey
from bot.application.callers import NotRecognised
from bot.application.reading import NotFound
from bot.domain.api_keys import UnknownScope
from bot.domain.freezing import NotOwner
from bot.domain.key_rights import TooLong, TooManyKeys, TooWide
from bot.domain.policy import Permission
from bot.records import Refused, StepFailed
from bot.web import api_key_shapes as v1
from bot.web import api_words as words
from bot.web.api_door import ApiDoor, json_of, number_behind, row_behind, sealed
from bot.web.api_gateway import CALLER, check_scope
from bot.web.api_shapes import Nothing


async def list_keys(door: ApiDoor, request: web.Request, asked: v1.KeysAsked) -> web.StreamResponse:
    """Your keys, or everybody's of the installation, the newest first; none of them is shown itself."""
    caller, is_everybodys = request[CALLER], asked.whose == "everybodys"
    if is_everybodys:
        check_scope(request, Permission.KEYS)
    about = f"{caller.id} keys {asked.whose}"
    after = row_behind(door, asked.cursor, about)
    with refusing():
        found = await door.keys.listed(caller, everybodys=is_everybodys, after=after, most=asked.limit + 1)
    shown = found[: asked.limit]
    following = sealed(door, place_of(shown[-1]) if len(found) > len(shown) else None, about)
    return json_of(v1.KeptKeys(items=[*map(v1.kept_key_of, shown)], next_cursor=following))


def place_of(key: ApiKey) -> tuple[str, str]:
    """Where it stands in the list, as it is kept."""
    return key.created_at.astimezone(UTC).isoformat(timespec="microseconds"), key.id


async def create_key(door: ApiDoor, request: web.Request, asked: v1.NewKeyAsked) -> web.StreamResponse:
    """A key of yours that allows at most what you have by what you ask with, and by GitHub's word now."""
    with refusing():
        try:
            key, text = await door.keys.make(request[CALLER], asked.scopes, asked.days)
        except NotRecognised as no:
            raise Refused(401, no.code, words.KEY[no.code]) from None
    return json_of(v1.new_key_of(key, text), status=201)


async def revoke_key(door: ApiDoor, request: web.Request, _asked: Nothing) -> web.StreamResponse:
    """Take a key back, yours or, with key:manage, anybody's, and all made with it: they open nothing more."""
    with refusing():
        await door.keys.revoke(request[CALLER], request.match_info["key"])
    return web.Response(status=204)


async def list_members(door: ApiDoor, request: web.Request, asked: v1.MembersAsked) -> web.StreamResponse:
    """The people of the installation whom the bot has seen there, and what they are in its repositories."""
    caller = request[CALLER]
    about = f"{caller.id} members"
    after = number_behind(door, asked.cursor, about)
    with refusing():
        await door.keys.check_owner(caller)
    shown, is_more = await door.members.page(caller.installation_id, after=after, most=asked.limit)
    following = sealed(door, (str(shown[-1].person.id),) if is_more else None, about)
    return json_of(v1.Members(items=[*map(v1.member_of, shown)], next_cursor=following))


@contextmanager
def refusing() -> Iterator[None]:
    """What one may not have, said as the API says it. Raises Refused."""
    try:
        yield
    except NotFound:
        raise Refused(404, "no_such_key", words.NO_SUCH_KEY) from None
    except UnknownScope as no:
        raise Refused(400, "bad_field", words.unknown_scope(str(no))) from None
    except TooWide as no:
        raise Refused(403, "beyond_own", words.beyond(no.permissions)) from None
    except TooLong as no:
        raise Refused(403, "beyond_own", words.outlasts(no.until)) from None
    except TooManyKeys:
        raise Refused(409, "too_many_keys", words.TOO_MANY_KEYS) from None
    except NotOwner as no:
        raise Refused(403, "not_owner", words.BLIND if no.is_blind else words.NOT_OWNER) from None
    except StepFailed:
        raise Refused(403, "not_owner", words.NOT_OWNER) from None
