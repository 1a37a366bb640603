"""Text as Slack takes it: links of ours and of others, and what is too long for its place folded or split."""

import re
from typing import Final
from urllib.parse import urlsplit

from bot.domain.slack_mrkdwn import escaped

ELLIPSIS: Final = "…"
FENCE: Final = "```"
_SPLIT_OPEN: Final = re.compile(r"&[a-z]{0,3}$|<[^<>]*$")
_NOT_IN_LINKS: Final = re.compile(r"[\s<>|]")


def link(url: str, label: str) -> str:
    """A link of the bot's own making. Raises ValueError where it leads to no web page."""
    return f"<{_address(url)}|{escaped(label).replace('|', '¦') or _host(url)}>"


def foreign_link(url: str, label: str) -> str:
    """A link from outside, which says where it leads; no link where that is no web page."""
    try:
        return f"{link(url, label)} ({escaped(_host(url))})"
    except ValueError:
        return escaped(f"{label} ({url})")


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or _NOT_IN_LINKS.search(url):
        raise ValueError("it has to lead to a web page")
    return url.replace("&", "&amp;")


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def folded(text: str, most: int) -> str:
    """The text, or its beginning with a sign that there is more; never in the midst of a character's code."""
    if len(text) <= most:
        return text
    return _whole(text[: most - 1]) + ELLIPSIS


def split(text: str, most: int) -> list[str]:
    """The text in parts of so many characters at most, at ends of lines or words where there are any.

    A block of code that is cut goes on as one.
    """
    parts: list[str] = []
    rest, fenced = text.strip("\n"), False
    while rest:
        opens = f"{FENCE}\n" if fenced else ""
        room = most - len(opens) - len(FENCE) - 1
        part, rest = (rest, "") if len(rest) <= room else _cut(rest, room)
        if (opens + part).count(FENCE) % 2:
            parts.append(f"{opens}{part}\n{FENCE}")
            fenced = True
        else:
            parts.append(opens + part)
            fenced = False
    return [each for each in parts if each.strip()]


def _cut(text: str, room: int) -> tuple[str, str]:
    """A first part that fits, and the rest."""
    window = text[: room + 1]
    at = max(window.rfind("\n"), 0) or max(window.rfind(" "), 0)
    if at:
        return text[:at], text[at + 1 :]
    head = _whole(text[:room]) or text[:room]
    return head, text[len(head) :]


def _whole(text: str) -> str:
    """Without the half of a character's code, or of a link, that stands at its end."""
    return _SPLIT_OPEN.sub("", text)
