"""Check suites, and commit statuses taken together."""

from standins.github.call import MOST_PER_PAGE, PER_PAGE, Answer, Call, Routes, paged
from standins.github.routes.repositories import commit_named
from standins.github.shapes import statuses as shapes

routes = Routes()
COMMIT = "/repos/{owner}/{repo}/commits/{ref}"


@routes.on("GET", f"{COMMIT}/check-suites", needs="checks:read")
def list_suites(call: Call) -> Answer:
    """One for each App that looked, or may look, at the commit."""
    of = call.repository
    sha = commit_named(of, call.parameters["ref"])
    found = [(number, key.partition(" ")[2]) for key, number in of.suites.items() if key.startswith(sha)]
    return paged(
        call, found, lambda it: shapes.suite(call.world, of, it[0], sha, it[1]), under="check_suites"
    )


@routes.on("GET", f"{COMMIT}/status", needs="statuses:read")
def get_combined(call: Call) -> Answer:
    """The newest of each context, and what they come to together."""
    of = call.repository
    sha = commit_named(of, call.parameters["ref"])
    found = shapes.newest(of, sha)
    page = paged(call, found, lambda it: it, under="statuses")
    size = min(int(call.query.get("per_page", PER_PAGE)), MOST_PER_PAGE)
    first = (int(call.query.get("page", 1)) - 1) * size
    whole = shapes.combined(call.world, of, sha, found[first : first + size], len(found))
    return Answer(body=whole, headers=page.headers)
