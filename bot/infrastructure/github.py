"""GitHub as this App: who it is, its tokens, and the API of one repository with the rights of one purpose."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from gidgethub import apps, sansio

from bot.infrastructure.github_about import About, about_of
from bot.infrastructure.github_answers import JSON, Answer, Stale
from bot.infrastructure.github_graphql import GRAPHQL
from bot.infrastructure.github_purposes import PURPOSES, Purpose
from bot.infrastructure.github_tokens import Grant, Minted, Tokens, granted, untold
from bot.infrastructure.github_wire import Call, Caller, Wire, path_of
from bot.infrastructure.resilience import Policy
from bot.infrastructure.shared import Shared, Unshared
from bot.records import Repository, StepFailed

_JWT_SECONDS = 9 * 60
_PER_PAGE = 100
# Calls with the App's own signature have a pace of their own; no installation has this number.
_THE_APP_ITSELF = 0


class GitHubApp:
    """This App: it speaks for itself with a signature, and for a repository with a narrowed token."""

    def __init__(  # noqa: PLR0913  who it is, and all that it works with
        self,
        session: aiohttp.ClientSession,
        *,
        app_id: int,
        private_key: str,
        policy: Policy,
        base_url: str = sansio.DOMAIN,
        minted: Minted = untold,
        shared: Shared | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id = app_id
        self.policy = policy
        self._private_key, self._base_url = private_key, base_url
        shared = shared or Unshared()
        self._wire = Wire(session, base_url=base_url, policy=policy, shared=shared, timer=timer)
        self._tokens = Tokens(shared=shared, minted=minted, timer=timer)
        self._about: About | None = None

    @cached_property
    def _key(self) -> Any:
        """The key, read once. It is the operator's own: its primes are not tried again, which takes 40 ms."""
        return load_pem_private_key(self._private_key.encode(), None, unsafe_skip_rsa_key_validation=True)

    def on(self, repository: Repository, purpose: Purpose) -> "Access":
        """GitHub's API for this one repository, with the rights of this purpose."""
        return Access(self, self._wire, repository, purpose)

    async def token(self, repository: Repository, purpose: Purpose) -> str:
        """A token for git: good for this repository and this purpose only."""
        return (await self.grant(repository, purpose)).token

    async def about(self) -> About:
        """Who this App is, asked now."""
        answer = await self._as_itself(Call(what="describe_app", method="GET", path=path_of("app")))
        self._about = about_of(answer.data)
        return self._about

    async def owner(self) -> int:
        """The number of the account that owns this App."""
        about = self._about or await self.about()
        return about.owner_id

    async def bot_login(self) -> str:
        """The name that this App's own comments and pull requests carry."""
        about = self._about or await self.about()
        return f"{about.slug}[bot]"

    async def grant(self, repository: Repository, purpose: Purpose) -> Grant:
        """A token, made once for all who need the same. Raises Unavailable, StepFailed.

        Where it is for another name than the one that is asked with, one of them is old, and may be somebody
        else's by now: a new token tells which, once.
        """
        key, mint = self._named(repository, purpose), partial(self._mint, repository, purpose)
        grant = await self._tokens.get(key, mint)
        if grant.full_name == repository.full_name or not self._tokens.is_new(key, repository.full_name):
            return grant
        await self._tokens.drop(key, grant)
        return await self._tokens.get(key, mint)

    async def name(self, repository: Repository, purpose: Purpose, *, anew: bool = False) -> str:
        """What the repository of this number is called: as GitHub said last, or is asked now.

        Raises Unavailable; StepFailed where it is out of reach.
        """
        grant = await self.grant(repository, purpose)
        if anew:
            await self.forget(repository, purpose, grant)
            grant = await self.grant(repository, purpose)
        return grant.full_name

    async def forget_all(self, repository: Repository) -> None:
        """Whether it is seen, and under which name, only new tokens tell."""
        for purpose in PURPOSES:
            await self._tokens.forget(self._named(repository, purpose))

    async def forget(self, repository: Repository, purpose: Purpose, grant: Grant) -> None:
        """Never use this token again."""
        await self._tokens.drop(self._named(repository, purpose), grant)

    def _named(self, repository: Repository, purpose: Purpose) -> str:
        """What a token is good for, whole: other rights, another App or another GitHub make another one."""
        rights = ",".join(f"{name}={level}" for name, level in sorted(purpose.permissions.items()))
        where = f"{self._base_url} {self.id} {repository.installation_id} {repository.id}"
        return f"token {where} {purpose.name} {rights}"

    async def _mint(self, repository: Repository, purpose: Purpose) -> Grant:
        call = Call(
            what="mint_token",
            method="POST",
            path=path_of("app", "installations", repository.installation_id, "access_tokens"),
            body={"repository_ids": [repository.id], "permissions": dict(purpose.permissions)},
            also=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        answer = await self._as_itself(call)
        if answer.status != HTTPStatus.CREATED:
            raise _not_granted(answer, purpose)
        return granted(answer, repository)

    async def named(self, installation: int, name: str, purpose: Purpose) -> Mapping[str, Any] | None:
        """The repository of this name that the installation sees, as GitHub describes it; None where none.

        Only whoever may have a token for it is told of it; that token is not kept.
        """
        call = Call(
            what="find_repository",
            method="POST",
            path=path_of("app", "installations", installation, "access_tokens"),
            body={"repositories": [name], "permissions": dict(purpose.permissions)},
            also=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        answer = await self._as_itself(call)
        found = answer.data["repositories"] if answer.status == HTTPStatus.CREATED else ()
        return next(iter(found), None)

    async def installed_in(self, owner: str, name: str) -> int | None:
        """The installation that sees the repository of this name; None where none does."""
        gone = (HTTPStatus.NOT_FOUND, HTTPStatus.MOVED_PERMANENTLY)
        path = ("repos", owner, name, "installation")
        answer = await self.itself("find_installation", "GET", *path, also=gone)
        return int(answer.data["id"]) if answer.status == HTTPStatus.OK else None

    async def minted(
        self, installation: int, permissions: Mapping[str, str], *, also: Collection[int] = ()
    ) -> Answer:
        """A token of the whole installation, which is not kept, or why there is none."""
        path = path_of("app", "installations", installation, "access_tokens")
        body = {"permissions": dict(permissions)}
        return await self._as_itself(Call(what="mint_token", method="POST", path=path, body=body, also=also))

    async def ask_with(self, minted: Answer, call: Call, *, installation: int) -> Answer:
        """Ask with such a token."""
        caller = Caller(lane=installation, credentials={"oauth_token": minted.data["token"]})
        return await self._wire.send(call, caller)

    async def itself(
        self,
        what: str,
        method: str,
        *path: str | int,
        query: Mapping[str, str | int] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """Call GitHub as the App, for what belongs to no repository."""
        return await self._as_itself(
            Call(what=what, method=method, path=path_of(*path), query=query or {}, also=also)
        )

    async def for_person(
        self,
        what: str,
        *path: str | int,
        token: str,
        person: int = 1,
        query: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """Read with a person's own token, at that person's pace: GitHub counts it as theirs."""
        call = Call(what=what, method="GET", path=path_of(*path), query=query or {})
        return await self._wire.send(
            call, Caller(lane=-person, credentials={"oauth_token": token}, scope=-person)
        )

    async def _as_itself(self, call: Call) -> Answer:
        signature = apps.get_jwt(app_id=str(self.id), private_key=self._key, expiration=_JWT_SECONDS)
        return await self._wire.send(call, Caller(lane=_THE_APP_ITSELF, credentials={"jwt": signature}))


class Access:
    """GitHub's API below /repos/{owner}/{name}, whatever the repository is called now."""

    def __init__(self, app: GitHubApp, wire: Wire, repository: Repository, purpose: Purpose) -> None:
        self._app = app
        self._wire = wire
        self._repository = repository
        self._purpose = purpose

    async def ask(
        self,
        what: str,
        *path: str | int,
        query: Mapping[str, str | int] | None = None,
        also: Collection[int] = (),
        accept: str = JSON,
    ) -> Answer:
        """Read. A status in `also` is an answer; any other refusal raises."""
        call = Call(what=what, method="GET", path=path_of(*path), query=query or {}, also=also, accept=accept)
        return await self._sent(call)

    async def ask_beside(self, what: str, *path: str | int, also: Collection[int] = ()) -> Answer:
        """Read what lies beside the repository, with its token; the path is whole."""
        return await self._sent(Call(what=what, method="GET", path=path_of(*path), also=also), below=False)

    async def tell(
        self,
        what: str,
        method: str,
        *path: str | int,
        body: Mapping[str, Any] | None = None,
        also: Collection[int] = (),
    ) -> Answer:
        """Change something. A status in `also` is an answer; any other refusal raises."""
        return await self._sent(Call(what=what, method=method, path=path_of(*path), body=body, also=also))

    async def first(
        self,
        what: str,
        *path: str | int,
        where: Callable[[Any], bool],
        query: Mapping[str, str | int] | None = None,
        key: str | None = None,
    ) -> Any | None:
        """The first of a list, page by page, that it is true of; `key` where the list lies in an object."""
        page = 1
        while True:
            paged = {**(query or {}), "per_page": _PER_PAGE, "page": page}
            answer = await self.ask(what, *path, query=paged)
            found = next(filter(where, answer.data[key] if key else answer.data), None)
            if found is not None or not answer.more:
                return found
            page += 1

    async def tail(self, what: str, url: str, *, most: int) -> bytes:
        """The end of what lies where GitHub sends on to; no token goes there. Raises StepFailed."""
        return await self._wire.tail(what, url, most=most)

    async def owner(self) -> str:
        """Whose repository it is, by name."""
        return (await self._app.grant(self._repository, self._purpose)).full_name.partition("/")[0]

    async def _sent(self, call: Call, *, below: bool = True) -> Answer:
        """A token may end early and a name may change: once, that is no reason to stop."""
        try:
            return await self._once(call, below=below)
        except Stale:
            pass
        try:
            return await self._once(call, below=below)
        except Stale as stale:
            raise StepFailed(stale.code, stale.detail) from None

    async def _once(self, call: Call, *, below: bool) -> Answer:
        grant = await self._app.grant(self._repository, self._purpose)
        is_below = below and call.path != GRAPHQL
        place = path_of("repos", *grant.full_name.split("/")) if is_below else ""
        caller = Caller(
            lane=self._repository.installation_id,
            credentials={"oauth_token": grant.token},
            scope=self._repository.id,
        )
        try:
            return await self._wire.send(replace(call, path=place + call.path), caller)
        except Stale:
            await self._app.forget(self._repository, self._purpose, grant)
            raise


def _not_granted(answer: Answer, purpose: Purpose) -> StepFailed:
    if answer.status == HTTPStatus.NOT_FOUND:
        return StepFailed("installation_gone", answer.message)
    if answer.status == HTTPStatus.FORBIDDEN:
        return StepFailed("installation_suspended", answer.message)
    if "permission" in answer.message.lower():
        wanted = ", ".join(f"{name}={level}" for name, level in purpose.permissions.items())
        return StepFailed("github_forbidden", f"mint_token: {answer.message} (asked for {wanted})")
    return StepFailed("repository_gone", answer.message)
