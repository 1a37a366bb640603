"""A repository that is called otherwise, or is somebody else's: found by its number, never by its name."""

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import SHOP, Client


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("POST", 307)])
async def test_whoever_asks_by_the_old_name_is_sent_on(
    client: Client, github: GitHub, method: str, status: int
) -> None:
    await github.rename_repository("bob", "acme/shop", "store")
    sent = {"Authorization": f"Bearer {client.token}"}

    url = f"{github.url}{SHOP}/issues"
    async with client.session.request(method, url, headers=sent, allow_redirects=False) as answer:
        said, there = await answer.json(), github.repository("acme/store")

    assert (answer.status, said["url"]) == (status, answer.headers["location"])
    assert said["url"] == f"{github.url}/repositories/{there.id}/issues"
    assert github.violations == []


async def test_git_is_sent_on_as_well(client: Client, github: GitHub) -> None:
    await github.rename_repository("bob", "acme/shop", "store")
    sent = {"Authorization": f"Bearer {client.token}"}

    url = f"{github.url}/acme/shop.git/info/refs?service=git-upload-pack"
    async with client.session.get(url, headers=sent) as answer:
        assert (answer.status, len(answer.history)) == (200, 1)


async def test_a_name_that_was_left_is_anybodys(client: Client, github: GitHub) -> None:
    await github.rename_repository("bob", "acme/shop", "store")
    other = github.create_repository("acme/shop", {"a.txt": "a\n"})

    assert (await client.get(SHOP)).body["id"] == other.id


async def test_what_was_given_away_is_seen_no_more(client: Client, github: GitHub) -> None:
    await github.transfer_repository("bob", "acme/shop", "globex")

    assert (await client.get("/repos/globex/shop")).status == 404


async def test_pull_requests_follow_their_base_and_end_with_their_branch(
    client: Client, github: GitHub
) -> None:
    number, _ = await client.pull("bot/pay", {"a.py": "a\n"})

    await github.rename_branch("bob", "acme/shop", "main", "trunk")
    retargeted = (await client.get(f"{SHOP}/pulls/{number}")).body
    await github.rename_branch("bob", "acme/shop", "bot/pay", "mine")
    ended = (await client.get(f"{SHOP}/pulls/{number}")).body

    assert (retargeted["state"], retargeted["base"]["ref"]) == ("open", "trunk")
    assert (await client.get(SHOP)).body["default_branch"] == "trunk"
    assert ended["state"] == "closed"
