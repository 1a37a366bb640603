"""What others' checks say of a commit: plain values that cross a port, beside those of `records.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersCheck:
    """A check that is not the bot's, or `is_ours` and heeded; `job` is its job where GitHub Actions ran it.

    `is_run` says whether it is a check run, and not a commit status or what ended before there was one.
    """

    id: int
    name: str
    status: str
    conclusion: str | None
    title: str = ""
    summary: str = ""
    job: int | None = None
    is_run: bool = True
    is_ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSuite:
    """The checks of one App, or of one workflow, on a commit: how far they are, and how many there are."""

    id: int
    app: str
    status: str
    conclusion: str | None
    checks: int
