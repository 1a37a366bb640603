"""The table of contents: which file hears which of GitHub's and Slack's events, which commands there are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.domain.commands import Command
from handlers import (
    accept,
    access,
    answer,
    approve,
    ask,
    budget,
    cancel,
    changes,
    check_run,
    commit_status,
    config,
    deploy,
    deployment_status,
    deprecate,
    describe,
    dismiss,
    fix,
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
    pull_request_review_comment,
    push,
    reject,
    repository,
    resume,
    retry,
    review,
    rollback,
    slack_app_gone,
    slack_app_rate_limited,
    slack_command,
    slack_help,
    slack_link,
    slack_unlink,
    slack_user_change,
    status,
    unfreeze,
    why,
    workflow_run,
)
from handlers import help as help_
from handlers import list as list_
from handlers.conversation import Handler, declared
from handlers.slack_conversation import SlackRun, of_one, of_repository

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
    describe,
    pause,
    resume,
    accept,
    dismiss,
    fix,
    ask,
    budget,
    freeze,
    unfreeze,
    config,
))

APOLOGIES: Final[Mapping[str, Handler]] = {
    "issue_comment.created": issue_comment.apologise(COMMANDS),
    "pull_request_review.submitted": pull_request_review.apologise,
    "pull_request_review_comment.created": pull_request_review_comment.apologise(COMMANDS),
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
    "pull_request.labeled": pull_request.signed,
    "pull_request.opened": pull_request.moved,
    "pull_request.ready_for_review": pull_request.made_ready,
    "pull_request.reopened": pull_request.moved,
    "pull_request.review_requested": pull_request.signed,
    "pull_request.synchronize": pull_request.moved,
    "pull_request_review.dismissed": pull_request_review.dismissed,
    "pull_request_review.submitted": pull_request_review.submitted,
    "pull_request_review_comment.created": pull_request_review_comment.created(COMMANDS),
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


def _named(command: Command, usage: str, run: SlackRun) -> tuple[Command, SlackRun]:
    return replace(command, usage=usage), run


SLACK_COMMANDS: Final[Mapping[str, tuple[Command, SlackRun]]] = {
    "help": (slack_help.COMMAND, slack_help.run),
    "status": _named(status.COMMAND, "status <id>", of_one(status.run)),
    "list": _named(list_.COMMAND, "list <owner>/<name> [<which>]", of_repository(list_.run)),
    "why": _named(why.COMMAND, "why <id>", of_one(why.run)),
    "history": _named(history.COMMAND, "history <id> [--at <time>]", of_one(history.run)),
    "link": (slack_link.COMMAND, slack_link.run),
    "unlink": (slack_unlink.COMMAND, slack_unlink.run),
}

SLACK_APOLOGIES: Final[Mapping[str, Handler]] = {"slack:command": slack_command.apologise}

SLACK: Final[Mapping[str, Handler]] = {
    "slack:app_rate_limited": slack_app_rate_limited.limited,
    "slack:command": slack_command.typed(SLACK_COMMANDS),
    "slack:event.app_uninstalled": slack_app_gone.gone,
    "slack:event.tokens_revoked": slack_app_gone.gone,
    "slack:event.user_change": slack_user_change.changed,
}
