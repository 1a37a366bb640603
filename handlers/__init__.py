"""The table of contents: which file hears which of GitHub's and Slack's events, which commands there are."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.application import slack_form, slack_home_blocks, slack_link_offering
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
    slack_acts,
    slack_apologies,
    slack_app_gone,
    slack_app_home_opened,
    slack_app_rate_limited,
    slack_ask,
    slack_command,
    slack_default,
    slack_help,
    slack_integrate,
    slack_integrate_form,
    slack_link,
    slack_link_shared,
    slack_notices,
    slack_offers,
    slack_spoken,
    slack_thread,
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
from handlers.slack_conversation import SlackRun, of_any, of_one, of_pull, of_repository
from handlers.slack_thread_payloads import Stopping

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


# An issue or a pull request, by its repository or the channel's.
PULL: Final = "[<owner>/<name>]#<number>"


def _named(command: Command, usage: str, run: SlackRun) -> tuple[Command, SlackRun]:
    return replace(command, usage=usage), run


SLACK_COMMANDS: Final[Mapping[str, tuple[Command, SlackRun]]] = {
    "help": (slack_help.COMMAND, slack_help.run),
    "integrate": (slack_integrate.COMMAND, slack_integrate.run),
    "status": _named(status.COMMAND, "status <id>", of_one(status.run)),
    "list": _named(list_.COMMAND, "list [<owner>/<name>] [<which>]", of_repository(list_.run)),
    "plan": _named(plan.COMMAND, "plan <id>", of_one(plan.run)),
    "why": _named(why.COMMAND, "why <id>", of_one(why.run)),
    "history": _named(history.COMMAND, "history <id> [--at <time>]", of_one(history.run)),
    "answer": _named(answer.COMMAND, "answer <id> <text>", of_one(answer.run)),
    "approve": _named(approve.COMMAND, "approve <id>", of_one(approve.run)),
    "changes": _named(changes.COMMAND, "changes <id> <what>", of_one(changes.run)),
    "reject": _named(reject.COMMAND, "reject <id> [<why>]", of_one(reject.run)),
    "deploy": _named(deploy.COMMAND, "deploy <id>", of_one(deploy.run)),
    "rollback": _named(rollback.COMMAND, "rollback <id> [<why>]", of_one(rollback.run)),
    "deprecate": _named(
        deprecate.COMMAND,
        "deprecate <id> [<why>] [--removed-in <pull request>]",
        of_one(deprecate.run),
    ),
    "cancel": _named(cancel.COMMAND, "cancel <id>", of_one(cancel.run)),
    "retry": _named(retry.COMMAND, "retry <id> [from <state>]", of_one(retry.run)),
    "budget": _named(
        budget.COMMAND,
        "budget <id> [+<dollars>] or [<owner>/<name>] [month] [+<dollars>]",
        of_any(budget.run),
    ),
    "freeze": _named(
        freeze.COMMAND,
        "freeze [<owner>/<name>] [repo or org] <why> [until <when>]",
        of_repository(freeze.run),
    ),
    "unfreeze": _named(
        unfreeze.COMMAND, "unfreeze [<owner>/<name>] [repo or org]", of_repository(unfreeze.run)
    ),
    "config": _named(config.COMMAND, "config [<owner>/<name> or <id>] [<key>: <value>]", of_any(config.run)),
    "review": _named(review.COMMAND, f"review {PULL} [full] [focus]", of_pull(review.run)),
    "pause": _named(pause.COMMAND, f"pause {PULL}", of_pull(pause.run)),
    "resume": _named(resume.COMMAND, f"resume {PULL}", of_pull(resume.run)),
    "describe": _named(
        describe.COMMAND,
        f"describe {PULL} [apply [title] [description] [labels]]",
        of_pull(describe.run),
    ),
    "accept": _named(
        accept.COMMAND, f"accept {PULL} <finding> [why] [until <when>] [--undo]", of_pull(accept.run)
    ),
    "dismiss": _named(dismiss.COMMAND, f"dismiss {PULL} <finding> [why] [--undo]", of_pull(dismiss.run)),
    "fix": _named(fix.COMMAND, f"fix {PULL} [what]", of_pull(fix.run)),
    "ask": (slack_ask.COMMAND, slack_ask.run),
    "default": (slack_default.COMMAND, slack_default.run),
    "link": (slack_link.COMMAND, slack_link.run),
    "unlink": (slack_unlink.COMMAND, slack_unlink.run),
}

SLACK_APOLOGIES: Final[Mapping[str, Handler]] = {
    "slack:block_actions": slack_apologies.for_act,
    "slack:command": slack_command.apologise,
    "slack:event.app_mention": slack_spoken.apologise,
    "slack:event.message": slack_apologies.for_stopping(
        Stopping.from_message, otherwise=slack_spoken.apologise
    ),
    "slack:event.message.file_share": slack_spoken.apologise,
    "slack:event.message.thread_broadcast": slack_apologies.for_stopping(
        Stopping.from_message, otherwise=slack_spoken.apologise
    ),
    "slack:event.reaction_added": slack_apologies.for_stopping(Stopping.from_reaction),
    "slack:view_submission": slack_apologies.for_act,
}

SLACK: Final[Mapping[str, Handler]] = {
    "slack:app_rate_limited": slack_app_rate_limited.limited,
    "slack:block_actions": slack_acts.pressed(
        {
            slack_home_blocks.CHANGE: slack_notices.opens,
            slack_home_blocks.IN_ONE: slack_notices.opens,
            slack_home_blocks.LINK: slack_acts.leads_on,
            slack_link_offering.LINK: slack_acts.leads_on,
        },
        otherwise=slack_offers.pressed(SLACK_COMMANDS, otherwise=slack_thread.pressed),
    ),
    "slack:command": slack_command.typed(SLACK_COMMANDS),
    "slack:event.app_uninstalled": slack_app_gone.gone,
    "slack:event.app_mention": slack_spoken.mentioned(SLACK_COMMANDS),
    "slack:event.message": slack_spoken.directly(SLACK_COMMANDS, otherwise=slack_thread.said),
    "slack:event.message.file_share": slack_spoken.directly(SLACK_COMMANDS, otherwise=slack_thread.said),
    "slack:event.message.thread_broadcast": slack_spoken.directly(
        SLACK_COMMANDS, otherwise=slack_thread.said
    ),
    "slack:event.reaction_added": slack_thread.crossed,
    "slack:event.tokens_revoked": slack_app_gone.gone,
    "slack:event.app_home_opened": slack_app_home_opened.opened,
    "slack:event.link_shared": slack_link_shared.shared,
    "slack:event.user_change": slack_user_change.changed,
    "slack:view_submission": slack_acts.handed_in(
        {
            slack_form.CALLBACK: slack_integrate_form.sets,
            slack_home_blocks.CALLBACK: slack_notices.sets,
        },
        otherwise=slack_thread.filled,
    ),
}
