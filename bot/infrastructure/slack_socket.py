"""The connection of Socket Mode: opened to where Slack says, and opened anew whenever it ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import structlog

from bot.infrastructure.slack_wire import Limit, SlackWire
from bot.records import StepFailed, Unavailable

log = structlog.get_logger()

METHOD: Final = "apps.connections.open"
HEARTBEAT_SECONDS: Final = 20.0
LARGEST_MESSAGE: Final = 4 * 1024 * 1024
AT_ONCE: Final = 200  # envelopes that are being kept; more wait at Slack
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0

Receive = Callable[[str], Awaitable[str | None]]
Pause = Callable[[float], Awaitable[None]]


class SlackSocket:
    """One connection at a time. Slack gives each envelope to one of an app's connections: any number of
    processes may have one each, and what one of them does not answer comes to another.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        wire: SlackWire,
        token: str,
        receive: Receive,
        *,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._session, self._wire, self._token = session, wire, token
        self._receive, self._pause = receive, pause
        self._room = asyncio.Semaphore(AT_ONCE)
        self._at_work: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """While this lasts."""
        holding = asyncio.create_task(self.hold())  # noqa: TID251  it lives as long as the process hears
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.gather(holding, *self._at_work, return_exceptions=True)

    async def hold(self) -> None:
        """Until it is cancelled: what keeps Slack from being heard is in the log, and tried again."""
        tries = 0
        while True:
            try:
                await self._connect()
                tries = 0
                continue
            except StepFailed as no:
                log.warning("slack_socket_refused", code=no.code, detail=no.detail)
            except (Unavailable, aiohttp.ClientError, TimeoutError, OSError) as fault:
                log.warning("slack_socket_lost", why=type(fault).__name__)
            await self._pause(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**tries))
            tries = min(tries + 1, 10)

    async def _connect(self) -> None:
        """From its beginning to an end that Slack announced. Raises StepFailed, Unavailable, ClientError."""
        said = await self._wire.ask(
            METHOD, lambda api: api.api_call(METHOD), limit=Limit("", METHOD), token=self._token
        )
        connecting = self._session.ws_connect(
            str(said["url"]), heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_MESSAGE
        )
        async with connecting as socket:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                match _type_of(message.data):
                    case "hello":
                        log.info("slack_socket_open")
                    case "disconnect":
                        return
                    case _:
                        await self._room.acquire()
                        self._begin(self._take(socket, message.data))
        raise Unavailable("slack_unreachable", "the connection has ended")

    def _begin(self, taking: Coroutine[Any, Any, None]) -> None:
        """Beside the rest: one that breaks what hears it keeps no other from being heard."""
        task = asyncio.create_task(taking)  # noqa: TID251  what is heard is kept, whatever becomes of the rest
        self._at_work.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("slack_envelope_broke", exc_info=fault)

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
        """It is answered once it is kept: what is not, Slack sends again."""
        try:
            answer = await self._receive(text)
            if answer is not None:
                await socket.send_str(answer)
        except Unavailable as fault:
            log.warning("slack_envelope_not_kept", code=fault.code)
        except aiohttp.ClientError as fault:
            log.info("slack_envelope_not_answered", why=type(fault).__name__)
        finally:
            self._room.release()


def _type_of(text: str) -> str:
    try:
        said = json.loads(text)
    except ValueError:
        return ""
    return str(said.get("type", "")) if isinstance(said, dict) else ""
