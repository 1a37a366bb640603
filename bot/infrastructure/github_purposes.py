"""What the App's tokens are for: each has the least rights that suffice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a token is for, and the least rights that suffice for it."""

    name: str
    permissions: Mapping[str, str] = field(hash=False)


# Each purpose costs a call per repository and hour: a new one must keep some right away.
READ: Final = Purpose(name="read", permissions={"metadata": "read", "contents": "read"})
TALK: Final = Purpose(
    name="talk",
    permissions={"metadata": "read", "issues": "write", "pull_requests": "write", "checks": "write"},
)
PUBLISH: Final = Purpose(
    name="publish", permissions={"metadata": "read", "contents": "write", "pull_requests": "write"}
)
# A right that an installation may leave out: without it the logs of jobs are not seen.
LOGS: Final = Purpose(name="logs", permissions={"metadata": "read", "actions": "read"})
# Asked for only where a repository's own checks judge: nobody else needs it.
STATUSES: Final = Purpose(name="statuses", permissions={"metadata": "read", "statuses": "read"})
# It may be left out too: without it an account is frozen by nobody but the operator.
OWNERS: Final = Purpose(name="owners", permissions={"metadata": "read", "members": "read"})
# Asked for only where a workflow deploys.
DISPATCH: Final = Purpose(name="dispatch", permissions={"metadata": "read", "actions": "write"})
DEPLOY: Final = Purpose(
    name="deploy",
    permissions={
        **PUBLISH.permissions,
        "deployments": "write",
    },
)
PURPOSES: Final = (READ, TALK, PUBLISH, LOGS, STATUSES, OWNERS, DISPATCH, DEPLOY)
