"""A payload is checked whole, and read no further than was asked for."""

import json
from typing import Any, Final

import pytest

from bot.records import Refused
from bot.web.payload import Reader, at, carries

READER: Final = Reader(
    values=["action", "comment.id", "comment.user.id", "comment.user.login", "id"], names=["comment", "rule"]
)
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
    b'{"id": ' + b"9" * 5_000 + b"}",
]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_nobody_reads_must_be_json_in_utf_8_too(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        READER.read(body)

    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("comment", "id"), 7),
        (("action",), "created"),
        (("comment", "user", "login"), "é"),
        (("comment", "user", "id"), None),
        (("id",), None),
    ],
)
def test_a_member_is_found_by_its_path_or_it_is_nothing(path: tuple[str, ...], value: Any) -> None:
    payload = {"action": "created", "comment": {"id": 7, "user": {"login": "é"}}, "other": {"id": 8}}

    assert at(READER.read(json.dumps(payload).encode()), path) == value


@pytest.mark.parametrize("comment", [None, 7, 1.5, True, "x", [], [{"id": 7}], {}])
def test_what_is_no_object_is_there_and_holds_nothing(comment: object) -> None:
    payload = READER.read(json.dumps({"comment": comment}).encode())

    assert (carries(payload, "comment"), carries(payload, "rule")) == (True, False)
    assert at(payload, ("comment", "id")) is None


@pytest.mark.parametrize("odd", ["\ud800", "é", "\\", '"', "\\ud800"])
def test_half_surrogates_are_json_and_hide_nothing_beside_them(odd: str) -> None:
    payload = READER.read(json.dumps({"odd": odd, "comment": {"id": 7}, odd: 1}).encode())

    assert at(payload, ("comment", "id")) == 7


def test_half_surrogates_name_nothing() -> None:
    assert at(READER.read(b'{"action": "a\\ud800"}'), ("action",)) == "a\0"
