"""Addresses that Slack gives to be answered at: its own and no others, however they are written."""

import re
from typing import Final
from urllib.parse import urlsplit

# No dots that lead elsewhere, no query: a name may hold most else, written as addresses write it.
_FILE: Final = re.compile(r"files-[a-z]{3}(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~%!'()*@+,;=-]{1,600}){1,5}")
_PATH: Final = re.compile(r"/[A-Za-z0-9/_-]{1,300}")


def is_slacks(address: str, *, api: str) -> bool:
    """Whether it is one of Slack's, whose Web API is at `api`: over TLS the host that is named after its own
    (hooks.slack.com for slack.com), on this machine the stand-in's very own.
    """
    return _matches(address, _origin_of(api))


def is_slacks_file(address: str, *, api: str) -> bool:
    """The same of the bytes of a file, to which the bot's token goes along: files.slack.com for slack.com."""
    origin = _origin_of(api, "files")
    path = address.removeprefix(f"{origin}/")
    return address.startswith(f"{origin}/files-") and _FILE.fullmatch(path) is not None


def _origin_of(api: str, host: str = "hooks") -> str:
    parts = urlsplit(api)
    return f"https://{host}.{parts.netloc}" if parts.scheme == "https" else f"http://{parts.netloc}"


def _matches(address: str, origin: str) -> bool:
    """To the letter: no user, no other port, no dots or queries that another reader may take otherwise."""
    return address.startswith(f"{origin}/") and _PATH.fullmatch(address.removeprefix(origin)) is not None
