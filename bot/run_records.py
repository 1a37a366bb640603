"""Runs of a repository's workflows: plain values that cross a port, beside those of `records.py`."""

from dataclasses import dataclass
from typing import Literal

Way = Literal["deployment", "merge", "workflow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What is to be run: a workflow's file by its name, on that branch, with these inputs."""

    workflow: str
    branch: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run, as GitHub tells it: over which commit, how far it is, and under which title."""

    id: int
    head: str
    status: str
    conclusion: str | None
    url: str
    title: str
