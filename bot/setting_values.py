"""What settings of several parts are: plain values."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one run may use: turns, tokens, US dollars, and minutes of work until its gate."""

    turns: int
    tokens: int
    dollars: Decimal
    minutes: int = 120


@dataclass(frozen=True, slots=True)
class MonthlyBudget:
    """US dollars a month: of each repository, and of each account; None where an account has no ceiling."""

    repository: Decimal
    owner: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days deliveries, workflows and transcripts are kept."""

    deliveries: int
    workflows: int
    transcripts: int


@dataclass(frozen=True, slots=True)
class ApiRates:
    """How many requests one caller may make in a minute, and in an hour."""

    minute: int
    hour: int


@dataclass(frozen=True, slots=True)
class PoolSizes:
    """How many connections one process may have of each kind."""

    database: int
    redis: int
    http: int
