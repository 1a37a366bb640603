"""Links in messages that the bot knows: what they lead to, and whether that may be shown there."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_RUN: Final = re.compile(r"(?:/api/v1)?/integrations/([a-z0-9]{10})/?")
_PULL: Final = re.compile(r"/([\w.-]{1,100}/[\w.-]{1,100})/pull/([1-9][0-9]{0,9})(?:/[a-z]+)?/?")
MOST_LINKS: Final = 5  # of one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link as it was written, and the integration that it names, by its id or by its pull request."""

    url: str
    integration: str = ""
    repository: str = ""
    pull_request: int = 0


def link_of(url: str, *, bot: str, github: str) -> Link | None:
    """What it leads to; None where that is neither a page of the bot's nor a pull request."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    if origin == bot and (run := _RUN.fullmatch(parts.path)):
        return Link(url=url, integration=run[1])
    if origin == github and (pull := _PULL.fullmatch(parts.path)):
        return Link(url=url, repository=pull[1], pull_request=int(pull[2]))
    return None


def may_show(*, is_private: bool, may_read: bool, is_bound: bool) -> bool:
    """What is public anybody may see; all else only whoever may read it shows, where it is at home."""
    return not is_private or (may_read and is_bound)
