"""Who may do what: the App by its key, an installation by its token, each for no more than it was given."""

from datetime import timedelta

import pytest

from standins.github.people import GitHub
from standins.github.state import Role
from tests.contracts.github_standin.client import SHOP, Client


async def test_the_app_is_known_by_its_signature(client: Client) -> None:
    answer = await client.call("GET", "/app", token=client.signed())

    assert (answer.status, answer.body["slug"]) == (200, "claude-code-bot")


async def test_a_signature_for_another_app_is_refused(client: Client) -> None:
    answer = await client.call("GET", "/app", token=client.signed(issuer="1"))

    assert answer.status == 401


async def test_a_signature_that_has_run_out_is_refused(client: Client) -> None:
    answer = await client.call("GET", "/app", token=client.signed(age=3600))

    assert answer.status == 401


async def test_a_signature_dated_in_the_future_is_refused(client: Client) -> None:
    answer = await client.call("GET", "/app", token=client.signed(age=-600))

    assert answer.status == 401


async def test_an_installation_token_is_not_the_app(client: Client) -> None:
    assert (await client.get("/app")).status == 401


@pytest.mark.parametrize("token", ["ghs_unknown", "", "a.b.c"])
async def test_an_unknown_token_is_refused(client: Client, token: str) -> None:
    assert (await client.call("GET", SHOP, token=token)).status == 401


async def test_a_token_lives_an_hour(client: Client, github: GitHub) -> None:
    github.skew = timedelta(minutes=59)
    before = await client.get(SHOP)
    github.skew = timedelta(minutes=61)
    after = await client.get(SHOP)

    assert (before.status, after.status) == (200, 401)


async def test_a_token_narrowed_to_a_repository_does_not_see_another(client: Client, github: GitHub) -> None:
    other = github.create_repository("acme/other")
    narrowed = await client.mint(repository_ids=[other.id])
    client.token = narrowed.body["token"]

    assert (await client.get("/repos/acme/other")).status == 200
    assert (await client.get(SHOP)).status == 404
    assert narrowed.body["repository_selection"] == "selected"


async def test_a_token_narrowed_to_reading_does_not_write(client: Client, github: GitHub) -> None:
    number = await github.open_issue("alice", "acme/shop", "Help")
    client.token = (await client.mint(permissions={"issues": "read"})).body["token"]

    read = await client.get(f"{SHOP}/issues/{number}")
    written = await client.post(f"{SHOP}/issues/{number}/comments", {"body": "hello"})

    assert (read.status, written.status) == (200, 403)
    assert written.body["message"] == "Resource not accessible by integration"
    assert github.effects_named("create_comment") == []


@pytest.mark.parametrize("asked", [{"statuses": "write"}, {"metadata": "write"}, {"issues": "admin"}])
async def test_more_than_was_granted_is_not_given(client: Client, asked: dict[str, str]) -> None:
    assert (await client.mint(permissions=asked)).status == 422


async def test_a_repository_of_somebody_else_is_not_given(client: Client, github: GitHub) -> None:
    other = github.create_repository("elsewhere/secret")

    assert (await client.mint(repository_ids=[other.id])).status == 422
    assert (await client.get("/repos/elsewhere/secret")).status == 404


async def test_what_is_public_can_be_read_but_not_written(client: Client, github: GitHub) -> None:
    github.create_repository("elsewhere/open", private=False)

    read = await client.get("/repos/elsewhere/open/contents/README.md")
    written = await client.post("/repos/elsewhere/open/git/blobs", {"content": "x"})

    assert (read.status, written.status) == (200, 403)


async def test_a_suspended_installation_gets_nothing(client: Client, github: GitHub) -> None:
    await github.suspend("acme", by="bob")

    assert (await client.get(SHOP)).status == 403
    assert (await client.mint()).status == 403


async def test_the_tokens_of_a_removed_installation_are_worthless(client: Client, github: GitHub) -> None:
    await github.uninstall("acme", by="bob")

    assert (await client.get(SHOP)).status == 401
    assert (await client.call("GET", f"{SHOP}/installation", token=client.signed())).status == 404


@pytest.mark.parametrize(
    ("role", "permission"),
    [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"), ("none", "none")],
)
async def test_a_person_has_the_role_they_were_given(
    client: Client, github: GitHub, role: Role, permission: str
) -> None:
    github.person("carol", {"acme/shop": role})
    answer = await client.get(f"{SHOP}/collaborators/carol/permission")

    assert (answer.body["permission"], answer.body["role_name"]) == (permission, role)
    assert answer.body["user"]["id"] == github.account("carol").id


async def test_an_archived_repository_is_not_written(client: Client, github: GitHub) -> None:
    github.repository("acme/shop").archived = True

    assert (await client.post(f"{SHOP}/git/blobs", {"content": "x"})).status == 403


async def test_the_hour_is_used_up(client: Client, github: GitHub) -> None:
    github.rate_limit = 3
    answers = [await client.get(SHOP) for _ in range(4)]

    assert [each.status for each in answers] == [200, 200, 200, 403]
    assert [each.headers["X-RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert int(answers[3].headers["X-RateLimit-Reset"]) - github.now().timestamp() <= 3600


async def test_an_answer_that_has_not_changed_is_free(client: Client) -> None:
    first = await client.get(SHOP)
    again = await client.get(SHOP, If_None_Match=first.headers["ETag"])

    assert (again.status, again.raw) == (304, b"")
    assert again.headers["X-RateLimit-Used"] == first.headers["X-RateLimit-Used"]
