"""A check run that is over as soon as it is made, and what it says of the lines of a file."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What a check run says of one line of a file."""

    path: str
    line: int
    message: str


Conclusion = Literal["success", "failure", "neutral"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A check run that is over as soon as it is made; each annotation is a failure of its line."""

    name: str
    conclusion: Conclusion
    title: str
    summary: str
    annotations: tuple[Annotation, ...] = ()
