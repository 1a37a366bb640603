"""What names the act a delivery reports, so that the same act under a fresh delivery id is known again.

Two acts must never share a name; where a family gives its acts no id, the bytes themselves are the name.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from bot.web.payload import Payload, at, carries

_ACTS: Final[Mapping[str, str]] = {
    "check_run.created": "check_run.id",
    "commit_comment": "comment.id comment.updated_at",
    "deployment.created": "deployment.id deployment.created_at",
    "deployment_status.created": "deployment_status.id",
    "discussion_comment": "comment.id comment.updated_at",
    "installation": "installation.id installation.updated_at",
    "issue_comment": "comment.id comment.updated_at",
    "issues": "issue.id issue.updated_at",
    "pull_request": "pull_request.id pull_request.updated_at pull_request.head.sha",
    "pull_request_review.submitted": "review.id review.submitted_at",
    "pull_request_review_comment": "comment.id comment.updated_at",
    # Going back and forth between two commits repeats ref, before and after; the time of the push does not.
    "push": "repository.id ref before after repository.pushed_at",
    "status": "id",
    "workflow_run": "workflow_run.id workflow_run.run_attempt workflow_run.updated_at",
}

_PATHS: Final = {
    kind: tuple(tuple(path.split(".")) for path in paths.split()) for kind, paths in _ACTS.items()
}

# Of several labels set at once, each comes in its own delivery, all with one time; so with people and teams.
_ONE_OF_SEVERAL: Final = ("label", "assignee", "milestone", "requested_reviewer", "requested_team")

VALUES: Final = tuple(
    chain(*(paths.split() for paths in _ACTS.values()), (f"{noun}.id" for noun in _ONE_OF_SEVERAL))
)
"""The paths to whatever may be part of a name."""

# An edit has no id, and two may fall into one second; a check asked for again says nothing of its own either.
_NAMELESS: Final = ("edited", "rerequested", "requested_action")

# The body says who, and neither when nor which: the second time is as the first one was, and has to count.
_SAID_ANEW: Final = frozenset({"github_app_authorization.revoked"})
_OF_RIGHTS: Final = frozenset({"member", "membership", "organization", "team"})

_LONGEST_NAME: Final = 300  # a ref is at most 255 bytes


def meaning_of(kind: str, payload: Payload, body: bytes) -> str | None:
    """The act's own name: its ids and time where it has them, else the SHA-256 of the bytes.

    None where two acts may have the same bytes: then its delivery's own id is all that names it.
    """
    family, _, action = kind.partition(".")
    if kind in _SAID_ANEW or family in _OF_RIGHTS:
        return None
    paths = () if action in _NAMELESS else _PATHS.get(kind) or _PATHS.get(family, ())
    ids = [_named(payload, path) for path in paths]
    if not all(ids) or not ids:
        return f"{kind}:sha256:{hashlib.sha256(body).hexdigest()}"
    several = [
        f"{noun}={_named(payload, (noun, 'id'))}" for noun in _ONE_OF_SEVERAL if carries(payload, noun)
    ]
    return ":".join([kind, *ids, *several])


def _named(payload: Payload, path: Sequence[str]) -> str:
    found = at(payload, path)
    name = str(found) if isinstance(found, str | int) else ""
    return name if name.isprintable() and len(name) <= _LONGEST_NAME else ""
