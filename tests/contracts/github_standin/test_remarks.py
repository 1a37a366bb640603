"""What is said at lines of pull requests, as GitHub lists it."""

import pytest

from tests.contracts.github_standin.client import SHOP, Client


@pytest.mark.parametrize(
    ("query", "newest_first"),
    [
        ("", False),
        ("?direction=desc", False),
        ("?sort=created&direction=asc", False),
        ("?sort=created", False),
        ("?sort=created&direction=desc", True),
    ],
)
async def test_remarks_are_listed_oldest_first_unless_both_are_asked_for(
    client: Client, query: str, *, newest_first: bool
) -> None:
    number, head = await client.pull("pay", {"pay.py": "a\nb\n"})
    comments = [{"path": "pay.py", "body": body, "line": line} for line, body in ((1, "one"), (2, "two"))]
    asked = {"event": "COMMENT", "body": "b", "commit_id": head, "comments": comments}
    await client.post(f"{SHOP}/pulls/{number}/reviews", asked)

    told = await client.get(f"{SHOP}/pulls/{number}/comments{query}")

    assert [each["body"] for each in told.body] == (["two", "one"] if newest_first else ["one", "two"])
