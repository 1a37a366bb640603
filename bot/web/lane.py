"""In front of the application: what was answered before is told again where all that it stands on stands.

Whatever is in doubt is answered by the application, as if nobody stood before it.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

import structlog
from aiohttp import HttpVersion11, web
from aiohttp.helpers import rfc822_formatted_time

from bot.api_records import Caller, Mark, Quota
from bot.web.api_gateway import CALLER, LASTING, Guards, address_of, id_given, shown
from bot.web.books import NAME, Books, route_of
from bot.web.leaving import Leaving
from bot.web.retelling import Finished, is_to_keep, parts_of, put_together, question_of

RequestHandler = Callable[[Any], Awaitable[web.StreamResponse]]
Said = Callable[..., Callable[[str], None]]

FOUND: Final = ("answer", "process")


class Standing(Protocol):
    """What answers stand on beside whoever asks: the log, and what GitHub said of people."""

    async def mark(self) -> Mark:
        """How it is known now."""

    async def is_untouched(self, mark: Mark) -> bool:
        """Whether nothing at all was written since, and GitHub's word stands; where nobody can say, no."""

    async def holds(self, mark: Mark, of: str, *, installation_id: int, as_of: int | None) -> bool:
        """Whether it still stands so: of a stream, and who may see it, or of all where that is "".

        Raises Unavailable.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """What is needed for it.

    `counts` is whether whoever was recognised still is, as long as nothing was written since; `said` makes
    the log's line of an answer, which differs by the request's id alone; `found` is how often it was told.
    """

    answers: MutableMapping[bytes, Finished]
    standing: Standing
    counts: Callable[[Caller], bool]
    said: Said
    found: Counter[tuple[str, ...]] = field(default_factory=Counter)


class Told(web.StreamResponse):
    """Bytes that are an answer already, head and body, on a connection that stays."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content, self._keep_alive = content, True

    async def prepare(self, request: web.BaseRequest) -> None:
        self._writer = request.writer

    async def write_eof(self, _data: bytes = b"") -> None:
        await self._writer.write(self._content)
        await self._writer.drain()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What stands before the API of one process; `tried` is the net, which has nothing where it fails."""

    prefix: str
    tried: Callable[[Awaitable["Told | None"]], Awaitable["Told | None"]]
    guards: Guards
    retelling: Retelling
    books: Books
    leaving: Leaving

    def before(self, handle: RequestHandler) -> RequestHandler:
        """The same answers as that one gives, sooner where they were given before."""

        async def handled(request: Any) -> web.StreamResponse:
            if not self._may_be_told_again(request):
                return await handle(request)
            question = question_of(request.method, request.raw_path, request.raw_headers)
            finished = self.retelling.answers.get(question)
            if finished is not None:
                told = await self.tried(self._told(question, request, finished))
                if told is not None:
                    return told
            mark = await self.retelling.standing.mark()
            response = await handle(request)
            await self._keep(question, request, response, mark)
            return response

        return handled

    def _may_be_told_again(self, request: web.BaseRequest) -> bool:
        is_plain = request.method == "GET" and request.version == HttpVersion11
        return is_plain and request.raw_path.startswith(self.prefix) and not self.leaving.is_begun

    async def _told(self, question: bytes, request: Any, finished: Finished) -> Told | None:
        """None where anything is not as it was, or somebody is to be refused.

        Raises NotRecognised, Refused, Unavailable.
        """
        began = time.perf_counter()
        request_id = id_given(request) or self.books.new_id()
        quota = await self._quota(question, request, finished, request_id)
        if quota is None:
            return None
        self.retelling.found[FOUND] += 1
        self.books.count(route=finished.route, status=finished.status, seconds=time.perf_counter() - began)
        finished.said(request_id)
        date = rfc822_formatted_time()
        return Told(put_together(finished.parts, request_id=request_id, quota=quota, date=date))

    async def _quota(
        self, question: bytes, request: Any, finished: Finished, request_id: str
    ) -> Quota | None:
        """What is left to whoever asks, taken last; None where it is not to be told again.

        Raises NotRecognised, Refused, Unavailable.
        """
        address = address_of(request, self.guards.trusted_proxies)
        if (await self.guards.strangers.look(address)).is_spent:
            return None
        if not await self._stands_at_once(finished):
            structlog.contextvars.bind_contextvars(request=request_id)
            if not await self._stands(question, request, finished):
                return None
        quota = await self.guards.callers.take(finished.caller.id)
        return None if quota.is_spent else quota

    async def _stands_at_once(self, finished: Finished) -> bool:
        """Whether nothing was written since, so that whoever asked then is who they were."""
        is_untouched = await self.retelling.standing.is_untouched(finished.mark)
        return is_untouched and self.retelling.counts(finished.caller)

    async def _stands(self, question: bytes, request: Any, finished: Finished) -> bool:
        """Whether the same one asks, and nothing that counts was written since."""
        standing = self.retelling.standing
        mark = await standing.mark()
        caller: Caller = await shown(request, self.guards)()
        if caller != finished.caller:
            return False
        if not await standing.holds(
            finished.mark, finished.of, installation_id=caller.installation_id, as_of=caller.as_of
        ):
            return False
        if mark.version != finished.mark.version:
            again = finished.mark._replace(version=mark.version)
            self.retelling.answers[question] = replace(finished, mark=again)
        return True

    async def _keep(self, question: bytes, request: Any, response: web.StreamResponse, mark: Mark) -> None:
        """Keep it, if it is one that lasts as long as what it stands on."""
        if LASTING not in request or CALLER not in request or not isinstance(response, web.Response):
            return
        await response.prepare(request)
        body = response.body or b""
        if not isinstance(body, bytes) or not is_to_keep(response.status, response.headers, body):
            return
        caller, status = request[CALLER], response.status
        self.retelling.answers[question] = Finished(
            parts=parts_of(status, response.headers.items(), body),
            status=status,
            route=route_of(request),
            caller=caller,
            mark=mark,
            of=request[LASTING],
            said=self.retelling.said(
                NAME,
                "request_answered",
                method=request.method,
                path=request.path,
                status=status,
                caller=caller.id,
            ),
        )
