"""The table of contents: which file hears which of GitHub's events, and which commands there are."""

from collections.abc import Mapping
from typing import Final

from handlers import (
    answer,
    approve,
    budget,
    cancel,
    changes,
    check_run,
    commit_status,
    config,
    deploy,
    deployment_status,
    deprecate,
    freeze,
    history,
    integrate,
    issue_comment,
    plan,
    pull_request,
    pull_request_review,
    push,
    reject,
    retry,
    rollback,
    status,
    unfreeze,
    why,
    workflow_run,
)
from handlers import help as help_
from handlers import list as list_
from handlers.conversation import Handler, declared

COMMANDS: Final = declared((
    help_,
    integrate,
    status,
    list_,
    plan,
    why,
    history,
    answer,
    approve,
    changes,
    reject,
    deploy,
    rollback,
    deprecate,
    cancel,
    retry,
    budget,
    freeze,
    unfreeze,
    config,
))

APOLOGIES: Final[Mapping[str, Handler]] = {
    "issue_comment.created": issue_comment.apologise(COMMANDS),
    "pull_request_review.submitted": pull_request_review.apologise,
}

GITHUB: Final[Mapping[str, Handler]] = {
    "issue_comment.created": issue_comment.created(COMMANDS),
    "pull_request.closed": pull_request.closed,
    "pull_request.opened": pull_request.moved,
    "pull_request.reopened": pull_request.moved,
    "pull_request.synchronize": pull_request.moved,
    "pull_request_review.dismissed": pull_request_review.dismissed,
    "pull_request_review.submitted": pull_request_review.submitted,
    "push": push.pushed,
    "check_run.completed": check_run.completed,
    "check_suite.completed": check_run.completed,
    "deployment_status.created": deployment_status.created,
    "status": commit_status.told,
    "workflow_run.completed": workflow_run.completed,
}
