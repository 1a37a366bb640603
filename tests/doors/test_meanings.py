"""Acts have names: the same act is known again, and no two acts share one."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from bot.web.meanings import meaning_of
from bot.web.webhooks import PAYLOADS

RECORDED: Final = Path(__file__).parents[1] / "contracts/data/webhooks"
PULL: Final = {"id": 1, "updated_at": "T", "head": {"sha": "s"}}


def meaning(kind: str, **payload: Any) -> str | None:
    body = json.dumps(payload).encode()
    return meaning_of(kind, PAYLOADS.read(body), body)


@pytest.mark.parametrize(
    ("family", "one", "other"),
    [
        ("deployment_status", "created.3", "created.4"),
        ("issues", "assigned.1", "assigned.2"),
        ("pull_request", "ready-for-review.1", "ready-for-review.2"),
        ("push", "event.4", "event.7"),
    ],
)
def test_one_act_told_to_a_repository_hook_and_to_the_app_has_one_name(
    family: str, one: str, other: str
) -> None:
    assert recorded(family, one) == recorded(family, other)


def recorded(family: str, name: str) -> str | None:
    body = (RECORDED / family / f"{name}.json").read_bytes()
    payload = json.loads(body)
    kind = f"{family}.{payload['action']}" if "action" in payload else family
    return meaning_of(kind, PAYLOADS.read(body), body)


@pytest.mark.parametrize(
    ("kind", "payload", "name"),
    [
        ("issue_comment.created", {"comment": {"id": 7, "updated_at": "T"}}, "issue_comment.created:7:T"),
        ("deployment_status.created", {"deployment_status": {"id": 9}}, "deployment_status.created:9"),
        ("pull_request.closed", {"pull_request": PULL}, "pull_request.closed:1:T:s"),
        ("status", {"id": 5}, "status:5"),
        (
            "push",
            {"ref": "r", "before": "a", "after": "b", "repository": {"id": 3, "pushed_at": 8}},
            "push:3:r:a:b:8",
        ),
    ],
)
def test_an_act_with_an_id_is_named_by_it(kind: str, payload: dict[str, Any], name: str) -> None:
    assert meaning(kind, **payload) == name


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("pull_request.labeled", {"label": {"id": 1}}, {"label": {"id": 2}}),
        ("pull_request.assigned", {"assignee": {"id": 1}}, {"assignee": {"id": 2}}),
        ("pull_request.review_requested", {"requested_reviewer": {"id": 1}}, {"requested_team": {"id": 1}}),
        ("pull_request.edited", {"changes": {"title": {}}}, {"changes": {"base": {}}}),
    ],
)
def test_acts_of_one_second_on_one_pull_request_are_told_apart(
    kind: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert meaning(kind, pull_request=PULL, **one) != meaning(kind, pull_request=PULL, **other)


def test_a_push_repeated_after_going_back_is_another_act() -> None:
    push = {"ref": "refs/heads/main", "before": "a", "after": "b"}

    first = meaning("push", **push, repository={"id": 1, "pushed_at": 1})
    again = meaning("push", **push, repository={"id": 1, "pushed_at": 2})

    assert first != again


@pytest.mark.parametrize("kind", ["check_run.rerequested", "issue_comment.edited", "star.created", "ping"])
def test_an_act_without_an_id_is_named_by_its_bytes(kind: str) -> None:
    one = meaning(kind, comment={"id": 7, "updated_at": "T"}, check_run={"id": 1}, n=1)
    other = meaning(kind, comment={"id": 7, "updated_at": "T"}, check_run={"id": 1}, n=2)

    assert str(one).startswith(f"{kind}:sha256:")
    assert one != other


@pytest.mark.parametrize("odd", [None, [], {}, "a\0b", "x" * 301, ""])
def test_an_id_that_is_none_is_not_used_as_one(odd: object) -> None:
    assert ":sha256:" in str(meaning("issue_comment.created", comment={"id": odd, "updated_at": "T"}))


def test_what_may_be_said_twice_in_the_same_bytes_has_no_name() -> None:
    assert recorded("github_app_authorization", "revoked.1") is None
