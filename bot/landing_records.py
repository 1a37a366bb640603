"""What a pull request meets on its way into its base: plain values that cross ports."""

from dataclasses import dataclass

from bot.records import FileEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """Two commits put together, as a change of the second; `conflicts` are the paths where both differ.

    A file at such a path holds both sides between git's marks, where it is a text.
    """

    edits: tuple[FileEdit, ...]
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mergeability:
    """What GitHub says of merging a head; `is_mergeable` is None where it has not found out.

    `state` is its own word: clean, dirty, behind, blocked, unstable and so on.
    """

    head: str
    is_mergeable: bool | None
    state: str
