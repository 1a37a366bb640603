"""Repositories, their files, and who may do what in them."""

from standins.github.call import Answer, Call, Routes
from standins.github.git import Entry
from standins.github.shapes import accounts, commits
from standins.github.shapes import repositories as shapes
from standins.github.state import Repository
from standins.github.world import Missing

routes = Routes()


@routes.on("GET", "/repos/{owner}/{repo}", needs="metadata:read")
def get_repository(call: Call) -> Answer:
    writes = call.token is not None and call.token.permissions.get("contents") == "write"
    return Answer(body=shapes.full_repository(call.world, call.repository, settings=writes))


@routes.on("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", needs="metadata:read")
def get_permission(call: Call) -> Answer:
    person = call.world.account(call.parameters["username"])
    return Answer(body=accounts.collaborator(call.world, person, call.repository.role_of(person)))


@routes.on("GET", "/repos/{owner}/{repo}/contents/{path}", needs="contents:read")
def get_contents(call: Call) -> Answer:
    """A file with its content, a directory as a list, or the bare bytes where they are asked for."""
    of, path = call.repository, call.parameters["path"].strip("/")
    ref = call.query.get("ref", of.default_branch)
    commit = commit_named(of, ref)
    if not path:
        return _directory(call, commit, "", ref)
    found = of.git.entries(commit, path=path)
    if not found:
        raise Missing(f"no {path} at {ref}")
    if found[0].kind == "tree":
        return _directory(call, commit, f"{path}/", ref)
    if call.wants("raw"):
        return Answer.as_is(of.git.blob(found[0].sha), "raw+json")
    return Answer(body=_file(call, found[0], ref))


def _directory(call: Call, commit: str, path: str, ref: str) -> Answer:
    entries = call.repository.git.entries(commit, path=path)
    return Answer(body=[shapes.entry(call.world, call.repository, each, ref) for each in entries])


def _file(call: Call, it: Entry, ref: str) -> dict[str, object]:
    return shapes.file(call.world, call.repository, it, ref)


def commit_named(of: Repository, ref: str) -> str:
    """The commit that a branch, a whole ref or an id means. Raises Missing."""
    if of.git.kind(ref) == "commit":
        return ref
    branch = ref.removeprefix("refs/").removeprefix("heads/")
    sha = of.branches.get(branch) or of.git.resolve(f"{ref}^{{commit}}")
    if sha is None:
        raise Missing(f"no commit {ref}")
    return sha


@routes.on("GET", "/repos/{owner}/{repo}/branches/{branch}", needs="contents:read")
def get_branch(call: Call) -> Answer:
    """A branch with its newest commit, in one answer."""
    of, name = call.repository, call.parameters["branch"]
    if name not in of.branches:
        raise Missing("Branch not found")
    newest = commits.commit(call.world, of, commits.read_commit(of, of.branches[name]))
    return Answer(body=commits.branch(call.world, of, name, newest))
