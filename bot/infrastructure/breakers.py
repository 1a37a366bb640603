"""Circuit breakers (purgatory), loaded without the Redis client that it would keep their state with.

It takes that client for an extra and does without where there is none. Ours keep their state in the process,
and the client alone takes 6 MiB and 0.06 s of each start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def missing(library: str) -> Iterator[None]:
    """Within the block that library cannot be imported, unless it is loaded already."""
    if library in sys.modules:
        yield
        return
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]
    modules[library] = None  # documented: there is none
    try:
        yield
    finally:
        del sys.modules[library]


with missing("redis"):
    from purgatory import AsyncCircuitBreakerFactory
    from purgatory.domain.messages.events import ContextChanged
    from purgatory.domain.model import Context, OpenedState

__all__ = ["AsyncCircuitBreakerFactory", "Context", "ContextChanged", "OpenedState"]
