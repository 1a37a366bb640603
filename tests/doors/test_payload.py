"""A payload is checked whole, and read no further than it is asked."""

import json
from typing import Any

import pytest

from bot.records import Refused
from bot.web.payload import UNREADABLE, Payload, at

BROKEN = [
    b'{"unread": "\xff"}',
    b'{"unread": "\\q"}',
    b'{"unread": [1,, 2]}',
    b'{"unread": {"a" 1}}',
    b'{"unread": NaN}',
    b'{"unread": 1,}',
    b'{"unread": 1} x',
    b'{"unread": "\x01"}',
    b'{"unread": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_nobody_reads_must_be_json_in_utf_8_too(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        Payload.read(body)

    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("comment", "id"), 7),
        (("action",), "created"),
        (("comment", "user", "login"), "é"),
        (("comment", "user", "id"), None),
        (("action", "id"), None),
        (("nothing", "id"), None),
    ],
)
def test_a_member_is_found_by_its_path_or_it_is_nothing(path: tuple[str, ...], value: Any) -> None:
    payload = {"action": "created", "comment": {"id": 7, "user": {"login": "é"}}}

    assert at(Payload.read(json.dumps(payload).encode()), path) == value


@pytest.mark.parametrize("odd", ["\ud800", "é", "\\", '"'])
def test_half_surrogates_are_json_and_hide_nothing_beside_them(odd: str) -> None:
    payload = Payload.read(json.dumps({"odd": odd, "comment": {"id": 7}}).encode())

    assert at(payload, ("comment", "id")) == 7
    assert sorted(payload.names()) == ["comment", "odd"]


@pytest.mark.parametrize("odd", [b"9" * 5_000, b'"\\ud800"'])
def test_what_can_name_nothing_is_neither_nothing_nor_a_name(odd: bytes) -> None:
    assert Payload.read(b'{"id": ' + odd + b"}").value("id") is UNREADABLE
