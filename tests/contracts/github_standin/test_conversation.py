"""Issues, comments, reactions and labels."""

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client


@pytest.fixture
async def issue(github: GitHub) -> str:
    """The path of an issue that alice opened."""
    return f"{SHOP}/issues/{await github.open_issue('alice', 'acme/shop', 'Invoices', 'please')}"


async def test_a_comment_of_the_bot_is_the_bots(client: Client, issue: str) -> None:
    made = await client.post(f"{issue}/comments", {"body": "hello"})
    there = await client.get(f"{issue}/comments")

    assert (made.status, made.body["user"]["login"]) == (201, "claude-code-bot[bot]")
    assert made.body["user"]["type"] == "Bot"
    assert made.body["performed_via_github_app"]["slug"] == "claude-code-bot"
    assert [each["body"] for each in there.body] == ["hello"]


async def test_a_comment_is_edited_and_deleted(client: Client, issue: str) -> None:
    made = (await client.post(f"{issue}/comments", {"body": "one"})).body
    path = f"{SHOP}/issues/comments/{made['id']}"
    edited = await client.patch(path, {"body": "two"})
    await client.call("DELETE", path)

    assert edited.body["body"] == "two"
    assert (await client.get(path)).status == 404


@pytest.mark.parametrize(("length", "status"), [(65_536, 201), (65_537, 422)])
async def test_a_long_comment_is_refused(client: Client, issue: str, length: int, status: int) -> None:
    assert (await client.post(f"{issue}/comments", {"body": "x" * length})).status == status


async def test_comments_come_in_pages(client: Client, github: GitHub, issue: str) -> None:
    for number in range(5):
        await github.comment("alice", "acme/shop", 1, f"comment {number}")
    first = await client.get(f"{issue}/comments?per_page=2")
    last = await client.get(f"{issue}/comments?per_page=2&page=3")

    assert [each["body"] for each in first.body] == ["comment 0", "comment 1"]
    assert f'{github.url}{issue}/comments?per_page=2&page=2>; rel="next"' in first.headers["Link"]
    assert 'page=3>; rel="last"' in first.headers["Link"]
    assert [each["body"] for each in last.body] == ["comment 4"]
    assert "Link" not in last.headers


async def test_the_same_reaction_again_is_no_new_one(client: Client, github: GitHub, issue: str) -> None:
    comment = await github.comment("alice", "acme/shop", 1, "/claude help")
    path = f"{SHOP}/issues/comments/{comment}/reactions"
    answers = [await client.post(path, {"content": "eyes"}) for _ in range(2)]

    assert [each.status for each in answers] == [201, 200]
    assert answers[0].body["id"] == answers[1].body["id"]
    assert (await client.get(f"{SHOP}/issues/comments/{comment}")).body["reactions"]["eyes"] == 1
    assert len(github.effects_named("create_reaction")) == 1


async def test_labels_are_put_on_and_taken_off(client: Client, issue: str) -> None:
    put = await client.post(f"{issue}/labels", {"labels": ["claude", "bug"]})
    taken = await client.call("DELETE", f"{issue}/labels/bug")

    assert [each["name"] for each in put.body] == ["claude", "bug"]
    assert [each["name"] for each in taken.body] == ["claude"]


async def test_issues_and_pull_requests_share_their_numbers(client: Client, issue: str) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})
    listed = await client.get(f"{SHOP}/issues")

    assert number == 2
    assert ["pull_request" in each for each in listed.body] == [True, False]
