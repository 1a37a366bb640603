"""The stand-in's prompt cache, as the API describes its own: marks, minutes, a look back, a least length."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from standins.claude_usage import LEAST_TOKENS, LIFE_SECONDS, LOOKS_BACK, PromptCache

LONG: Final = "word " * LEAST_TOKENS
MARK: Final = {"cache_control": {"type": "ephemeral"}}


@dataclass
class Desk:
    """A cache, and a clock that stands still until it is set."""

    now: float = 0.0
    cache: PromptCache = field(init=False)

    def __post_init__(self) -> None:
        self.cache = PromptCache(clock=lambda: self.now)

    def asks(
        self, *turns: list[dict[str, Any]], system: str = LONG, model: str = "m"
    ) -> tuple[int, int, int]:
        """Read, written and plain tokens of a request with these turns."""
        messages = [
            {"role": ("user", "assistant")[nth % 2], "content": blocks} for nth, blocks in enumerate(turns)
        ]
        body = {"model": model, "system": [text(system) | MARK], "messages": messages}
        used = self.cache.usage(body, output="")
        names = ("cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens")
        return (used[names[0]], used[names[1]], used[names[2]])


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_what_was_marked_is_read_by_the_next_that_begins_with_it() -> None:
    desk = Desk()

    read, written, plain = desk.asks([text("a")])
    again = desk.asks([text("b")])

    assert (read, plain > 0) == (0, True)
    assert again == (written, 0, plain)


def test_nothing_is_read_of_what_differs_by_a_letter_or_goes_to_another_model() -> None:
    desk = Desk()
    desk.asks([text("a")])

    assert desk.asks([text("a")], system=f"{LONG}.")[0] == 0
    assert desk.asks([text("a")], model="another")[0] == 0


def test_it_is_forgotten_five_minutes_after_it_was_last_read() -> None:
    desk = Desk()
    desk.asks([text("a")])
    desk.now = LIFE_SECONDS - 1
    assert desk.asks([text("a")])[0] > 0
    desk.now = 2 * LIFE_SECONDS - 2
    assert desk.asks([text("a")])[0] > 0

    desk.now = 3 * LIFE_SECONDS

    assert desk.asks([text("a")])[0] == 0


def test_what_is_too_short_is_never_kept() -> None:
    desk = Desk()

    answers = [desk.asks([text("a")], system="short") for _ in "12"]

    assert {(read, written) for read, written, _ in answers} == {(0, 0)}


@pytest.mark.parametrize(("blocks", "found"), [(LOOKS_BACK - 1, "all"), (LOOKS_BACK, "system")])
def test_a_mark_is_found_again_from_at_most_twenty_blocks_behind_it(blocks: int, found: str) -> None:
    desk = Desk()
    whole = desk.asks([text("a") | MARK])[1]
    answer = [text(str(nth)) for nth in range(blocks)]

    read, *_ = desk.asks([text("a")], answer, [text("b") | MARK])

    assert (found == "all") == (read == whole)
