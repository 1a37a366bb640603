"""One REST call, read and checked, and what is answered."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from standins.github.contract import Operation
from standins.github.state import Account, Repository, Token
from standins.github.world import Missing, World

PER_PAGE = 30
MOST_PER_PAGE = 100


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back; `raw` where it is no JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @classmethod
    def as_is(cls, raw: bytes, media: str) -> "Answer":
        """Bytes in the form that was asked for: "raw+json", "diff"."""
        return cls(raw=raw, headers={"Content-Type": f"application/vnd.github.{media}; charset=utf-8"})

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


@dataclass(slots=True, kw_only=True)
class Call:
    """A call as its handler sees it. `token` is None for the App itself, by its JWT, and for strangers."""

    world: World
    operation: Operation
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    accept: str
    token: Token | None = None
    person: Account | None = None
    in_repository: Repository | None = None

    @property
    def repository(self) -> Repository:
        """Raises Missing."""
        if self.in_repository is None:
            raise Missing("no repository in this call")
        return self.in_repository

    @property
    def by(self) -> Account:
        return self.world.app.bot

    def number(self, name: str) -> int:
        return int(self.parameters[name])

    def wants(self, media: str) -> bool:
        """Whether the caller asks for this form: "raw", "diff"."""
        return f".{media}" in self.accept


def paged(
    call: Call, items: Iterable[Any], shape: Callable[[Any], Any], *, under: str | None = None
) -> Answer:
    """One page of a list, with links to the next and the last; `under` names the list in an object."""
    everything = list(items)
    size = min(int(call.query.get("per_page", PER_PAGE)), MOST_PER_PAGE)
    page = int(call.query.get("page", 1))
    shown = [shape(each) for each in everything[(page - 1) * size : page * size]]
    body = {"total_count": len(everything), under: shown} if under else shown
    last = max(1, -(-len(everything) // size))
    return Answer(body=body, headers=_link(call, page, last))


def _link(call: Call, page: int, last: int) -> dict[str, str]:
    if page >= last:
        return {}
    path = call.operation.template.format(**call.parameters)

    def to(number: int) -> str:
        return f"<{call.world.url}{path}?{urlencode({**call.query, 'page': number})}>"

    return {"Link": f'{to(page + 1)}; rel="next", {to(last)}; rel="last"'}


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A handler and the right it needs: "issues:write", "app" for the App's own JWT, "" for any token.

    "person" is for the token of somebody who signed in, "client" for the App by its client secret.
    """

    needs: str
    handle: Handler


class Routes:
    """Handlers by method and path template."""

    def __init__(self) -> None:
        self.table: dict[tuple[str, str], Route] = {}

    def on(self, method: str, template: str, *, needs: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.table[method, template] = Route(needs=needs, handle=handler)
            return handler

        return register
