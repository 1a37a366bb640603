"""The one thing of GitHub's GraphQL that is played: a draft is made ready. Any other document is refused."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from standins.github import access
from standins.github.call import Answer
from standins.github.deeds.pulls import make_ready
from standins.github.shapes.accounts import node_id
from standins.github.state import Issue, Repository, Token
from standins.github.world import Missing, Refused, World

PATH: Final = "/graphql"
READY: Final = (
    "mutation MakeReady($pull: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $pull}) "
    "{ pullRequest { isDraft } } }"
)
FIELD: Final = "markPullRequestReadyForReview"


def answer_to(world: World, body: bytes, authorization: str) -> Answer:
    """Status 200 with what was done, or with errors; only who calls is judged by the status."""
    token = access.token_of(world, access.credential(authorization))
    try:
        asked = json.loads(body)
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    if _plain(str(asked.get("query"))) != _plain(READY):
        world.violations.append(f"POST {PATH}: a document that is not played here: {asked.get('query')}")
        return _errors(None, "This stand-in does not play this document")
    try:
        return _ready(world, token, asked.get("variables") or {})
    except Refused as refused:
        return _errors(
            {403: "FORBIDDEN", 404: "NOT_FOUND"}.get(refused.status, "UNPROCESSABLE"), refused.message
        )


def _plain(document: str) -> str:
    return re.sub(r"\s+", " ", document).strip()


def _ready(world: World, token: Token, variables: Mapping[str, Any]) -> Answer:
    repository, issue = _pull(world, token, str(variables.get("pull")))
    access.check_may(token, "pull_requests:write", repository)
    if repository.archived:
        raise Refused(403, "Repository was archived so is read-only.")
    world.before_change(repository)
    make_ready(world, repository, issue, world.app.bot)
    return Answer(body={"data": {FIELD: {"pullRequest": {"isDraft": False}}}})


def _pull(world: World, token: Token, node: str) -> tuple[Repository, Issue]:
    """By its global id, where the token sees it."""
    for repository in world.repositories.values():
        for issue in repository.pulls():
            if node_id("PR", issue.id) == node and token.sees(repository):
                return repository, issue
    raise Missing(f"no node {node}")


def _errors(kind: str | None, message: str) -> Answer:
    error: dict[str, Any] = {"message": message, "path": [FIELD], "locations": [{"line": 1, "column": 1}]}
    return Answer(body={"data": {FIELD: None}, "errors": [error | ({"type": kind} if kind else {})]})
