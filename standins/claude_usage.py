"""Tokens as the stand-in counts them: four characters each, and a prompt cache as the API has it."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

CHARACTERS_A_TOKEN: Final = 4
# What is shorter is not kept, marked or not.
LEAST_TOKENS: Final = 1_024
# So many blocks before each mark are looked at for a prefix that is known.
LOOKS_BACK: Final = 20
LIFE_SECONDS: Final = 300.0


class Part(NamedTuple):
    """The prompt up to the end of one of its blocks."""

    digest: str
    characters: int
    is_marked: bool


class PromptCache:
    """Remembers every marked prefix that was sent, for five minutes after it was last of use.

    What is read is the longest prefix that an earlier request for the same model marked, and that ends at a
    mark of this one or at most 20 blocks before it.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, float] = {}

    def usage(self, body: Mapping[str, Any], *, output: Any) -> dict[str, int]:
        """The usage of one answered request; the request's own marked prefixes are kept from now on."""
        parts = list(_prefixes(body))
        marked = [nth for nth, part in enumerate(parts) if part.is_marked and _is_kept(part)]
        total = parts[-1].characters if parts else 0
        found = self._found(parts, marked)
        read = parts[found].characters if found is not None else 0
        written = max(read, parts[marked[-1]].characters) if marked else read
        until = self._clock() + LIFE_SECONDS
        self._known.update({
            parts[nth].digest: until for nth in (*marked, *([] if found is None else [found]))
        })
        return {
            "input_tokens": tokens(total - written),
            "cache_read_input_tokens": tokens(read),
            "cache_creation_input_tokens": tokens(written - read),
            "output_tokens": max(1, tokens(len(json.dumps(output)))),
        }

    def _found(self, parts: list[Part], marked: list[int]) -> int | None:
        """The last block of the longest prefix that is read."""
        now = self._clock()
        looked_at = {nth for mark in marked for nth in range(max(0, mark - LOOKS_BACK), mark + 1)}
        hits = [nth for nth in looked_at if self._known.get(parts[nth].digest, now) > now]
        return max(hits, default=None)


def _is_kept(part: Part) -> bool:
    return tokens(part.characters) >= LEAST_TOKENS


def tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)


def counted(body: Mapping[str, Any]) -> int:
    """All input tokens of a request."""
    return tokens(sum(len(words) for words, _marked in _parts(body)))


def _prefixes(body: Mapping[str, Any]) -> Iterator[Part]:
    digest, characters = hashlib.sha256(str(body.get("model")).encode()), 0
    for words, is_marked in _parts(body):
        digest.update(f"\0{words}".encode())
        characters += len(words)
        yield Part(digest.hexdigest(), characters, is_marked)


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The blocks that a prefix is made of, in the API's order: tools, system, messages."""
    for tool in body.get("tools") or []:
        yield _part(tool)
    system = body.get("system") or []
    yield from [(system, False)] if isinstance(system, str) else map(_part, system)
    for message in body.get("messages") or []:
        content, role = message["content"], message["role"]
        blocks = [(content, False)] if isinstance(content, str) else list(map(_part, content))
        yield from ((f"{role}{words}", is_marked) for words, is_marked in blocks)


def _part(block: Mapping[str, Any]) -> tuple[str, bool]:
    bare = {name: value for name, value in block.items() if name != "cache_control"}
    return json.dumps(bare, sort_keys=True), "cache_control" in block
