"""Signing in with GitHub: begun in a browser, ended in the same, and only for members of what is served."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot.api_records import Caller
from bot.application.callers import id_of
from bot.application.ports import Clock
from bot.application.user_tokens import UserTokens
from bot.domain import signing_in as rules
from bot.domain.policy import ROLES, Role
from bot.domain.signing_in import NotSignedIn
from bot.records import Actor, StepFailed, Unavailable
from bot.session_records import Begun, Membership, Returned, Session
from bot.session_records import UserTokens as Pair

log = structlog.get_logger()


class Sessions(Protocol):
    """Browsers that are signed in, each by the text that it holds; of that a digest is kept."""

    async def begin(self, text: str, session: Session, *, instead_of: str | None) -> None: ...

    async def get(self, text: str) -> Session | None: ...

    async def note_use(self, text: str, at: datetime) -> None: ...

    async def choose(self, text: str, installation_id: int) -> None: ...

    async def end(self, text: str) -> None: ...

    async def end_all(self, person_id: int) -> None: ...

    async def use_up(self, state: str, at: datetime) -> bool: ...


class People(Protocol):
    """GitHub, as people sign in at it. What asks raises StepFailed, Unavailable."""

    def page(self, *, state: str, challenge: str) -> str: ...

    async def exchange(self, code: str, *, verifier: str) -> Pair: ...

    async def person(self, access: str) -> Actor: ...

    async def memberships(self, access: str, person: Actor) -> tuple[Membership, ...]: ...

    async def take_back(self, access: str) -> None: ...


class Seen(Protocol):
    """Memberships by a person's number, asked for again after a minute."""

    async def get(
        self, key: int, ask: Callable[[], Awaitable[tuple[Membership, ...]]]
    ) -> tuple[Membership, ...]: ...

    def forget(self, key: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What signing in needs. Where no `owners` are named, the App's own account alone is served."""

    issuer: str
    sessions: Sessions
    tokens: UserTokens
    people: People
    seen: Seen
    clock: Clock
    owners: frozenset[str]
    own_account: Callable[[], Awaitable[int]]

    def begin(self, leads_to: str) -> tuple[Begun, str]:
        """What the browser keeps meanwhile, and GitHub's page for it."""
        begun = Begun(
            state=fresh_text(),
            verifier=fresh_text(),
            leads_to=leads_to,
            issuer=self.issuer,
            at=self.clock.now(),
        )
        return begun, self.people.page(state=begun.state, challenge=rules.challenge_of(begun.verifier))

    async def finish(self, begun: Begun | None, returned: Returned, *, instead_of: str | None) -> str:
        """The text of a new session. Raises NotSignedIn, Unavailable.

        The state is used up before anything is asked, so that no code is ever tried twice.
        """
        now = self.clock.now()
        mine = rules.check_returned(begun, returned, issuer=self.issuer, now=now)
        if not hmac.compare_digest(mine.state.encode(), returned.state.encode(errors="surrogatepass")):
            raise NotSignedIn("state_foreign")
        if not await self.sessions.use_up(mine.state, now):
            raise NotSignedIn("state_used")
        code = rules.check_granted(returned)
        try:
            pair = await self.people.exchange(code, verifier=mine.verifier)
            person = await self.people.person(pair.access)
            there = await self._served(pair.access, person)
        except StepFailed as no:
            raise NotSignedIn(no.code if no.code in _FOR_PEOPLE else "github_refused") from None
        if not there:
            await self._take_back(pair)
            raise NotSignedIn("not_a_member")
        return await self._signed_in(person, pair, instead_of)

    async def caller(self, text: str) -> Caller:
        """Who asks by this session, and of which installation. Raises NotSignedIn, Unavailable."""
        session = await self.session(text)
        of = rules.chosen(session.installation_id, await self.memberships(session.person))
        return Caller(
            id=id_of(session.person),
            means="session",
            person=session.person,
            installation_id=of.installation_id,
            permissions=frozenset(map(str, ROLES[Role.ADMIN])),
            expires_at=rules.ends_at(session),
            as_of=session.as_of,
        )

    async def session(self, text: str) -> Session:
        """The session of this text, if it counts now. Raises NotSignedIn, Unavailable."""
        session = await self.sessions.get(text) if rules.FORM.fullmatch(text) else None
        now = self.clock.now()
        if session is None or not rules.is_good(session, now):
            raise NotSignedIn("session_over")
        if rules.is_use_to_note(session, now):
            with suppress(Unavailable):  # it only makes the session last, and holds nobody up
                await self.sessions.note_use(text, now)
        return session

    async def memberships(self, person: Actor) -> tuple[Membership, ...]:
        """Where the person is a member of what is served, asked a minute ago at most.

        Raises NotSignedIn where GitHub takes the person's token no more, and Unavailable.
        """

        async def ask() -> tuple[Membership, ...]:
            return await self.tokens.used(person, self._served)

        try:
            return await self.seen.get(person.id, ask)
        except StepFailed:  # what GitHub will not say is a no
            return ()

    async def choose(self, text: str, installation_id: int) -> None:
        """From now on it is of this installation. Raises NotSignedIn, Unavailable."""
        session = await self.session(text)
        there = await self.memberships(session.person)
        if installation_id not in {each.installation_id for each in there}:
            raise NotSignedIn("not_a_member")
        await self.sessions.choose(text, installation_id)

    async def end(self, text: str) -> None:
        """This browser is signed out. Whether it was signed in makes no difference."""
        session = await self.sessions.get(text)
        if session is not None:
            pair = await self.tokens.kept(session.person)
            await self.sessions.end(text)
            if pair is not None and await self.tokens.kept(session.person) is None:
                await self._take_back(pair)

    async def end_everywhere(self, text: str) -> None:
        """Every browser of the person is signed out, in every process, and their tokens are taken back."""
        session = await self.session(text)
        pair = await self.tokens.kept(session.person)
        await self.sessions.end_all(session.person.id)
        self.seen.forget(session.person.id)
        if pair is not None:
            await self._take_back(pair)

    async def _signed_in(self, person: Actor, pair: Pair, instead_of: str | None) -> str:
        """The session first: tokens of somebody without one are deleted."""
        text, now = fresh_text(), self.clock.now()
        session = Session(person=person, installation_id=None, created_at=now, seen_at=now)
        await self.sessions.begin(text, session, instead_of=instead_of)
        await self.tokens.keep(person, pair)
        self.seen.forget(person.id)
        log.info("person_signed_in", person=person.id)
        return text

    async def _served(self, access: str, person: Actor) -> tuple[Membership, ...]:
        own = None if self.owners else await self.own_account()
        return rules.served(await self.people.memberships(access, person), self.owners, own)

    async def _take_back(self, pair: Pair) -> None:
        """Here it is gone already; that GitHub cannot be told now leaves it to end by itself."""
        try:
            await self.people.take_back(pair.access)
        except (StepFailed, Unavailable) as trouble:
            log.warning("user_token_left", code=trouble.code)


_FOR_PEOPLE = frozenset({"code_refused", "email_unverified", "sign_in_misconfigured"})


def fresh_text() -> str:
    """256 random bits as text that a cookie and an address hold as it is."""
    return urlsafe_b64encode(secrets.token_bytes(rules.SECRET_BYTES)).decode().rstrip("=")
