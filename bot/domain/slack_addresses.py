"""Addresses that Slack gives to be answered at: its own and no others, however they are written."""

import re
from typing import Final
from urllib.parse import urlsplit

_PATH: Final = re.compile(r"/[A-Za-z0-9/_-]{1,300}")


def is_slacks(address: str, *, api: str) -> bool:
    """Whether it is one of Slack's, whose Web API is at `api`: over TLS the host that is named after its own
    (hooks.slack.com for slack.com), on this machine the stand-in's very own.
    """
    return _matches(address, _origin_of(api))


def _origin_of(api: str) -> str:
    parts = urlsplit(api)
    return f"https://hooks.{parts.netloc}" if parts.scheme == "https" else f"http://{parts.netloc}"


def _matches(address: str, origin: str) -> bool:
    """To the letter: no user, no other port, no dots or queries that another reader may take otherwise."""
    return address.startswith(f"{origin}/") and _PATH.fullmatch(address.removeprefix(origin)) is not None
