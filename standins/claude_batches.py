"""Message batches as the stand-in plays them: handed in, ended when a story says so, read by their names."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import web

from standins import claude_checks
from standins.claude_replies import error

CUSTOM_ID: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
LIFE: Final = timedelta(hours=24)
KINDS: Final = ("processing", "succeeded", "errored", "canceled", "expired")


@dataclass(kw_only=True)
class Batch:
    """One that was handed in; `ends` is what comes of each of its requests, once it has ended."""

    id: str
    requests: Sequence[Mapping[str, Any]]
    created: datetime
    status: str = "in_progress"
    ended: datetime | None = None
    results: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class Batches:
    """All that were handed in, oldest first. Where `at_once` each has ended as soon as it is there."""

    read: Callable[[web.Request], Awaitable[Any]]
    answers: Callable[[dict[str, Any]], Mapping[str, Any] | None]
    url: Callable[[], str]
    at_once: bool = False
    all: list[Batch] = field(default_factory=list)
    loses: int = 0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        where = "/v1/messages/batches"
        router.add_post(where, self._create)
        router.add_get(where, self._list)
        router.add_get(f"{where}/{{batch}}", self._retrieve)
        router.add_post(f"{where}/{{batch}}/cancel", self._cancel)
        router.add_get(f"{where}/{{batch}}/results", self._results)

    def end(self, kind: str = "succeeded") -> int:
        """What is in progress ends so; how many that were."""
        left = [each for each in self.all if each.status != "ended"]
        for each in left:
            self._end(each, kind)
        return len(left)

    def _end(self, batch: Batch, kind: str) -> None:
        batch.status, batch.ended = "ended", datetime.now(UTC)
        for each in batch.requests:
            batch.results.append({"custom_id": each["custom_id"], "result": self._result(each, kind)})

    def _result(self, asked: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
        message = self.answers(dict(asked["params"])) if kind == "succeeded" else None
        if message is not None:
            return {"type": "succeeded", "message": message}
        if kind in {"succeeded", "errored"}:
            return {"type": "errored", "error": error("api_error", "Internal server error")}
        return {"type": kind}

    async def _create(self, request: web.Request) -> web.StreamResponse:
        body = await self.read(request)
        batch = Batch(
            id=f"msgbatch_standin{len(self.all):04}", requests=body["requests"], created=datetime.now(UTC)
        )
        self.all.append(batch)
        if self.at_once:
            self._end(batch, "succeeded")
        if self.loses:  # it is there, and nobody is told
            self.loses -= 1
            return web.json_response(error("api_error", "Internal server error"), status=500)
        return web.json_response(self._told(batch))

    async def _list(self, request: web.Request) -> web.StreamResponse:
        await self.read(request)
        most = int(request.query.get("limit", "20"))
        newest = [self._told(each) for each in reversed(self.all)]
        page = newest[:most]
        return web.json_response({
            "data": page,
            "has_more": len(newest) > most,
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        })

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        await self.read(request)
        batch = self._named(request)
        return _gone() if batch is None else web.json_response(self._told(batch))

    async def _cancel(self, request: web.Request) -> web.StreamResponse:
        await self.read(request)
        batch = self._named(request)
        if batch is None:
            return _gone()
        if batch.status == "ended":
            said = error("invalid_request_error", "The batch has ended.")
            return web.json_response(said, status=400)
        self._end(batch, "canceled")
        return web.json_response(self._told(batch))

    async def _results(self, request: web.Request) -> web.StreamResponse:
        await self.read(request)
        batch = self._named(request)
        if batch is None or batch.status != "ended":
            return _gone()
        lines = "".join(json.dumps(each) + "\n" for each in batch.results)
        return web.Response(text=lines, content_type="application/x-jsonl")

    def _named(self, request: web.Request) -> Batch | None:
        return next((each for each in self.all if each.id == request.match_info["batch"]), None)

    def _told(self, batch: Batch) -> dict[str, Any]:
        kinds = [each["result"]["type"] for each in batch.results]
        counts = {kind: kinds.count(kind) for kind in KINDS}
        counts["processing"] = len(batch.requests) - len(kinds)
        results = f"{self.url()}/v1/messages/batches/{batch.id}/results" if batch.ended else None
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": counts,
            "created_at": batch.created.isoformat(),
            "expires_at": (batch.created + LIFE).isoformat(),
            "ended_at": batch.ended and batch.ended.isoformat(),
            "cancel_initiated_at": None,
            "archived_at": None,
            "results_url": results,
        }


def faults_of(body: Mapping[str, Any]) -> list[str]:
    """What the API would refuse of a batch."""
    requests = body.get("requests")
    if not isinstance(requests, list) or not requests:
        return ["requests: at least one is required"]
    names = [str(each.get("custom_id")) for each in requests]
    if len({*names}) < len(names) or not all(map(CUSTOM_ID.fullmatch, names)):
        return ["requests: each needs a custom_id of its own"]
    if any(each["params"].get("stream") for each in requests):
        return ["requests: streaming is not possible in a batch"]
    return [fault for each in requests if (fault := claude_checks.fault_of(each["params"]))]


def _gone() -> web.Response:
    return web.json_response(error("not_found_error", "There is no such batch."), status=404)
