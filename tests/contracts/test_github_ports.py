"""What the GitHub adapters promise the application, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.application import ports, run_ports
from bot.application.check_ports import Checks
from bot.application.repository_ports import Files, Repositories
from bot.domain.merging import METHODS
from bot.infrastructure.github_pulls import GitHubPullRequests
from bot.infrastructure.github_purposes import PUBLISH, READ
from bot.owner_records import Ownership
from bot.records import Actor, FileEdit, MergeMethod, PullRequest, RepositoryFacts, StepFailed, Unavailable
from standins.faults import Fault, Kind
from standins.github.state import Role
from tests.contracts.github_side import BRANCH, ERP, Side, github_side

MARKER = "<!-- claude-code-bot: status int-1 -->"
MEMBERSHIP = "/orgs/{org}/memberships/{username}"
PULLS = "/repos/{owner}/{repo}/pulls"
COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


def test_each_adapter_has_the_shape_of_its_port(side: Side) -> None:
    adapters: tuple[
        Repositories,
        Files,
        ports.Comments,
        ports.Branches,
        ports.PullRequests,
        Checks,
        run_ports.Deployments,
    ] = (
        side.repositories,
        side.files,
        side.comments,
        side.branches,
        side.pulls,
        side.checks,
        side.deployments,
    )

    assert len(adapters) == 7


# Repositories


async def test_a_repository_is_described_as_it_is_now(side: Side) -> None:
    assert await side.repositories.describe(side.repository) == RepositoryFacts(
        id=side.repository.id,
        full_name=ERP,
        default_branch="main",
        private=True,
        archived=False,
        merge_methods=METHODS,
        owner_id=side.github.account("acme").id,
        page=f"{side.github.url}/{ERP}",
    )


@pytest.mark.parametrize("allowed", [("squash",), ("rebase",), ("merge", "rebase")])
async def test_it_says_how_it_may_be_merged(side: Side, allowed: tuple[MergeMethod, ...]) -> None:
    side.github.repository(ERP).merge_methods = frozenset(allowed)

    assert (await side.repositories.describe(side.repository)).merge_methods == allowed


async def test_id_10_another_repository_of_that_name_is_gone_for_us(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.repositories.describe(side.elsewhere())

    assert failure.value.code == "repository_gone"


async def test_the_app_acts_under_the_name_that_github_writes_beside_its_deeds(side: Side) -> None:
    number, _ = await side.pull()

    opened = next(each for each in side.github.repository(ERP).pulls() if each.number == number)
    assert await side.repositories.app_login() == opened.by.login


@pytest.mark.parametrize(
    ("role", "state", "is_owner"),
    [
        ("admin", "active", True),
        ("admin", "pending", False),
        ("member", "active", False),
        ("billing_manager", "active", False),
        (None, "", False),
    ],
)
async def test_id_01_an_organisation_is_its_active_administrators(
    side: Side, role: str | None, state: str, *, is_owner: bool
) -> None:
    side.github.person("ada", {ERP: "admin"})
    if role is not None:
        side.github.join("ada", "acme", role=role, state=state)

    account = side.github.account("acme")
    assert await side.repositories.ownership(side.repository, side.actor("ada")) == Ownership(
        id=account.id, name="acme", is_owner=is_owner
    )


async def test_id_10_who_has_an_owners_name_now_is_no_owner(side: Side) -> None:
    side.github.join("ada", "acme")
    namesake = Actor(id=1, login="ada")

    assert not (await side.repositories.ownership(side.repository, namesake)).is_owner


async def test_id_10_an_account_of_a_person_is_that_very_persons(side: Side) -> None:
    side.github.account("acme").type = "User"
    side.github.join("ada", "acme")

    for login, is_owner in (("ada", False), ("acme", True)):
        found = await side.repositories.ownership(side.repository, side.actor(login))
        assert found.is_owner is is_owner


@pytest.mark.parametrize("granted", [{}, {"members": "read"}])
async def test_id_01_where_members_may_not_be_read_nobody_is_an_owner(
    side: Side, granted: dict[str, str]
) -> None:
    side.github.join("ada", "acme")
    installation = next(iter(side.github.installations.values()))
    del installation.permissions["members"]
    installation.permissions |= granted
    if granted:
        fault = Fault(kind="refuse", method="GET", route=MEMBERSHIP, status=403, message="Forbidden")
        side.github.faults.add(fault)

    found = await side.repositories.ownership(side.repository, side.actor("ada"))

    assert (found.is_owner, found.is_blind) == (False, True)


async def test_id_01_where_the_repository_is_gone_nobody_is_told_of_an_owner(side: Side) -> None:
    with pytest.raises(StepFailed, match="repository_gone"):
        await side.repositories.ownership(side.elsewhere(), side.actor("dev"))


async def test_f28_a_repository_taken_from_the_installation_is_gone(side: Side) -> None:
    await side.github.remove_from_installation(ERP, by="dev")

    with pytest.raises(StepFailed) as failure:
        await side.repositories.describe(side.repository)

    assert failure.value.code == "repository_gone"


async def test_f28_a_suspended_installation_stops_everything(side: Side) -> None:
    await side.github.suspend("acme", by="acme")

    with pytest.raises(StepFailed) as failure:
        await side.comments.create(side.repository, 1, body="hello")

    assert failure.value.code == "installation_suspended"


async def test_f29_a_repository_is_found_under_its_new_name(side: Side) -> None:
    side.github.repository(ERP).name = "billing"

    facts = await side.repositories.describe(side.repository)

    assert facts.full_name == "acme/billing"


async def test_what_is_asked_twice_is_sent_once(side: Side) -> None:
    answers = [await side.repositories.describe(side.repository) for _ in "12"]

    assert answers[0] == answers[1]
    assert [call.status for call in side.github.calls[-2:]] == [200, 304]


@pytest.mark.parametrize("role", ["admin", "maintain", "write", "triage", "read", "none"])
async def test_id_02_the_permission_is_the_one_github_names_now(side: Side, role: Role) -> None:
    side.github.repository(ERP).roles["dev"] = role

    assert await side.repositories.role_name(side.repository, side.actor("dev")) == role


async def test_id_10_who_has_taken_over_the_name_has_no_rights_from_it(side: Side) -> None:
    stranger = Actor(id=side.actor("dev").id + 1, login="dev")

    assert await side.repositories.role_name(side.repository, stranger) == "none"


async def test_id_14_somebody_who_is_not_there_has_no_rights(side: Side) -> None:
    assert await side.repositories.role_name(side.repository, Actor(id=5, login="nobody")) == "none"


# Comments


async def test_a_comment_is_written_found_and_edited(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    made = await side.comments.create(side.repository, issue, body=f"On it.\n{MARKER}")

    await side.comments.edit(side.repository, made, body=f"Done.\n{MARKER}")

    assert await side.comments.find(side.repository, issue, marker=MARKER) == made
    assert side.github.repository(ERP).comments[made].body == f"Done.\n{MARKER}"
    said_at = datetime.fromisoformat(await side.comments.written_at(side.repository, made))
    assert said_at == side.github.repository(ERP).comments[made].created_at.replace(microsecond=0)


async def test_out_08_a_marker_that_somebody_else_wrote_is_not_ours(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    await side.github.comment("dev", ERP, issue, MARKER)

    assert await side.comments.find(side.repository, issue, marker=MARKER) is None


async def test_our_comment_is_found_behind_many_others(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    for number in range(101):
        await side.github.comment("dev", ERP, issue, f"{number}")
    made = await side.comments.create(side.repository, issue, body=MARKER)

    assert await side.comments.find(side.repository, issue, marker=MARKER) == made


async def test_f18_a_comment_whose_answer_was_lost_is_found(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    side.fails("lose", "POST", COMMENTS)
    with pytest.raises(Unavailable):
        await side.comments.create(side.repository, issue, body=MARKER)

    assert await side.comments.find(side.repository, issue, marker=MARKER) is not None
    assert len(side.github.repository(ERP).comments) == 1


async def test_out_06_a_text_that_is_too_long_is_cut_and_says_so(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")

    made = await side.comments.create(side.repository, issue, body="😀" * 100_000 + f"\n{MARKER}")

    body = side.github.repository(ERP).comments[made].body
    assert len(body) <= 65_536
    assert body.endswith(f"(Cut here: the text is longer than GitHub takes.)*\n{MARKER}")


async def test_a_reaction_is_given_once_however_often(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    comment = await side.github.comment("dev", ERP, issue, "/claude status")

    for _ in range(2):
        await side.comments.react(side.repository, comment, content="eyes")

    given = side.github.repository(ERP).comments[comment].reactions
    assert [reaction.content for reaction in given] == ["eyes"]


async def test_a_comment_that_is_gone_needs_no_reaction(side: Side) -> None:
    await side.comments.react(side.repository, 999_999, content="eyes")

    assert side.github.effects_named("create_reaction") == []


async def test_a_comment_that_is_gone_cannot_be_edited(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.comments.edit(side.repository, 999_999, body="x")

    assert failure.value.code == "comment_gone"
    with pytest.raises(StepFailed, match="comment_gone"):
        await side.comments.written_at(side.repository, 999_999)


async def test_an_issue_that_is_gone_cannot_be_commented_on(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.comments.create(side.repository, 999_999, body="x")

    assert failure.value.code == "issue_gone"


# Branches


async def test_the_head_of_a_branch_is_its_commit_and_tree(side: Side) -> None:
    head = await side.branches.head(side.repository, "main")

    assert head is not None
    assert head.sha == await side.main()
    assert side.github.repository(ERP).git.kind(head.tree) == "tree"


async def test_a_branch_that_is_not_there_has_no_head(side: Side) -> None:
    assert await side.branches.head(side.repository, BRANCH) is None


async def test_a_commit_holds_every_edit_and_nothing_else_changes(side: Side) -> None:
    sha = await side.commit(
        FileEdit(path="src/erp.py", content="grüße\r\n".encode()),
        FileEdit(path="logo.png", content=b"\x89PNG\xff\x00"),
        FileEdit(path="src/__init__.py", content=b""),
        FileEdit(path="deploy.sh", content=b"#!/bin/sh\n", executable=True),
        FileEdit(path="src/old.py", content=None),
    )

    git = side.github.repository(ERP).git
    entries = {each.path: each for each in git.entries(sha, "-r")}
    assert {path: git.blob(each.sha) for path, each in entries.items()} == {
        "README.md": b"# ERP\n",
        "run.sh": b"#!/bin/sh\n",
        "src/erp.py": "grüße\r\n".encode(),
        "logo.png": b"\x89PNG\xff\x00",
        "src/__init__.py": b"",
        "deploy.sh": b"#!/bin/sh\n",
    }
    assert entries["deploy.sh"].mode == "100755"


async def test_a_commit_of_text_takes_one_tree_call_and_one_commit_call(side: Side) -> None:
    await side.branches.head(side.repository, "main")
    before = len(side.calls())

    await side.commit(*(FileEdit(path=f"src/{name}.py", content=b"x\n") for name in range(50)))

    assert side.calls()[before:] == [
        "POST /app/installations/{installation_id}/access_tokens",
        "POST /repos/{owner}/{repo}/git/trees",
        "POST /repos/{owner}/{repo}/git/commits",
    ]


async def test_a_commit_is_signed_because_no_author_is_named(side: Side) -> None:
    sha = await side.commit(FileEdit(path="a", content=b"a"))

    assert sha in side.github.repository(ERP).signed


async def test_a_branch_is_created_once_however_often(side: Side) -> None:
    sha = await side.branch()

    await side.branches.create(side.repository, BRANCH, sha=sha)

    assert len(side.github.effects_named("create_branch")) == 1


async def test_a_branch_that_stands_elsewhere_is_not_moved(side: Side) -> None:
    sha = await side.branch()

    with pytest.raises(StepFailed) as failure:
        await side.branches.create(side.repository, BRANCH, sha=await side.main())

    assert failure.value.code == "branch_taken"
    assert side.github.repository(ERP).branches[BRANCH] == sha


async def test_a_branch_for_a_commit_that_is_not_there_is_invalid(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.branches.create(side.repository, BRANCH, sha="0" * 40)

    assert failure.value.code == "github_invalid"


async def test_a_branch_is_deleted_and_one_that_is_gone_is_no_error(side: Side) -> None:
    await side.branch()

    for _ in range(2):
        await side.branches.delete(side.repository, BRANCH)

    assert BRANCH not in side.github.repository(ERP).branches


# Pull requests


async def test_a_pull_request_is_opened_and_found_again(side: Side) -> None:
    number, head = await side.pull()

    (opened,) = side.github.repository(ERP).pulls()
    expected = PullRequest(
        number=number,
        head=head,
        base="main",
        state="open",
        merged=False,
        merge_sha=None,
        opened_at=f"{opened.created_at:%Y-%m-%dT%H:%M:%SZ}",
        title="Invoices",
    )
    assert await side.pulls.find(side.repository, branch=BRANCH) == expected
    assert await side.pulls.get(side.repository, number) == expected


async def test_a_pull_request_that_somebody_else_opened_is_not_ours(side: Side) -> None:
    await side.branch()
    await side.github.open_pull("dev", ERP, head=BRANCH, title="Mine")

    assert await side.pulls.find(side.repository, branch=BRANCH) is None


async def test_where_somebody_else_opened_one_from_our_branch_it_is_taken(side: Side) -> None:
    await side.branch()
    await side.github.open_pull("dev", ERP, head=BRANCH, title="Mine")

    with pytest.raises(StepFailed) as failure:
        await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    assert failure.value.code == "branch_taken"


@pytest.mark.parametrize("kind", ["lose", "cut_after"])
async def test_f17_a_pull_request_whose_answer_was_lost_is_found(side: Side, kind: Kind) -> None:
    await side.branch()
    side.fails(kind, "POST", PULLS)
    with pytest.raises(Unavailable):
        await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    assert await side.pulls.find(side.repository, branch=BRANCH) is not None
    assert len(side.github.effects_named("open_pull")) == 1


async def test_f19_opening_it_again_finds_the_one_that_is_open(side: Side) -> None:
    number, _ = await side.pull()

    again = await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    assert again.number == number


async def test_f19_while_lists_lag_behind_it_is_to_be_tried_later(side: Side) -> None:
    await side.branch()
    side.github.faults.add(stale := side.stale(PULLS, seconds=60))
    await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    with pytest.raises(Unavailable) as failure:
        await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    side.github.faults.active.remove(stale)
    assert failure.value.code == "github_stale"
    assert await side.pulls.find(side.repository, branch=BRANCH) is not None


async def test_a_pull_request_without_a_change_is_invalid(side: Side) -> None:
    await side.branches.create(side.repository, BRANCH, sha=await side.main())

    with pytest.raises(StepFailed) as failure:
        await side.pulls.open(side.repository, branch=BRANCH, base="main", title="t", body="b")

    assert failure.value.code == "github_invalid"


async def test_a_pull_request_that_is_not_there_is_gone(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.pulls.get(side.repository, 999)

    assert failure.value.code == "pull_request_gone"


async def test_a_pull_request_is_closed_once_however_often(side: Side) -> None:
    number, _ = await side.pull()

    for _ in range(2):
        await side.pulls.close(side.repository, number)

    assert (await side.pulls.get(side.repository, number)).state == "closed"


@pytest.mark.parametrize("method", METHODS)
async def test_a_merge_takes_exactly_the_head_that_was_approved(side: Side, method: MergeMethod) -> None:
    number, head = await side.pull()

    merged = await side.merge(number, head, method=method)

    assert await side.main() == merged
    assert (await side.pulls.get(side.repository, number)).merge_sha == merged
    assert side.on_main("src/erp.py") == "send()"


@pytest.mark.parametrize("method", METHODS)
async def test_a_method_that_is_not_allowed_merges_nothing(side: Side, method: MergeMethod) -> None:
    side.github.repository(ERP).merge_methods = frozenset(METHODS) - {method}
    number, head = await side.pull()

    assert await side.merge(number, head, method=method) is None
    assert side.github.effects_named("merge") == []


async def test_a_branch_of_linear_history_takes_no_merge_commit(side: Side) -> None:
    number, head = await side.pull()
    side.github.repository(ERP).protected["main"] = "This branch must not contain merge commits."

    assert await side.merge(number, head) is None


async def test_out_04_a_squash_says_what_we_say_whatever_the_repository_would_make_of_it(side: Side) -> None:
    number, head = await side.pull()

    await side.merge(number, head, method="squash")

    said = side.github.repository(ERP).git.text("log", "-1", "--format=%B", "main")
    assert said == f"Send paid invoices (#{number})\n\nIntegration: 1"


async def test_sm_01_a_head_that_has_moved_is_not_merged(side: Side) -> None:
    number, head = await side.pull()
    await side.github.push("dev", ERP, {"sneaky.py": "x"}, branch=BRANCH)

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert failure.value.code == "head_moved"
    assert side.github.effects_named("merge") == []


@pytest.mark.parametrize(
    ("why", "code"),
    [
        ('Required status check "ci" is expected.', "merge_blocked"),
        ("Repository rule violations found: Changes must be made through the merge queue", "merge_queue"),
    ],
)
async def test_f39_what_github_does_not_let_in_is_told_by_what_keeps_it(
    side: Side, why: str, code: str
) -> None:
    number, head = await side.pull()
    side.github.repository(ERP).protected["main"] = why

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert (failure.value.code, failure.value.detail) == (code, why)
    assert (await side.pulls.mergeability(side.repository, number)).state == "blocked"


async def test_a_conflict_is_told_once_github_has_found_out(side: Side) -> None:
    number, head = await side.pull()
    await side.github.push("dev", ERP, {"src/erp.py": "theirs"})
    side.github.unsure = 1

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert failure.value.code == "merge_conflict"
    found = await side.pulls.mergeability(side.repository, number)
    assert (found.is_mergeable, found.state) == (False, "dirty")


async def test_a_branch_that_has_to_be_up_to_date_is_behind(side: Side) -> None:
    number, head = await side.pull()
    await side.github.push("dev", ERP, {"other.py": "theirs"})
    side.github.strict.add("main")

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert failure.value.code == "merge_behind"


async def test_what_github_does_not_find_out_in_time_is_not_known(side: Side) -> None:
    number, _ = await side.pull()
    side.github.unsure = 9
    pulls = GitHubPullRequests(side.app, pauses=(0.0, 0.0))

    found = await pulls.mergeability(side.repository, number)

    assert (found.is_mergeable, found.state) == (None, "unknown")


async def test_what_was_closed_meanwhile_is_not_merged(side: Side) -> None:
    number, head = await side.pull()
    await side.github.close_pull("dev", ERP, number)

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert failure.value.code == "pull_request_closed"


async def test_a_merge_commit_has_both_parents_and_the_files_of_both(side: Side) -> None:
    number, head = await side.pull()
    theirs = await side.github.push("dev", ERP, {"src/erp.py": "theirs"})
    solved = [FileEdit(path="src/erp.py", content=b"both")]

    made = await side.branches.commit(
        side.repository, parent=head, edits=solved, message="Merge", merging=theirs
    )
    same = await side.branches.commit(side.repository, parent=head, edits=[], message="m", merging=theirs)
    await side.branches.move(side.repository, BRANCH, sha=made.sha)

    git = side.github.repository(ERP).git
    assert git.text("log", "-1", "--format=%P", made.sha).split() == [head, theirs]
    assert git.text("rev-parse", f"{theirs}^{{tree}}") == same.tree
    assert (await side.pulls.mergeability(side.repository, number)).is_mergeable


async def test_a_base_that_has_just_moved_is_to_be_tried_later(side: Side) -> None:
    number, head = await side.pull()
    moved = "Base branch was modified. Review and try the merge again."
    side.github.repository(ERP).protected["main"] = moved

    with pytest.raises(Unavailable) as failure:
        await side.merge(number, head)

    assert failure.value.code == "github_base_moved"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["lose", "cut_after"])
async def test_f21_a_merge_whose_answer_was_lost_is_not_made_twice(
    side: Side, kind: Kind, method: MergeMethod
) -> None:
    number, head = await side.pull()
    side.fails(kind, "PUT", f"{PULLS}/{{pull_number}}/merge")
    with pytest.raises(Unavailable):
        await side.merge(number, head, method=method)

    merged = await side.merge(number, head, method=method)

    assert await side.main() == merged
    assert len(side.github.effects_named("merge")) == 1


async def test_one_that_was_merged_with_another_head_is_not_taken_for_ours(side: Side) -> None:
    number, head = await side.pull()
    await side.github.push("dev", ERP, {"sneaky.py": "x"}, branch=BRANCH)
    await side.github.merge_pull("dev", ERP, number)

    with pytest.raises(StepFailed) as failure:
        await side.merge(number, head)

    assert failure.value.code == "head_moved"


# Checks


async def test_a_check_is_opened_found_and_completed(side: Side) -> None:
    head = await side.branch()
    key = {"head": head, "external_id": "int-1"}
    made = await side.checks.create(side.repository, **key, title="Testing", summary="…")

    await side.checks.complete(
        side.repository, made, conclusion="success", title="Passed", summary="12 passed"
    )

    assert await side.checks.find(side.repository, **key) == made
    check = side.github.repository(ERP).checks[made]
    assert (check.status, check.conclusion, check.output["title"]) == ("completed", "success", "Passed")


async def test_a_check_that_is_under_way_says_something_else_and_stays_so(side: Side) -> None:
    head = side.github.repository(ERP).branches["main"]
    made = await side.checks.create(
        side.repository, head=head, external_id="int-1", title="Testing", summary="…"
    )

    await side.checks.say(side.repository, made, title="Frozen", summary="By ada.")

    check = side.github.repository(ERP).checks[made]
    assert (check.status, check.conclusion, check.output["title"]) == ("in_progress", None, "Frozen")


async def test_a_check_with_another_key_is_not_the_one(side: Side) -> None:
    head = await side.branch()
    await side.checks.create(side.repository, head=head, external_id="int-1", title="t", summary="s")

    assert await side.checks.find(side.repository, head=head, external_id="int-2") is None


# Deployments


async def test_a_deployment_is_asked_for_found_and_followed(side: Side) -> None:
    where = {"sha": await side.main(), "environment": "production", "key": "int-1:1"}
    made = await side.deployments.create(side.repository, **where)
    states = [await side.deployments.state(side.repository, made)]

    await side.deployments.set_state(side.repository, made, state="inactive", why="rolled back " * 50)

    states.append(await side.deployments.state(side.repository, made))
    assert states == [None, "inactive"]
    assert await side.deployments.find(side.repository, **where) == made


async def test_a_deployment_with_another_key_is_not_the_one(side: Side) -> None:
    where = {"sha": await side.main(), "environment": "production"}
    await side.deployments.create(side.repository, **where, key="int-1:1")

    assert await side.deployments.find(side.repository, **where, key="int-1:2") is None


# The App


async def test_the_app_says_who_it_is(side: Side) -> None:
    about = await side.app.about()

    assert (about.id, about.slug, about.owner_login) == (4711, "claude-code-bot", "acme")
    assert about.permissions["contents"] == "write"
    assert "issue_comment" in about.events


async def test_a_token_for_git_is_narrowed_to_reading_this_repository(side: Side) -> None:
    token = await side.app.token(side.repository, READ)

    minted = side.github.tokens[token]
    assert minted.repository_ids == {side.repository.id}
    assert minted.permissions == READ.permissions


async def test_f25_work_goes_on_when_a_token_has_run_out(side: Side) -> None:
    await side.branch()
    for token in side.github.tokens.values():
        token.expires_at = side.github.now()

    assert await side.branches.head(side.repository, BRANCH) is not None


async def test_f27_a_right_that_was_taken_away_is_named(side: Side) -> None:
    side.github.installations[side.repository.installation_id].permissions["contents"] = "read"

    with pytest.raises(StepFailed) as failure:
        await side.app.token(side.repository, PUBLISH)

    assert (failure.value.code, "contents=write" in failure.value.detail) == ("github_forbidden", True)


async def test_from_the_command_to_the_open_pull_request_few_calls_are_made(side: Side) -> None:
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    comment = await side.github.comment("dev", ERP, issue, "/claude integrate invoices")
    repository = side.repository

    await side.repositories.role_name(repository, side.actor("dev"))
    await side.comments.react(repository, comment, content="eyes")
    await side.repositories.describe(repository)
    status = await side.comments.create(repository, issue, body=MARKER)
    await side.branches.head(repository, "main")
    number, head = await side.pull()
    check = await side.checks.create(repository, head=head, external_id="int-1", title="t", summary="s")
    await side.checks.complete(repository, check, conclusion="success", title="t", summary="s")
    await side.comments.edit(repository, status, body=f"#{number}\n{MARKER}")

    assert len(side.calls()) == 15
