"""What others' checks say of a commit: plain values that cross a port, beside those of `records.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersCheck:
    """A check run that is not the bot's; `job` is its job where GitHub Actions ran it."""

    id: int
    name: str
    status: str
    conclusion: str | None
    title: str = ""
    summary: str = ""
    job: int | None = None
