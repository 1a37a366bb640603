"""Workflows and their runs: plain objects that remember."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from standins.github.state import Account


@dataclass(slots=True, kw_only=True)
class Workflow:
    """One of the default branch; it keeps its number."""

    id: int
    path: str
    state: str = "active"


@dataclass(slots=True, kw_only=True)
class WorkflowRun:
    """What came of a dispatch."""

    id: int
    workflow: Workflow
    branch: str
    head_sha: str
    title: str
    by: "Account"
    created_at: datetime
    updated_at: datetime
    inputs: dict[str, str] = field(default_factory=dict)
    status: str = "queued"
    conclusion: str | None = None
