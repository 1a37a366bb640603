"""The matrix of the API: who stands where, what each route is asked with, and what the rules make of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.application.signing_in import SignIn, fresh_text
from bot.domain.api_keys import SCOPES
from bot.domain.freezing import Scope, froze
from bot.domain.policy import Permission, holds, role_of
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.infrastructure.sessions import Sessions
from bot.session_records import Membership, Session
from bot.web.api_door import PREFIX
from bot.web.browser import Browsers, SessionGate
from bot.web.openapi import Route
from tests.doors.api import Kept, Opened
from tests.doors.api_places import (
    ACCOUNTS,
    AT_HAND,
    FOREIGN,
    HIDDEN,
    ISSUER,
    NAMES,
    NO_SUCH,
    OURS,
    OURS_HIDDEN,
    OWNERS,
    SEEN_BY,
    SHOP,
    THEIR_OWN,
    GitHubsWord,
    Watch,
)
from tests.doors.test_api_deliveries import OF_SHOP, PLACES, delivery
from tests.doors.webapp import FakeMetrics
from tests.unit.histories import BRANCH, COMMIT, DEVELOPER, PULL, TEXTS, UP_FOR_REVIEW

ADDRESS: Final = "http://127.0.0.1:8000"
SCOPE_SETS: Final[Mapping[str, frozenset[Permission]]] = {
    **SCOPES,
    "budget:manage": frozenset((Permission.BUDGET,)),
}
ROLES: Final = ("none", "read", "triage", "write", "maintain", "admin")
NAMED_BY_A_BODY: Final = frozenset((("POST", "/integrations"), ("POST", "/freezes"), ("POST", "/budgets")))
BODIES: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("POST", "/integrations"): {"what": "send paid invoices"},
    ("POST", "/freezes"): {"scope": "repository", "why": "a migration"},
    ("POST", "/budgets"): {"add_usd": 2.5},
    ("PUT", "/integrations/{id}"): {"title": "Paid invoices"},
    ("POST", "/integrations/{id}/answer"): {"text": "the one in Berlin"},
    ("POST", "/integrations/{id}/approve"): {"head": COMMIT},
    ("POST", "/integrations/{id}/changes"): {"text": "smaller"},
    ("POST", "/keys"): {"scopes": [str(Permission.READ)]},
}
QUERIES: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("DELETE", "/integrations/{id}"): {"removed_in": "12"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A place in the matrix: what a path or a body names there."""

    id: str
    repository: str
    delivery: str
    freeze: str
    key: str

    def fills(self, path: str) -> str:
        """The path with what it names."""
        named = {"{id}": self.id, "{delivery}": self.delivery, "{freeze}": self.freeze, "{key}": self.key}
        for part, name in named.items():
            path = path.replace(part, name)
        return PREFIX + path


def stands(opened: Opened, own_key: str) -> Mapping[str, Stand]:
    """What is one's own to see, what is not, and what is nowhere; a key is seen by whose it is."""

    def of(whose: str) -> str:
        return opened.texts[whose].split("_")[1]

    return {
        "own": Stand(
            id=AT_HAND, repository=NAMES[SHOP], delivery=OF_SHOP, freeze=f"repository-{SHOP}", key=own_key
        ),
        "unseen": Stand(
            id=OURS_HIDDEN,
            repository=NAMES[HIDDEN],
            delivery="of-hidden",
            freeze=f"repository-{HIDDEN}",
            key=of("reader"),
        ),
        "foreign": Stand(
            id=THEIR_OWN,
            repository=NAMES[FOREIGN],
            delivery="of-foreign",
            freeze=f"repository-{FOREIGN}",
            key=of("foreign"),
        ),
        "nowhere": Stand(
            id=NO_SUCH,
            repository="acme/nothing",
            delivery="of-nothing",
            freeze="repository-99",
            key="0" * 12,
        ),
    }


async def arranged(database: Database, texts: Mapping[str, str]) -> None:
    """In each place an integration, a delivery that was set aside, and a freeze."""
    opened = opened_on(database, texts, "none")
    await opened.holds(UP_FOR_REVIEW)
    for text in TEXTS.values():
        await opened.world().blobs.put(SHOP, text)
    inbox = Inbox(database, lambda *_: None, lambda _kind: True, Nobody())
    for key, place in PLACES.items():
        await inbox.keep(delivery(key, *place))
        await inbox.set_aside(key, why="KeyError")
    await inbox.close()
    log = EventStore(database, opened.clock, lambda *_: None, Nobody())
    for number, installation in SEEN_BY.items():
        scope = Scope(level="repo", id=number, name=NAMES[number], installation=installation)
        await frozen(Kept(log, opened.clock), scope)


async def frozen(kept: Kept, scope: Scope) -> None:
    """It stands still."""
    fact = froze(scope, by=DEVELOPER, why="a migration", until=None)
    await kept.log.append(
        scope.stream,
        [fact],
        after=0,
        key=scope.stream,
        meta={"key": scope.stream},
        row={},
        follow_ups=(),
    )


def opened_on(database: Database, texts: Mapping[str, str], role: str) -> Opened:
    """The API, where GitHub gives the developer this role in the shop, and in what is of others."""
    opened = Opened(
        database=database,
        clock=Watch(),
        github=GitHubsWord(roles={(SHOP, DEVELOPER.id): role, (FOREIGN, DEVELOPER.id): role}),
        metrics=FakeMetrics(),
        texts=texts,
        rates={60: 1_000_000},
        streams=(1000, 1000),
    )
    opened.pulls.has(PULL, BRANCH, COMMIT)
    return opened


class Members:
    """Where GitHub says that whoever is signed in is a member: in our installation, and in no other."""

    async def get(self, _key: int, _ask: object) -> tuple[Membership, ...]:
        return (Membership(installation_id=OURS, account_id=ACCOUNTS[OURS].id, account=ACCOUNTS[OURS].login),)

    def forget(self, _key: int) -> None: ...


def gate_of(opened: Opened) -> SessionGate:
    """Sessions as the API knows them; nobody signs in here, so nothing else of GitHub is asked."""
    unasked: Any = None
    signing = SignIn(
        issuer=ISSUER.address,
        sessions=Sessions(opened.database, opened.crypto, ISSUER.address),
        tokens=unasked,
        people=unasked,
        seen=Members(),
        clock=opened.clock,
        owners=OWNERS,
        own_account=unasked,
    )
    return SessionGate(signing=signing, browsers=Browsers(address=ADDRESS, csrf_of=csrf_of))


def csrf_of(text: str) -> str:
    return f"of-{text[:8]}"


async def session_of(opened: Opened) -> dict[str, str]:
    """What the developer's browser sends from a page of ours."""
    text, now = fresh_text(), opened.clock.now()
    session = Session(person=DEVELOPER, installation_id=OURS, created_at=now, seen_at=now)
    await Sessions(opened.database, opened.crypto, ISSUER.address).begin(text, session, instead_of=None)
    return {"Cookie": f"session={text}", "Origin": ADDRESS, "X-CSRF-Token": csrf_of(text)}


def is_named(route: Route[Any]) -> bool:
    """Whether something is named that may be there or not."""
    return "{" in route.path or (route.method, route.path) in NAMED_BY_A_BODY


def asked_with(route: Route[Any], stand: Stand) -> dict[str, Any]:
    """What is right to ask of this place."""
    which = (route.method, route.path)
    body = {**BODIES.get(which, {}), **({"repository": stand.repository} if which in NAMED_BY_A_BODY else {})}
    given: dict[str, Any] = {"params": QUERIES.get(which, {}), "headers": {"If-Match": "*"}}
    return given | ({"json": body} if route.has_body else {})


def expected(route: Route[Any], where: str, role: str, allowed: frozenset[Permission]) -> tuple[int, str]:
    """The status and the code by the declarations alone; (0, "") where it is not for the rights to refuse."""
    needs, is_role = route.right.needs, role_of(role)
    if needs is not None and needs not in allowed:
        return 403, "scope_missing"
    if route.path.startswith(("/keys", "/members")):
        return _of_keys(route, where, role, allowed)
    if not is_named(route):
        return 0, ""
    if where != "own" or not holds(is_role, Permission.READ):
        return 404, ""
    if needs is not None and not holds(is_role, needs):
        return 403, "not_allowed"
    return 0, ""


def _of_keys(route: Route[Any], where: str, role: str, allowed: frozenset[Permission]) -> tuple[int, str]:
    """People and their keys: one's own are one's own, and others' are for the account's owners alone."""
    if route.right.needs is Permission.USERS:
        return 403, "not_owner"
    if route.method == "POST":
        can = Permission.READ in allowed and holds(role_of(role), Permission.READ)
        return (0, "") if can else (403, "beyond_own")
    if route.method == "DELETE" and where != "own":
        return (403, "not_owner") if Permission.KEYS in allowed else (404, "no_such_key")
    return 0, ""
