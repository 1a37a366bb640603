"""The table of contents: which file hears which of GitHub's events, and which commands there are."""

from collections.abc import Mapping
from typing import Final

from handlers import (
    access,
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
    github_app_authorization,
    history,
    installation,
    installation_repositories,
    integrate,
    issue_comment,
    pause,
    plan,
    pull_request,
    pull_request_review,
    push,
    reject,
    repository,
    resume,
    retry,
    review,
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
    review,
    pause,
    resume,
    budget,
    freeze,
    unfreeze,
    config,
))

APOLOGIES: Final[Mapping[str, Handler]] = {
    "issue_comment.created": issue_comment.apologise(COMMANDS),
    "pull_request_review.submitted": pull_request_review.apologise,
}

OF_RIGHTS: Final = (
    *("member.added", "member.edited", "member.removed", "membership.added", "membership.removed"),
    *("organization.member_added", "organization.member_removed"),
    *("team.added_to_repository", "team.deleted", "team.edited", "team.removed_from_repository"),
)

GITHUB: Final[Mapping[str, Handler]] = {
    **{kind: access.changed(kind) for kind in OF_RIGHTS},
    "issue_comment.created": issue_comment.created(COMMANDS),
    "pull_request.closed": pull_request.closed,
    "pull_request.opened": pull_request.moved,
    "pull_request.ready_for_review": pull_request.made_ready,
    "pull_request.reopened": pull_request.moved,
    "pull_request.synchronize": pull_request.moved,
    "pull_request_review.dismissed": pull_request_review.dismissed,
    "pull_request_review.submitted": pull_request_review.submitted,
    "push": push.pushed,
    "github_app_authorization.revoked": github_app_authorization.revoked,
    "installation.created": installation.created,
    "installation.deleted": installation.changed,
    "installation.suspend": installation.changed,
    "installation.unsuspend": installation.changed,
    "installation_repositories.added": installation_repositories.changed,
    "installation_repositories.removed": installation_repositories.changed,
    "repository.archived": repository.changed,
    "repository.deleted": repository.changed,
    "repository.renamed": repository.changed,
    "repository.transferred": repository.changed,
    "repository.unarchived": repository.changed,
    "check_run.completed": check_run.completed,
    "check_run.rerequested": check_run.rerequested,
    "check_suite.completed": check_run.completed,
    "check_suite.rerequested": check_run.rerequested,
    "deployment_status.created": deployment_status.created,
    "status": commit_status.told,
    "workflow_run.completed": workflow_run.completed,
}
