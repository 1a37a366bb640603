"""A message as server-sent events, in the order of the recorded streams."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

Event = tuple[str, Mapping[str, Any]]

PIECE: Final = 24
# Cuts a stream into pieces of these lengths in turn: lines, characters and JSON are split anywhere.
CHUNKS: Final = (7, 1, 190, 3, 1024, 2)


def events_of(message: Mapping[str, Any]) -> Iterator[Event]:
    """The message from message_start to message_stop, with a ping after the first block's start."""
    usage = message["usage"]
    opening = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": opening}
    for index, block in enumerate(message["content"]):
        yield _event("content_block_start", index, content_block=_opened(block))
        if index == 0:
            yield "ping", {"type": "ping"}
        for delta in _deltas(block):
            yield _event("content_block_delta", index, delta=delta)
        if "cut_json" not in block:  # the recorded ones have no end either
            yield _event("content_block_stop", index)
    yield "message", {"type": "an_event_of_tomorrow"}
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": ending, "usage": usage}
    yield "message_stop", {"type": "message_stop"}


def encoded(event: Event) -> bytes:
    name, fields = event
    return f"event: {name}\ndata: {json.dumps(fields, ensure_ascii=False)}\n\n".encode()


def chunks(stream: bytes) -> Iterator[bytes]:
    """The bytes in pieces of uneven lengths."""
    at = turn = 0
    while at < len(stream):
        length = CHUNKS[turn % len(CHUNKS)]
        yield stream[at : at + length]
        at, turn = at + length, turn + 1


def _event(name: str, index: int, **fields: Any) -> Event:
    return name, {"type": name, "index": index, **fields}


def _opened(block: Mapping[str, Any]) -> Mapping[str, Any]:
    """The block as it looks before its first delta."""
    match block["type"]:
        case "text":
            return {**block, "text": ""}
        case "tool_use":
            return {"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}
        case "thinking":
            return {**block, "thinking": "", "signature": ""}
        case _:
            return block


def _deltas(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": piece} for piece in _pieces(block["text"]))
        case "tool_use":
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in _json_pieces(block))
        case "thinking":
            for piece in _pieces(block["thinking"]):
                yield {"type": "thinking_delta", "thinking": piece}
            yield {"type": "signature_delta", "signature": block["signature"]}
        case _:
            return


def _json_pieces(block: Mapping[str, Any]) -> Iterator[str]:
    """The first one is empty, as in the recordings. `cut_json` stands for an input that broke off."""
    yield ""
    yield from _pieces(block.get("cut_json") or json.dumps(block["input"], ensure_ascii=False))


def _pieces(words: str) -> Iterator[str]:
    yield from (words[at : at + PIECE] for at in range(0, len(words), PIECE))
