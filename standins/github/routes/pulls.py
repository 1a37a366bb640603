"""Pull requests, reviews, comparisons."""

from collections.abc import Mapping

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import merging
from standins.github.deeds import pulls as deeds
from standins.github.deeds.forks import origin_named
from standins.github.git import Comparison, GitFailed
from standins.github.lines import why_refused
from standins.github.routes.repositories import commit_named
from standins.github.shapes import commits as commit_shapes
from standins.github.shapes import pulls as shapes
from standins.github.shapes.pulls import pull_of
from standins.github.shapes.repositories import api_url, html_url
from standins.github.state import Issue, Repository
from standins.github.world import Missing, Refused, issue_of

routes = Routes()
PULLS = "/repos/{owner}/{repo}/pulls"
PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
READ, WRITE = "pull_requests:read", "pull_requests:write"
MOST_FILES = 3000
MOST_FILES_IN_A_DIFF = 300
MOST_LINES_IN_A_DIFF = 20_000


def asked_pull(call: Call) -> Issue:
    """The pull request that the call is about. Raises Missing."""
    issue = issue_of(call.repository, call.number("pull_number"))
    pull_of(issue)
    return issue


@routes.on("GET", PULLS, needs=READ)
def list_pulls(call: Call) -> Answer:
    """Open ones, newest first, unless something else is asked for."""
    found = [each for each in reversed(call.repository.pulls()) if _fits(each, call.query)]
    if call.query.get("direction") == "asc":
        found.reverse()
    return paged(call, found, lambda it: shapes.simple_pull(call.world, call.repository, it))


def _fits(it: Issue, query: Mapping[str, str]) -> bool:
    pull = pull_of(it)
    head = f"{pull.origin_owner.login}:{pull.head}"
    return (
        query.get("state", "open") in {"all", it.state}
        and query.get("base", pull.base) == pull.base
        and query.get("head", head) == head
    )


@routes.on("POST", PULLS, needs=WRITE)
def create_pull(call: Call) -> Answer:
    asked = call.body
    if not asked.get("title"):
        raise Refused(422, "Validation Failed", resource="PullRequest", field="title", code="missing_field")
    issue = deeds.open_pull(
        call.world,
        call.repository,
        call.by,
        head=asked["head"],
        base=asked["base"],
        title=asked["title"],
        body=asked.get("body"),
        draft=asked.get("draft", False),
        maintainer_can_modify=asked.get("maintainer_can_modify", False),
    )
    return whole(call, issue, status=201)


def whole(call: Call, issue: Issue, status: int = 200) -> Answer:
    """All that there is to say of it."""
    return Answer(status=status, body=shapes.pull(call.world, call.repository, issue))


@routes.on("GET", PULL, needs=READ)
def get_pull(call: Call) -> Answer:
    issue = asked_pull(call)
    if call.wants("diff"):
        return _diff(
            call.repository, shapes.compare(call.repository, pull_of(issue)), pull_of(issue).head_sha
        )
    return whole(call, issue)


def _diff(of: Repository, compared: Comparison, head: str) -> Answer:
    if len(compared.changes) > MOST_FILES_IN_A_DIFF:
        raise Refused(406, "Sorry, the diff exceeded the maximum number of files (300).")
    if sum(each.additions + each.deletions for each in compared.changes) > MOST_LINES_IN_A_DIFF:
        raise Refused(406, "Sorry, the diff exceeded the maximum number of lines (20000).")
    return Answer.as_is(of.git.diff(compared.merge_base, head).encode(), "diff")


@routes.on("PATCH", PULL, needs=WRITE)
def update_pull(call: Call) -> Answer:
    issue, asked = asked_pull(call), call.body or {}
    title, body = asked.get("title"), asked.get("body")
    deeds.edit_pull(call.world, call.repository, issue, call.by, title=title, body=body)
    if "state" in asked:
        deeds.set_pull_state(call.world, call.repository, issue, call.by, asked["state"])
    return whole(call, issue)


@routes.on("GET", f"{PULL}/files", needs=READ)
def list_files(call: Call) -> Answer:
    pull = pull_of(asked_pull(call))
    changes = shapes.compare(call.repository, pull).changes[:MOST_FILES]
    return paged(
        call, changes, lambda it: commit_shapes.change(call.world, call.repository, it, head=pull.head_sha)
    )


@routes.on("GET", f"{PULL}/commits", needs=READ)
def list_commits(call: Call) -> Answer:
    of = call.repository
    commits = shapes.compare(of, pull_of(asked_pull(call))).commits
    return paged(call, commits, lambda sha: _commit(call, sha))


def _commit(call: Call, sha: str) -> dict[str, object]:
    return commit_shapes.commit(call.world, call.repository, commit_shapes.read_commit(call.repository, sha))


@routes.on("PUT", f"{PULL}/merge", needs="contents:write")
def merge(call: Call) -> Answer:
    asked = call.body or {}
    sha = merging.merge(
        call.world,
        call.repository,
        call.by,
        asked_pull(call),
        sha=asked.get("sha"),
        method=asked.get("merge_method", "merge"),
        title=asked.get("commit_title"),
        message=asked.get("commit_message"),
    )
    return Answer(body={"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@routes.on("GET", f"{PULL}/merge", needs=READ)
def is_merged(call: Call) -> Answer:
    if pull_of(asked_pull(call)).merged_at is None:
        raise Missing("not merged")
    return Answer(status=204)


@routes.on("GET", f"{PULL}/reviews", needs=READ)
def list_reviews(call: Call) -> Answer:
    issue = asked_pull(call)
    reviews = pull_of(issue).reviews
    return paged(call, reviews, lambda it: shapes.review(call.world, call.repository, issue, it))


@routes.on("GET", f"{PULL}/reviews/{{review_id}}", needs=READ)
def get_review(call: Call) -> Answer:
    issue, number = asked_pull(call), int(call.parameters["review_id"])
    review = next((each for each in pull_of(issue).reviews if each.id == number), None)
    if review is None:
        raise Missing("no such review")
    return Answer(body=shapes.review(call.world, call.repository, issue, review))


@routes.on("POST", f"{PULL}/reviews", needs=WRITE)
def create_review(call: Call) -> Answer:
    issue, asked = asked_pull(call), call.body or {}
    if "event" not in asked:
        raise Refused(422, "Pending reviews are not played here: give an event")
    _check_lines(call.repository, issue, asked.get("comments", []))
    made = deeds.review(
        call.world,
        call.repository,
        call.by,
        issue,
        event=asked["event"],
        body=asked.get("body", ""),
        commit=asked.get("commit_id"),
        comments=asked.get("comments", []),
    )
    return Answer(body=shapes.review(call.world, call.repository, issue, made))


def _check_lines(of: Repository, issue: Issue, comments: list[Mapping[str, object]]) -> None:
    """A comment stands on a line of the diff: one that does not has all of them refused."""
    changes = shapes.compare(of, pull_of(issue)).changes
    for each in comments:
        if why := why_refused(each, changes):
            raise Refused(422, "Unprocessable Entity", message=why)


@routes.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", needs="contents:read")
def compare(call: Call) -> Answer:
    """From where the two parted, as GitHub compares."""
    of, (base, dots, head) = call.repository, call.parameters["basehead"].partition("...")
    if not dots:
        raise Missing("no three dots")
    base_sha, head_sha = (_compared(call, name) for name in (base, head))
    try:
        compared = of.git.compare(base_sha, head_sha)
    except GitFailed:
        raise Missing("no common ancestor") from None
    if call.wants("diff"):
        return _diff(of, compared, head_sha)
    return Answer(body=_comparison(call, compared, base_sha, head_sha))


def _compared(call: Call, name: str) -> str:
    """A commit here, or `owner:branch` of a fork."""
    owner, colon, branch = name.rpartition(":")
    if not colon:
        return commit_named(call.repository, name)
    origin = origin_named(call.world, call.repository, owner)
    if origin is None:
        raise Missing(f"{owner} has no fork")
    sha = commit_named(origin, branch)
    call.repository.git.take(origin.git, sha)
    return sha


def _comparison(call: Call, it: Comparison, base: str, head: str) -> dict[str, object]:
    ahead, behind = len(it.commits), it.behind
    page = f"{html_url(call.world, call.repository)}/compare/{base}...{head}"
    status = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
    return {
        "url": f"{api_url(call.world, call.repository)}/compare/{base}...{head}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": _commit(call, base),
        "merge_base_commit": _commit(call, it.merge_base),
        "status": status.get((ahead > 0, behind > 0), "identical"),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [_commit(call, sha) for sha in it.commits],
        "files": [commit_shapes.change(call.world, call.repository, each, head=head) for each in it.changes],
    }
