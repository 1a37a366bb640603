"""A thread in Slack as it is read: page by page, as far as it goes, of which the newest count."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from bot.infrastructure.slack_wire import taken, text_in
from bot.slack_records import Attached, Thread, Uttered

Answer = Mapping[str, Any]
Page = Callable[[str], Awaitable[Answer]]

MOST_KEPT: Final = 200
PAGE: Final = 200
MOST_PAGES: Final = 20
MARKED: Final = frozenset(("section", "header"))


async def read_thread(page_at: Page, *, before: str) -> Thread:
    """The messages before that one. Raises StepFailed, Unavailable."""
    kept, count, cursor = deque[Uttered](maxlen=MOST_KEPT), 0, ""
    for _ in range(MOST_PAGES):
        answer = await page_at(cursor)
        older, cursor = taken(partial(_read, before=before), answer, "conversations.replies")
        count += len(older)
        kept.extend(older)
        if not cursor:
            break
    return Thread(messages=tuple(kept), earlier=count - len(kept), is_whole=not cursor)


def _read(answer: Answer, *, before: str) -> tuple[list[Uttered], str]:
    """The messages of a page, and the cursor of the next; "" where there is none."""
    said = [uttered(each) for each in answer["messages"] if each.get("type", "message") == "message"]
    older = [each for each in said if float(each.ts) < float(before)]
    return older, str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def uttered(message: Mapping[str, Any]) -> Uttered:
    """A message as Slack tells of it: what a bot laid out in blocks is longer than what it says in words."""
    is_bot = bool(message.get("bot_id")) or message.get("subtype") == "bot_message"
    text = str(message.get("text") or "")
    return Uttered(
        ts=text_in(message, "ts"),
        by=str(message.get("user") or message.get("bot_id") or ""),
        text=(_laid_out(message) or text) if is_bot else text,
        is_bot=is_bot,
        files=tuple(_file(each) for each in message.get("files") or () if isinstance(each, Mapping)),
    )


def _laid_out(message: Mapping[str, Any]) -> str:
    blocks = [each for each in message.get("blocks") or () if each.get("type") in MARKED]
    return "\n".join(str((each.get("text") or {}).get("text") or "") for each in blocks).strip()


def _file(told: Mapping[str, Any]) -> Attached:
    return Attached(name=str(told.get("name") or ""), kind=str(told.get("mimetype") or ""), size=0)
