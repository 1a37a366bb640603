"""Where nothing is set up yet: what is left to do, told to whoever can read the console."""

import sys
from typing import Final, TextIO

import structlog

log = structlog.get_logger()

STEPS: Final = (
    "Register a GitHub App from app.yml, with its webhook at PUBLIC_URL/webhooks/github.",
    "Set GITHUB_APP_ID, GITHUB_PRIVATE_KEY (its path) and GITHUB_WEBHOOK_SECRET (32 bytes or more).",
    "Set ANTHROPIC_API_KEY.",
    f"Start again, and ask `{sys.executable} -m bot doctor` whether all is well.",
)


def tell(page: str | None, *, plainly: bool, console: TextIO) -> None:
    """The steps, and the address of the page with the same, where this process has it.

    `plainly` is for people; else it is lines of the log.
    """
    if plainly:
        console.write(as_text(page))
        return
    for number, step in enumerate(STEPS, start=1):
        log.warning("not_set_up_yet", step=number, do=step)
    if page is not None:
        log.warning("setup_page", open=page)


def as_text(page: str | None) -> str:
    """The steps as one reads them, and the address on a line of its own, whole."""
    steps = "".join(f"  {number}. {step}\n" for number, step in enumerate(STEPS, start=1))
    told = f"\nNothing is set up yet, so nothing is worked on. To do:\n\n{steps}\n"
    return (
        told if page is None else f"{told}The same as a page, for a browser on this machine:\n\n  {page}\n\n"
    )
