"""What was handed in to be answered later: plain values that cross a port."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A question that was handed in to be answered within a day; where not `is_sure` it may be another's."""

    id: str
    is_sure: bool
