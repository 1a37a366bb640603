"""Who is told before and after every outside effect and every append: metrics, traces, fault harness."""

from typing import Protocol


class Observer(Protocol):
    """Told of each point by name ("github.create_comment", "log.append"), synchronously."""

    def before(self, point: str) -> None: ...

    def after(self, point: str) -> None: ...


class Nobody:
    """Looks away."""

    def before(self, point: str) -> None: ...

    def after(self, point: str) -> None: ...
