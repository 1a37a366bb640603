"""What the GitHub adapters make of answers that the stand-in does not give: those of others, and odd ones."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.infrastructure.github_branches import GitHubBranches, is_text
from bot.infrastructure.github_checks import GitHubChecks
from bot.infrastructure.github_comments import GitHubComments
from bot.infrastructure.github_deployments import GitHubDeployments
from bot.infrastructure.github_pulls import GitHubPullRequests
from bot.infrastructure.github_repositories import GitHubRepositories
from bot.records import Actor, FileEdit, StepFailed, Unavailable
from tests.faults.hostile_github import APP_ID, ERP, Says, Side, hostile_side

MARKER = "<!-- m -->"
OURS = {"id": APP_ID}
OTHERS = {"id": APP_ID + 1}
BOT = "claude-code-bot[bot]"
APP = {
    "id": APP_ID,
    "slug": "claude-code-bot",
    "name": "Claude Code Bot",
    "owner": {"id": 1, "login": "acme"},
    "permissions": {},
    "events": [],
}
WHERE = {"sha": "a" * 40, "environment": "production"}


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with hostile_side() as side:
        yield side


def comment(app: Mapping[str, int] | None, kind: str) -> Mapping[str, Any]:
    return {"id": 5, "body": MARKER, "user": {"type": kind}, "performed_via_github_app": app}


def pull(**changed: Any) -> dict[str, Any]:
    return {
        "number": 3,
        "title": "Invoices",
        "head": {"ref": "claude/x", "sha": "b" * 40, "repo": {"id": ERP.id}},
        "base": {"ref": "main"},
        "state": "open",
        "created_at": "2026-01-01T00:00:00Z",
        "merged_at": None,
        "merge_commit_sha": "c" * 40,
        "user": {"login": BOT},
        **changed,
    }


def head(**changed: Any) -> dict[str, Any]:
    return {"head": {**pull()["head"], **changed}}


@pytest.mark.parametrize(
    ("app", "kind"),
    [(OTHERS, "Bot"), (None, "Bot"), (None, "User"), (OURS, "User")],
    ids=["another app", "a bot of old", "a person", "a person through this app"],
)
async def test_out_08_a_comment_by_anybody_but_this_app_itself_is_not_ours(
    side: Side, app: Mapping[str, int] | None, kind: str
) -> None:
    side.hostile.will(Says(body=[comment(app, kind)]))

    assert await GitHubComments(side.app).find(ERP, 1, marker=MARKER) is None


async def test_our_comment_among_those_of_others_is_the_one(side: Side) -> None:
    deleted = {"id": 4, "body": None, "user": None, "performed_via_github_app": None}
    side.hostile.will(Says(body=[deleted, comment(OTHERS, "Bot"), {**comment(OURS, "Bot"), "id": 6}]))

    assert await GitHubComments(side.app).find(ERP, 1, marker=MARKER) == 6


@pytest.mark.parametrize(
    "changed",
    [
        {"user": {"login": "dev"}},
        head(repo={"id": 999}),
        head(repo=None),
        head(ref="claude/xy"),
    ],
    ids=["another author", "a fork", "a fork that is gone", "another branch"],
)
async def test_a_pull_request_of_another_author_fork_or_branch_is_not_ours(
    side: Side, changed: dict[str, Any]
) -> None:
    side.hostile.will(Says(body=APP), Says(body=[pull(**changed)]))

    assert await GitHubPullRequests(side.app).find(ERP, branch="claude/x") is None


async def test_a_pull_request_of_ours_is_found_when_it_is_closed_too(side: Side) -> None:
    side.hostile.will(Says(body=APP), Says(body=[pull(state="closed")]))

    found = await GitHubPullRequests(side.app).find(ERP, branch="claude/x")

    assert found is not None
    assert "state=all" in side.hostile.heard[1].path
    assert "head=acme:claude/x" in side.hostile.heard[1].path


async def test_an_open_pull_request_has_no_merge_commit_although_github_tries_one(side: Side) -> None:
    side.hostile.will(Says(body=pull()))

    assert (await GitHubPullRequests(side.app).get(ERP, 3)).merge_sha is None


async def test_one_of_ours_that_is_closed_is_not_the_open_one_that_github_speaks_of(side: Side) -> None:
    exists = Says(
        422, {"message": "Validation Failed", "errors": [{"message": "already exists", "code": "custom"}]}
    )
    closed = Says(body=[pull(state="closed")])
    side.hostile.will(exists, Says(body=APP), closed, closed)

    with pytest.raises(Unavailable) as failure:
        await GitHubPullRequests(side.app).open(ERP, branch="claude/x", base="main", title="t", body="b")

    assert failure.value.code == "github_stale"


async def test_out_07_a_check_of_another_app_with_our_key_is_not_ours(side: Side) -> None:
    check = {"id": 9, "external_id": "int-1", "app": OTHERS}
    side.hostile.will(Says(body={"total_count": 2, "check_runs": [check, {**check, "app": None}]}))

    assert await GitHubChecks(side.app).find(ERP, head="abc", external_id="int-1") is None
    assert side.hostile.heard[0].path == (
        f"/repos/acme/erp/commits/abc/check-runs?app_id={APP_ID}&filter=all&per_page=100&page=1"
    )


@pytest.mark.parametrize(
    "deployment",
    [
        {"id": 9, "creator": {"login": "dev"}, "payload": {"key": "k"}},
        {"id": 9, "creator": None, "payload": {"key": "k"}},
        {"id": 9, "creator": {"login": BOT}, "payload": {}},
        {"id": 9, "creator": {"login": BOT}, "payload": ""},
        {"id": 9, "creator": {"login": BOT}, "payload": '["k"]'},
        {"id": 9, "creator": {"login": "dev"}, "payload": "no json"},
    ],
    ids=["another's", "nobody's", "no key", "empty", "a list", "not json"],
)
async def test_a_deployment_of_another_or_without_the_key_is_not_ours(
    side: Side, deployment: dict[str, Any]
) -> None:
    side.hostile.will(Says(body=APP), Says(body=[deployment]))

    assert await GitHubDeployments(side.app).find(ERP, **WHERE, key="k") is None


@pytest.mark.parametrize("payload", [{"key": "k"}, '{"key": "k"}'], ids=["object", "text"])
async def test_our_deployment_is_known_by_its_key_in_either_form(side: Side, payload: object) -> None:
    side.hostile.will(Says(body=APP), Says(body=[{"id": 9, "creator": {"login": BOT}, "payload": payload}]))

    assert await GitHubDeployments(side.app).find(ERP, **WHERE, key="k") == 9
    assert f"?sha={'a' * 40}&environment=production" in side.hostile.heard[1].path


async def test_a_deployment_merges_nothing_and_waits_for_no_other_check(side: Side) -> None:
    side.hostile.will(Says(201, {"id": 9}))

    await GitHubDeployments(side.app).create(ERP, **WHERE, key="k")

    assert side.hostile.heard[0].body == {
        "ref": "a" * 40,
        "environment": "production",
        "payload": {"key": "k"},
        "auto_merge": False,
        "required_contexts": [],
    }


async def test_why_a_deployment_stands_as_it_does_fits_into_its_line(side: Side) -> None:
    side.hostile.will(Says(201, {"id": 1}))

    await GitHubDeployments(side.app).set_state(ERP, 9, state="failure", why="no\n" * 100)

    assert len(side.hostile.heard[0].body["description"]) == 140


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"a", True), ("grün".encode(), True), (b"", False), (b"a\0b", False), (b"\xff", False)],
    ids=["ascii", "utf-8", "empty", "a zero byte", "not utf-8"],
)
def test_only_what_json_carries_unchanged_goes_inline(content: bytes, *, expected: bool) -> None:
    assert is_text(content) is expected


async def test_a_deletion_is_an_entry_without_an_object(side: Side) -> None:
    tree, made = Says(201, {"sha": "t"}), Says(201, {"sha": "c"})
    side.hostile.will(Says(body={"tree": {"sha": "base"}}), tree, made)

    edits = [FileEdit(path="old.py", content=None)]
    await GitHubBranches(side.app).commit(ERP, parent="p", edits=edits, message="m")

    assert side.hostile.heard[1].body == {
        "base_tree": "base",
        "tree": [{"path": "old.py", "mode": "100644", "type": "blob", "sha": None}],
    }
    assert side.hostile.heard[2].body == {"message": "m", "tree": "t", "parents": ["p"]}


@pytest.mark.parametrize("user", [None, {"id": 2}, {}], ids=["nobody", "another", "unnamed"])
async def test_id_10_a_permission_of_anybody_else_is_none(side: Side, user: object) -> None:
    side.hostile.will(Says(body={"user": user, "role_name": "admin", "permission": "admin"}))

    assert await GitHubRepositories(side.app).role_name(ERP, Actor(id=1, login="dev")) == "none"


async def test_id_14_a_role_of_the_organisation_s_own_is_named_as_it_is(side: Side) -> None:
    side.hostile.will(Says(body={"user": {"id": 1}, "role_name": "deployer", "permission": "write"}))

    assert await GitHubRepositories(side.app).role_name(ERP, Actor(id=1, login="dev")) == "deployer"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Repository was archived so is read-only.", "repository_archived"),
        ("This installation has been suspended", "installation_suspended"),
    ],
)
async def test_f31_a_repository_or_installation_that_takes_no_more_is_named(
    side: Side, message: str, code: str
) -> None:
    side.hostile.will(Says(403, {"message": message}))

    with pytest.raises(StepFailed) as failure:
        await GitHubComments(side.app).create(ERP, 1, body="x")

    assert failure.value.code == code
