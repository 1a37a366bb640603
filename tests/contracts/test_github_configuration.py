"""What the adapters promise of a configuration: the owner's repository, files, a check at its lines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.annotations import Annotation, Concluded
from bot.application.configuration import PATH
from bot.records import FileEdit, StepFailed
from standins.github.deeds import branches
from standins.github.git import Edit
from tests.contracts.github_side import ERP, Side, github_side

MINT = "POST /app/installations/{installation_id}/access_tokens"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


# The owner's repository


async def test_the_owners_settings_are_those_of_the_same_installation(side: Side) -> None:
    made = side.github.create_repository("acme/.github", {PATH: "approvals: 2\n"}, default_branch="trunk")

    found = await side.repositories.settings_of_owner(side.repository)

    assert found is not None
    assert (found.id, found.full_name, found.default_branch) == (made.id, "acme/.github", "trunk")
    assert found.owner_id == (await side.repositories.describe(side.repository)).owner_id
    assert found.page == f"{side.github.url}/acme/.github"


async def test_an_owner_without_any_has_none_and_is_not_asked_again_at_once(side: Side) -> None:
    found = [await side.repositories.settings_of_owner(side.repository) for _ in "12"]

    assert (found, side.calls().count(MINT)) == ([None, None], 1)


async def test_rc_22_one_that_the_app_is_not_installed_on_is_none(side: Side) -> None:
    side.github.create_repository("acme/.github", {PATH: "approvals: 2\n"}, private=False)
    await side.github.remove_from_installation("acme/.github", by="dev")

    assert await side.repositories.settings_of_owner(side.repository) is None


async def test_rc_22_another_accounts_is_none(side: Side) -> None:
    side.github.create_repository("others/.github", {PATH: "approvals: 2\n"})
    await side.github.install("others")

    assert await side.repositories.settings_of_owner(side.repository) is None


async def test_sx_06_the_owners_repository_is_only_read(side: Side) -> None:
    side.github.create_repository("acme/.github", {PATH: "approvals: 2\n"})

    await side.repositories.settings_of_owner(side.repository)

    [token] = side.github.tokens.values()
    assert token.permissions == {"metadata": "read", "contents": "read"}


# Single files


async def test_a_file_of_a_commit_is_found_and_read(side: Side) -> None:
    commit = await side.commit(FileEdit(path=PATH, content=b"approvals: 2\n", executable=True))

    entry = await side.files.find(side.repository, commit, PATH)

    assert entry is not None
    assert (entry.path, entry.mode, entry.size) == (PATH, "100755", 13)
    assert await side.files.read(side.repository, entry) == b"approvals: 2\n"


async def test_of_what_never_changes_github_is_asked_once(side: Side) -> None:
    commit = await side.commit(FileEdit(path=PATH, content=b"approvals: 2\n"))

    first = await side.files.find(side.repository, commit, PATH)
    asked = side.calls()
    again = await side.files.find(side.repository, commit, PATH)

    assert first == again is not None
    assert side.calls() == asked


@pytest.mark.parametrize("path", [PATH, "README.md/claude-bot.yml", "src", "src/none.py"])
async def test_where_there_is_no_file_there_is_none(side: Side, path: str) -> None:
    assert await side.files.find(side.repository, await side.main(), path) is None


@pytest.mark.parametrize(("path", "target"), [(PATH, "../README.md"), (".github", "src")])
async def test_rc_07_a_link_is_no_file_wherever_it_leads(side: Side, path: str, target: str) -> None:
    erp, by = side.github.repository(ERP), side.github.account("dev")
    link = Edit(path=path, mode="120000", content=target.encode())
    tree = erp.git.keep_tree(await side.main(), [link])
    mine = branches.signature(side.github, by)
    commit = erp.git.keep_commit(tree, [await side.main()], "Link", author=mine, committer=mine)

    assert await side.files.find(side.repository, commit, PATH) is None


async def test_a_commit_that_is_not_there_is_no_missing_file(side: Side) -> None:
    with pytest.raises(StepFailed):
        await side.files.find(side.repository, "0bad" * 10, PATH)


async def test_where_a_branch_began(side: Side) -> None:
    began = await side.main()
    head = await side.branch()
    await side.github.push("dev", ERP, {"late.txt": "late\n"})

    assert await side.branches.began(side.repository, await side.main(), head) == began


# Labels


async def test_a_pull_request_is_given_labels_beside_those_that_it_has(side: Side) -> None:
    number, _ = await side.pull()
    await side.github.label("dev", ERP, number, "theirs")

    taken = [await side.pulls.label(side.repository, number, labels=("ours", "new one")) for _ in "12"]

    labels = [each.name for each in side.github.repository(ERP).issues[number].labels]
    assert (taken, labels) == ([True, True], ["theirs", "ours", "new one"])
    assert len(side.github.effects_named("add_label")) == 3


async def test_labels_of_what_is_not_there_are_not_taken(side: Side) -> None:
    assert not await side.pulls.label(side.repository, 999, labels=("ours",))


# The check


async def test_a_check_that_is_over_at_once_names_its_lines_and_is_found_again(side: Side) -> None:
    head = await side.branch()
    said = Concluded(
        name="Claude configuration",
        conclusion="failure",
        title="1 mistake",
        summary="line 3",
        annotations=tuple(Annotation(path=PATH, line=n, message="wrong \udc00") for n in range(1, 61)),
    )

    made = await side.checks.conclude(side.repository, head=head, external_id="configuration", said=said)

    check = side.github.repository(ERP).checks[made]
    assert (check.name, check.status, check.conclusion) == ("Claude configuration", "completed", "failure")
    assert len(check.annotations) == 50
    assert check.annotations[2] == {
        "path": PATH,
        "start_line": 3,
        "end_line": 3,
        "annotation_level": "failure",
        "message": "wrong \ufffd",
    }
    assert await side.checks.find(side.repository, head=head, external_id="configuration") == made
