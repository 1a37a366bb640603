"""Branches and commits through the Git Data API: as the App, with no working copy."""

from base64 import b64encode
from collections.abc import Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from bot.infrastructure.cache import recently_used
from bot.infrastructure.github import Access, GitHubApp
from bot.infrastructure.github_answers import Answer
from bot.infrastructure.github_purposes import PUBLISH, READ
from bot.records import Commit, FileEdit, Repository, Since, StepFailed

_KNOWN_TREES = 1_000
# How GitHub says that a rule of the branch forbids it.
_RULES = ("protected", "rule violation")


class GitHubBranches:
    """Branches, each moved in one step from one whole commit to the next."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app
        # A commit's tree never changes, so it need not be asked for twice.
        self._trees: MutableMapping[str, str] = recently_used(_KNOWN_TREES)

    async def head(self, repository: Repository, branch: str) -> Commit | None:
        """The branch's newest commit, None where there is no such branch."""
        answer = await self._app.on(repository, READ).ask(
            "read_branch", "branches", *branch.split("/"), also=(HTTPStatus.NOT_FOUND,)
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        newest = answer.data["commit"]
        return self._known(Commit(sha=newest["sha"], tree=newest["commit"]["tree"]["sha"]))

    async def commit(
        self,
        repository: Repository,
        *,
        parent: str,
        edits: Sequence[FileEdit],
        message: str,
        merging: str = "",
    ) -> Commit:
        """A commit on top of `parent`, on no branch yet; GitHub signs it, as no author is named.

        Where it merges another commit, that is its second parent, and the edits are a change of that one.
        """
        github = self._app.on(repository, PUBLISH)
        base = await self._tree_of(github, merging or parent)
        tree = await _tree(github, base, edits)
        parents = [parent, merging] if merging else [parent]
        body = {"message": message, "tree": tree, "parents": parents}
        made = await github.tell("create_commit", "POST", "git", "commits", body=body)
        return self._known(Commit(sha=made.data["sha"], tree=tree))

    async def create(self, repository: Repository, branch: str, *, sha: str) -> None:
        """Put the branch there; one that stands there already is right. Raises StepFailed("branch_taken")."""
        body = {"ref": f"refs/heads/{branch}", "sha": sha}
        answer = await self._app.on(repository, PUBLISH).tell(
            "create_branch", "POST", "git", "refs", body=body, also=(HTTPStatus.UNPROCESSABLE_ENTITY,)
        )
        if answer.status == HTTPStatus.CREATED:
            return
        there = await self.head(repository, branch)
        if there is None:
            raise StepFailed("github_invalid", f"create_branch: {answer.message}")
        if there.sha != sha:
            raise StepFailed("branch_taken", branch)

    async def move(self, repository: Repository, branch: str, *, sha: str) -> None:
        """Move it on, never back or aside; where it stands there already nothing changes.

        Raises StepFailed: branch_moved where the commit does not follow what stands there now, branch_gone,
        branch_protected where a rule forbids it, github_invalid with what GitHub says.
        """
        answer = await self._app.on(repository, PUBLISH).tell(
            "move_branch",
            "PATCH",
            "git",
            "refs",
            "heads",
            *branch.split("/"),
            body={"sha": sha, "force": False},
            also=(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
        )
        if answer.status != HTTPStatus.OK:
            raise _not_moved(answer, branch)

    async def since(self, repository: Repository, old: str, new: str) -> Since:
        """What leads from one commit to another; of more than 250 commits the first 250 are named."""
        github = self._app.on(repository, READ)
        answer = await github.ask(
            "compare_commits", "compare", f"{old}...{new}", also=(HTTPStatus.NOT_FOUND,)
        )
        if answer.status == HTTPStatus.NOT_FOUND:  # they have nothing in common
            return Since(only_added=False, authors=())
        people = [each[kind] for each in answer.data["commits"] for kind in ("author", "committer")]
        known = {person["id"] for person in people if person and "id" in person}
        return Since(only_added=answer.data["status"] == "ahead", authors=tuple(sorted(known)))

    async def began(self, repository: Repository, base: str, head: str) -> str | None:
        """The commit from which `head` left `base`, None where they have nothing in common."""
        answer = await self._app.on(repository, READ).ask(
            "compare_commits",
            "compare",
            f"{base}...{head}",
            query={"per_page": 1},
            also=(HTTPStatus.NOT_FOUND,),
        )
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return str(answer.data["merge_base_commit"]["sha"])

    async def delete(self, repository: Repository, branch: str) -> None:
        """Delete it; one that is gone already is no error."""
        await self._app.on(repository, PUBLISH).tell(
            "delete_branch",
            "DELETE",
            "git",
            "refs",
            "heads",
            *branch.split("/"),
            also=(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
        )

    async def _tree_of(self, github: Access, sha: str) -> str:
        if sha not in self._trees:
            answer = await github.ask("read_commit", "git", "commits", sha)
            self._trees[sha] = answer.data["tree"]["sha"]
        return self._trees[sha]

    def _known(self, commit: Commit) -> Commit:
        self._trees[commit.sha] = commit.tree
        return commit


def _not_moved(answer: Answer, branch: str) -> StepFailed:
    if "fast forward" in answer.message.lower():
        return StepFailed("branch_moved", branch)
    if answer.status == HTTPStatus.NOT_FOUND or "does not exist" in answer.message.lower():
        return StepFailed("branch_gone", branch)
    if any(word in answer.message.lower() for word in _RULES):
        return StepFailed("branch_protected", branch)
    return StepFailed("github_invalid", f"move_branch: {answer.message}")


def entry(edit: FileEdit, *, blob: str | None) -> Mapping[str, Any]:
    """The edit as the tree call wants it: text inline, else the blob; a deletion has neither."""
    mode = "100755" if edit.executable else "100644"
    place = {"path": edit.path, "mode": mode, "type": "blob"}
    if edit.content is None or blob is not None:
        return {**place, "sha": blob}
    return {**place, "content": edit.content.decode()}


def is_text(content: bytes) -> bool:
    """Whether JSON carries it unchanged; nothing at all is not taken for text by the tree call."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return bool(content) and b"\0" not in content


async def _tree(github: Access, base: str, edits: Sequence[FileEdit]) -> str:
    """The tree with these edits; one with none is that of the base."""
    if not edits:
        return base
    entries = [entry(edit, blob=await _blob(github, edit)) for edit in edits]
    made = await github.tell("create_tree", "POST", "git", "trees", body={"base_tree": base, "tree": entries})
    return str(made.data["sha"])


async def _blob(github: Access, edit: FileEdit) -> str | None:
    if edit.content is None or is_text(edit.content):
        return None
    body = {"content": b64encode(edit.content).decode(), "encoding": "base64"}
    answer = await github.tell("create_blob", "POST", "git", "blobs", body=body)
    return str(answer.data["sha"])
