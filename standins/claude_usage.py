"""Tokens as the stand-in counts them: four characters each, and a prompt cache by prefix."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

CHARACTERS_A_TOKEN: Final = 4


class PromptCache:
    """Remembers every marked prefix that was sent; what begins with one is read from the cache."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def usage(self, body: Mapping[str, Any], *, output: Any) -> dict[str, int]:
        """The usage of one answered request; the request's own marked prefixes are kept from now on."""
        read = written = total = 0
        digest = hashlib.sha256()
        fresh: list[str] = []
        for words, marked in _parts(body):
            digest.update(words.encode())
            total += len(words)
            prefix = digest.hexdigest()
            read = total if prefix in self._known else read
            if marked:
                fresh.append(prefix)
                written = total
        self._known.update(fresh)
        written = max(written, read)
        return {
            "input_tokens": tokens(total - written),
            "cache_read_input_tokens": tokens(read),
            "cache_creation_input_tokens": tokens(written - read),
            "output_tokens": max(1, tokens(len(json.dumps(output)))),
        }


def tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_A_TOKEN)


def counted(body: Mapping[str, Any]) -> int:
    """All input tokens of a request."""
    return tokens(sum(len(words) for words, _marked in _parts(body)))


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The pieces that a prefix is made of, in the API's order: tools, system, messages."""
    for tool in body.get("tools") or []:
        yield _part(tool)
    system = body.get("system") or []
    yield from [(system, False)] if isinstance(system, str) else map(_part, system)
    for message in body.get("messages") or []:
        content = message["content"]
        yield message["role"], False
        yield from [(content, False)] if isinstance(content, str) else map(_part, content)


def _part(block: Mapping[str, Any]) -> tuple[str, bool]:
    bare = {name: value for name, value in block.items() if name != "cache_control"}
    return json.dumps(bare, sort_keys=True), "cache_control" in block
