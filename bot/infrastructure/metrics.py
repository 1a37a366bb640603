"""Figures for those who run the bot, in a registry of their own."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Final, NamedTuple, Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from bot.infrastructure.pooling import Pool
from bot.records import Usage

Begun = tuple[float, BaseException | None]

UNKNOWN: Final = math.nan

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_STALLS: Final = (1, 2, 5, 10, 30, 60)
_LONG_SECONDS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)

_begun: ContextVar[Mapping[str, Begun]] = ContextVar("_begun")


class Streams(Protocol):
    """How many are open, and how many were cut off so far."""

    @property
    def followers(self) -> int: ...

    @property
    def cut_off(self) -> int: ...


class Metrics:
    """What is counted. Every label has few values: nothing from outside becomes one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._kept = self._counter("bot_deliveries_kept", "Deliveries accepted at a door", "fresh")
        self._kept_so = {True: self._kept.labels("true"), False: self._kept.labels("false")}
        self._refused = self._counter("bot_deliveries_refused", "Deliveries turned away", "reason")
        self._aside = Gauge(
            "bot_deliveries_set_aside", "Deliveries that wait for people", registry=self.registry
        )
        self._aside.set(UNKNOWN)
        self._answers = self._seconds("bot_request_seconds", "Time to the answer", "route", "status")
        self._answers_so: dict[tuple[str, int], Histogram] = {}
        self._outside = self._counter(
            "bot_outside_calls", "Effects begun, done and failed", "dependency", "what", "result"
        )
        self._outside_seconds = Histogram(
            "bot_outside_call_seconds",
            "Time of an effect",
            ["dependency"],
            registry=self.registry,
            buckets=_LONG_SECONDS,
        )
        self._queues = Gauge("bot_queue_length", "Workflows waiting", ["queue"], registry=self.registry)
        self._tokens = self._counter("bot_model_tokens", "Tokens used", "model", "kind")
        self._dollars = self._counter("bot_model_dollars", "US dollars spent", "model")
        self._stalls = Histogram(
            "bot_loop_stall_seconds",
            "Time that the event loop stood still",
            registry=self.registry,
            buckets=_STALLS,
        )

    def loop_stalled(self, seconds: float) -> None:
        """The event loop stood still for so long."""
        self._stalls.observe(seconds)

    def delivery_kept(self, *, fresh: bool) -> None:
        """A delivery was accepted, for the first time or again."""
        self._kept_so[fresh].inc()

    def delivery_refused(self, reason: str) -> None:
        """A delivery was turned away, for a reason with a stable code."""
        self._refused.labels(reason).inc()

    def request_answered(self, *, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        known = self._answers_so.get((route, status))
        if known is None:
            known = self._answers_so[route, status] = self._answers.labels(route, str(status))
        known.observe(seconds)

    def spent(self, *, model: str, usage: Usage, micro_usd: int) -> None:
        """An answer of the model was paid for."""
        self._tokens.labels(model, "input").inc(usage.input_tokens)
        self._tokens.labels(model, "output").inc(usage.output_tokens)
        self._tokens.labels(model, "cache_read").inc(usage.cache_read_tokens)
        self._tokens.labels(model, "cache_write").inc(usage.cache_write_tokens)
        self._dollars.labels(model).inc(micro_usd / 1_000_000)

    def queues_are(self, lengths: Mapping[str, int]) -> None:
        """How many workflows wait in each queue, now; one that is not named is not told of."""
        self._queues.clear()
        for queue, length in lengths.items():
            self._queues.labels(queue).set(length)

    def aside_are(self, count: float) -> None:
        """How many deliveries wait for people, now; UNKNOWN where nobody can say."""
        self._aside.set(count)

    def watch_breakers(self, states: Callable[[], Mapping[str, str]]) -> None:
        """From now on tell each circuit breaker's state when asked for figures."""
        self.registry.register(_Breakers(states))

    def watch_streams(self, streams: Streams) -> None:
        """From now on tell of the streams of this process when asked for figures."""
        is_open = Told("bot_streams_open", "Streams open", (), lambda: {(): streams.followers})
        cut = Told(
            "bot_streams_cut_off", "Streams cut off", (), lambda: {(): streams.cut_off}, is_counted=True
        )
        self.registry.register(_Watched(is_open, cut))

    def watch_rows(self, found: Mapping[tuple[str, ...], float]) -> None:
        """From now on tell where rows that the API reads were found when asked for figures."""
        says = "Rows that the API reads, by where they were found"
        self.registry.register(
            _Watched(Told("bot_rows_found", says, ("what", "where"), lambda: found, is_counted=True))
        )

    def watch_pools(self, pools: Mapping[str, Pool]) -> None:
        """From now on tell how connections are used when asked for figures."""

        def told(name: str, says: str, of: str, *, is_counted: bool = False) -> Told:
            return Told(
                name,
                says,
                ("pool",),
                lambda: {(pool,): getattr(it, of) for pool, it in pools.items()},
                is_counted=is_counted,
            )

        self.registry.register(
            _Watched(
                told("bot_pool_size", "Connections at most", "size"),
                told("bot_pool_in_use", "Connections in use", "in_use"),
                told("bot_pool_waited", "Waits for a connection", "waited", is_counted=True),
            )
        )

    def exposition(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)

    def outside(self, point: str, result: str, seconds: float | None = None) -> None:
        """An effect ("github.create_comment") was begun, done or failed."""
        dependency, _, what = point.partition(".")
        self._outside.labels(dependency, what, result).inc()
        if seconds is not None:
            self._outside_seconds.labels(dependency).observe(seconds)

    def _counter(self, name: str, says: str, *labels: str) -> Counter:
        return Counter(name, says, labels, registry=self.registry)

    def _seconds(self, name: str, says: str, *labels: str) -> Histogram:
        return Histogram(name, says, labels, registry=self.registry, buckets=_SECONDS)


class MeteringObserver:
    """Counts and times every effect. One that is begun and neither done nor failed was cut off."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def before(self, point: str) -> None:
        """It begins, in this task."""
        _begun.set({**_begun.get({}), point: (time.perf_counter(), sys.exception())})
        self._metrics.outside(point, "begun")

    def after(self, point: str) -> None:
        """It ends; with an error, if one is on its way that was not there before."""
        began, error = _begun.get({}).get(point, (time.perf_counter(), None))
        result = "done" if sys.exception() is error else "failed"
        self._metrics.outside(point, result, time.perf_counter() - began)


class Told(NamedTuple):
    """A figure that somebody else keeps: its values by those of its labels, when asked for."""

    name: str
    says: str
    labels: tuple[str, ...]
    values: Callable[[], Mapping[tuple[str, ...], float]]
    is_counted: bool = False


class _Watched(Collector):
    def __init__(self, *told: Told) -> None:
        self._told = told

    def collect(self) -> Iterator[Metric]:
        for each in self._told:
            make = CounterMetricFamily if each.is_counted else GaugeMetricFamily
            family = make(each.name, each.says, labels=each.labels)
            for labels, value in each.values().items():
                family.add_metric(labels, value)
            yield family


class _Breakers(Collector):
    def __init__(self, states: Callable[[], Mapping[str, str]]) -> None:
        self._states = states

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily(
            "bot_breaker_state", "Each circuit breaker's state", labels=["dependency", "state"]
        )
        for dependency, state in self._states().items():
            family.add_metric([dependency, state], 1)
        yield family
