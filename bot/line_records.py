"""What stands in line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Where an integration waits in line: the ids of those before it, and of those that are at work."""

    before: tuple[str, ...]
    at_work: tuple[str, ...]

    @property
    def place(self) -> int:
        """Counted from one."""
        return len(self.before) + 1
