"""How GitHub takes a call: who is it, may it, is it well-formed, do it, is the answer well-formed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from standins.github import access, contract, graphql
from standins.github.call import Answer, Call, Route
from standins.github.contract import Contract, Operation
from standins.github.git import GitFailed
from standins.github.routes import (
    apps,
    checks,
    gitdata,
    issues,
    organizations,
    pulls,
    remarks,
    repositories,
    reviewers,
    statuses,
    users,
    workflows,
)
from standins.github.state import Repository, Token
from standins.github.world import Missing, Moved, Refused, Window, World

TABLE: Mapping[tuple[str, str], Route] = {
    key: route
    for module in (
        apps,
        checks,
        gitdata,
        issues,
        organizations,
        pulls,
        remarks,
        repositories,
        reviewers,
        statuses,
        users,
        workflows,
    )
    for key, route in module.routes.table.items()
}
DOCUMENTATION = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came off the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    authorization: str
    accept: str
    stale: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What goes back, and for whose window it counts."""

    answer: Answer
    token: Token | None = None


class Conductor:
    """Takes calls one at a time: each is done whole before the next begins."""

    def __init__(self, world: World, described: Contract, *, validate: bool) -> None:
        self.world = world
        self.contract = described
        self.validate = validate

    def route_of(self, method: str, path: str) -> str:
        """The template that this path means, or the path itself."""
        matched = self.contract.match(method, path)
        return matched[0].template if matched else path

    def take(self, asked: Asked) -> Given:
        if (asked.method, asked.path) == ("POST", graphql.PATH):
            return Given(answer=self._graphql(asked))
        # HEAD is a GET of which only the headers go back.
        method = "GET" if asked.method == "HEAD" else asked.method
        matched = self.contract.match(method, asked.path)
        if matched is None:
            self.world.violations.append(f"{asked.method} {asked.path}: no such operation is described")
            return Given(answer=error(Missing(asked.path)))
        operation, parameters = matched
        call = Call(
            world=self.world,
            operation=operation,
            parameters=parameters,
            query=asked.query,
            body=None,
            accept=asked.accept,
        )
        answer = self._answer(call, asked)
        return Given(answer=self._checked(operation, answer), token=call.token)

    def _graphql(self, asked: Asked) -> Answer:
        """It counts towards another limit than REST, which is not played."""
        try:
            return graphql.answer_to(self.world, asked.body, asked.authorization)
        except Refused as refused:
            return error(refused)

    def _answer(self, call: Call, asked: Asked) -> Answer:
        try:
            route = self._admit(call, asked)
            self._check_contract(call, asked)
            if asked.method != "GET" and call.in_repository:
                self.world.before_change(call.in_repository)
            return route.handle(call)
        except Moved as moved:
            return _sent_on(asked, moved.to, self.world)
        except Refused as refused:
            return error(refused)
        except GitFailed as failure:
            self._violated(call.operation, f"git: {failure}")
            return error(Refused(500, "Server Error"))

    def _admit(self, call: Call, asked: Asked) -> Route:
        """Who calls, whether the repository exists for them, whether they have the right."""
        route = TABLE.get((call.operation.method, call.operation.template))
        if route is None:
            self.world.violations.append(f"{asked.method} {call.operation.template}: not played here")
            raise Refused(501, "This stand-in does not play this operation")
        credential = access.credential(asked.authorization)
        if route.needs == "app":
            access.check_app(self.world, credential)
        elif route.needs == "person":
            call.person = access.person_of(self.world, credential)
        elif route.needs == "client":
            access.check_client(self.world, asked.authorization)
        elif route.needs != "nothing":
            call.token = access.token_of(self.world, credential)
            self._count(call.token)
        if "repo" in call.parameters:
            self._enter(call, route, asked.stale)
        return route

    def _enter(self, call: Call, route: Route, stale: timedelta | None) -> None:
        repository = self.world.repository(f"{call.parameters['owner']}/{call.parameters['repo']}")
        if call.token is not None:
            access.check_sees(call.token, repository)
            access.check_may(call.token, route.needs, repository)
        _check_is_writable(repository, call.operation.method)
        call.in_repository = repository if stale is None else self.world.as_it_was(repository, stale)

    def _count(self, token: Token) -> None:
        """Every call counts towards its installation's hour. Refused: 403 when it is used up."""
        window = self.window(token)
        window.used += 1
        if window.used > self.world.rate_limit:
            raise Refused(403, f"API rate limit exceeded for installation ID {token.installation.id}.")

    def window(self, token: Token) -> Window:
        now = self.world.now()
        window = self.world.windows.get(token.installation.id)
        if window is None or window.resets_at <= now:
            window = Window(resets_at=now + timedelta(hours=1))
            self.world.windows[token.installation.id] = window
        return window

    def _check_contract(self, call: Call, asked: Asked) -> None:
        call.body = _read(asked.body)
        if not self.validate:
            return
        broken = list(contract.broken_by_request(call.operation, call.parameters, call.query, call.body))
        for each in broken:
            self._violated(call.operation, f"request: {each}")
        if broken:
            raise Refused(422, f"Invalid request.\n\n{broken[0]}")

    def _checked(self, operation: Operation, answer: Answer) -> Answer:
        """Our own answers keep to the description as well."""
        if not self.validate or answer.raw is not None:
            return answer
        broken = list(contract.broken_by_answer(operation, answer.status, answer.body))
        for each in broken:
            self._violated(operation, f"answer {answer.status}: {each}")
        return error(Refused(500, f"The stand-in's own answer is wrong: {broken[0]}")) if broken else answer

    def _violated(self, operation: Operation, what: str) -> None:
        self.world.violations.append(f"{operation.method} {operation.template}: {what}")


def _check_is_writable(repository: Repository, method: str) -> None:
    if repository.archived and method != "GET":
        raise Refused(403, "Repository was archived so is read-only.")


def _sent_on(asked: Asked, to: Repository, world: World) -> Answer:
    """A read is sent on for good, all else for now: so no client makes a GET of it."""
    _, _, _, _, *rest = asked.path.split("/")
    url = "/".join([f"{world.url}/repositories/{to.id}", *rest])
    status, message = (301, "Moved Permanently") if asked.method == "GET" else (307, "Temporary Redirect")
    said = json.dumps({"message": message, "url": url, "documentation_url": DOCUMENTATION})
    return Answer(status=status, raw=said.encode(), headers={"Location": url})


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None


def error(refused: Refused) -> Answer:
    """The shape of all of GitHub's errors."""
    body: dict[str, Any] = {
        "message": refused.message,
        "documentation_url": DOCUMENTATION,
        "status": str(refused.status),
    }
    if refused.status == 422:  # noqa: PLR2004  the one that names fields
        body["errors"] = refused.errors
    return Answer(status=refused.status, body=body, headers=dict(refused.headers))
