"""One policy per dependency: deadline, bulkhead, breaker, time limit (repeating is the engine's)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Final, Literal, NotRequired, TypedDict, TypeVar

import structlog

from bot.infrastructure.breakers import AsyncCircuitBreakerFactory, Context, ContextChanged, OpenedState
from bot.infrastructure.observing import Nobody, Observer
from bot.infrastructure.shares import Shares
from bot.records import Refused, StepFailed, Unavailable

log = structlog.get_logger()

T = TypeVar("T")
CircuitState = Literal["closed", "open", "half-open"]

_STATES: Final[Mapping[str, CircuitState]] = {
    "closed": "closed",
    "opened": "open",
    "half-opened": "half-open",
}
LOGGED: Final[Mapping[str, str]] = {"opened": "breaker_opened", "closed": "breaker_closed"}


class Limits(TypedDict):
    """Calls at once, of them for one tenant, seconds for one and with waiting, and failures in a row until
    it is left alone.
    """

    concurrency: int
    each: NotRequired[int]
    attempt_seconds: float
    deadline_seconds: float
    threshold: int
    ttl_seconds: float


POLICIES: Final[Mapping[str, Limits]] = {
    "github": Limits(concurrency=32, attempt_seconds=20, deadline_seconds=60, threshold=8, ttl_seconds=15),
    "slack": Limits(concurrency=16, attempt_seconds=10, deadline_seconds=30, threshold=8, ttl_seconds=15),
    "claude": Limits(concurrency=16, attempt_seconds=900, deadline_seconds=1200, threshold=5, ttl_seconds=30),
    "git": Limits(concurrency=4, attempt_seconds=300, deadline_seconds=600, threshold=5, ttl_seconds=30),
    # A run's own limits end it first; this one catches a sandbox that does not end. One repository can have
    # three there, two by the model's commands (queue "ai") and one by its tests ("sandbox"); its account has
    # one more, and there is one more than an account has.
    "sandbox": Limits(
        concurrency=5, each=4, attempt_seconds=1800, deadline_seconds=3600, threshold=5, ttl_seconds=30
    ),
}


# How the codes of our own machine's troubles begin.
OWN: Final = ("database", "disk_")


def is_answer(error: BaseException) -> bool:
    """Whether the dependency is well although the call failed: it said no, or nobody waited for it.

    A code that ends in `_limited` is the limit of one tenant; the others are not kept waiting for it. Our own
    database's and disk's faults are not held against whoever was called.
    """
    if isinstance(error, StepFailed | Refused | asyncio.CancelledError):
        return True
    if isinstance(error, Unavailable) and (error.code.endswith("_limited") or error.code.startswith(OWN)):
        return True
    status = getattr(error, "status_code", getattr(error, "status", None))
    return status in range(400, 500) and status != HTTPStatus.TOO_MANY_REQUESTS


class Bulkhead:
    """So many at once, of one tenant less; the rest wait, as long as they can."""

    def __init__(self, name: str, concurrency: int, *, each: int | None = None) -> None:
        self._name = name
        self._shares = Shares(concurrency, each or concurrency)
        self.in_flight = 0

    @asynccontextmanager
    async def slot(self, *, until: float, tenant: str = "") -> AsyncIterator[None]:
        """One of the places, by that moment of the loop's clock. Raises Unavailable."""
        async with AsyncExitStack() as held:
            await self._enter(held, until, tenant)
            self.in_flight += 1
            try:
                yield
            finally:
                self.in_flight -= 1

    async def _enter(self, held: AsyncExitStack, until: float, tenant: str) -> None:
        try:
            async with asyncio.timeout_at(until):
                await held.enter_async_context(self._shares.place(tenant))
        except TimeoutError:
            raise Unavailable(f"{self._name}_busy") from None


class Policy:
    """How one dependency is called: never too many, too long, or while it is known to be down."""

    def __init__(  # noqa: PLR0913  a policy is its numbers
        self,
        name: str,
        *,
        concurrency: int,
        attempt_seconds: float,
        deadline_seconds: float,
        each: int | None = None,
        threshold: int = 5,
        ttl_seconds: float = 30,
        observer: Observer | None = None,
        is_answer: Callable[[BaseException], bool] = is_answer,
    ) -> None:
        self.name = name
        self.attempt_seconds = attempt_seconds
        self.deadline_seconds = deadline_seconds
        self._ttl_seconds = ttl_seconds
        self._bulkhead = Bulkhead(name, concurrency, each=each)
        self._observer: Observer = observer or Nobody()
        self._context: Context | None = None
        self._circuits = AsyncCircuitBreakerFactory(
            default_threshold=threshold,
            default_ttl=ttl_seconds,
            exclude=[(BaseException, is_answer)],
        )
        self._circuits.add_listener(_told)

    @property
    def state(self) -> CircuitState:
        """What the circuit breaker lets through: all, nothing, or a first try."""
        return "closed" if self._context is None else _STATES[self._context.state]

    @property
    def in_flight(self) -> int:
        """How many calls are under way."""
        return self._bulkhead.in_flight

    async def call(self, what: str, attempt: Callable[[], Awaitable[T]], *, tenant: str = "") -> T:
        """Try once, and log it where later may help.

        Raises Unavailable: `<name>_busy`, `<name>_circuit_open`, `<name>_timeout`.
        """
        deadline = asyncio.get_running_loop().time() + self.deadline_seconds
        try:
            async with self._bulkhead.slot(until=deadline, tenant=tenant):
                return await self._through_the_circuit(what, attempt, deadline)
        except Unavailable as trouble:
            log.warning("outside_call_failed", dependency=self.name, what=what, code=trouble.code)
            raise

    async def _through_the_circuit(
        self, what: str, attempt: Callable[[], Awaitable[T]], deadline: float
    ) -> T:
        breaker = await self._circuits.get_breaker(self.name)
        self._context = breaker.context
        try:
            async with breaker:
                return await self._in_time(what, attempt, deadline)
        except OpenedState as opened:
            # The library raises this very object each time, and it would grow by a traceback each time.
            opened.__traceback__ = None
        raise Unavailable(f"{self.name}_circuit_open", retry_after=self._ttl_seconds)

    async def _in_time(self, what: str, attempt: Callable[[], Awaitable[T]], deadline: float) -> T:
        limit = min(deadline, asyncio.get_running_loop().time() + self.attempt_seconds)
        try:
            async with asyncio.timeout_at(limit):
                return await self._observed(f"{self.name}.{what}", attempt)
        except TimeoutError:
            raise Unavailable(f"{self.name}_timeout") from None

    async def _observed(self, point: str, attempt: Callable[[], Awaitable[T]]) -> T:
        self._observer.before(point)
        try:
            return await attempt()
        finally:
            self._observer.after(point)


def _told(dependency: str, _happened: str, event: object) -> None:
    """One line when a circuit breaker opens, and one when it closes."""
    if isinstance(event, ContextChanged) and event.state in LOGGED:
        log.warning(LOGGED[event.state], dependency=dependency)
