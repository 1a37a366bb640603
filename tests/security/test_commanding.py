"""Who may command, and by what: the person of the signed payload, by number, in a new comment."""

from typing import Any

import pytest

from bot.application import words
from bot.records import Actor
from handlers import GITHUB, OF_RIGHTS
from handlers.conversation import Context
from tests.unit.deliveries import Payload, closed, comment, deployment_status, example, review, user
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ISSUE,
    OWNER,
    PULL,
    REQUESTER,
    SHOP,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    History,
)

APPROVE = "/claude approve"


def staged(history: History = UP_FOR_REVIEW) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def deliver(payload: Payload, stage: Stage, kind: str = "issue_comment.created") -> None:
    if handler := GITHUB.get(kind):
        await handler(payload, Context(world=stage.world, key="d-1"))


def untouched(stage: Stage, history: History = UP_FOR_REVIEW) -> bool:
    """Nothing was done, nothing was asked of the model, nothing was started."""
    same = [stage.log.events(stream) for stream in stage.log.integrations] == [list(history)]
    return same and not stage.claude.asked and not stage.log.follow_ups


def silent(stage: Stage) -> bool:
    return not stage.comments.bodies and not stage.comments.reactions


@pytest.mark.parametrize("role", ["none", "read", "triage", "release_captain", ""])
@pytest.mark.parametrize("body", ["/claude integrate it", APPROVE, "/claude cancel", "/claude reject"])
async def test_id_01_without_write_access_nothing_is_started(role: str, body: str) -> None:
    stage = staged()
    stage.repositories.roles = {STRANGER.id: role}

    await deliver(comment(body, by=STRANGER), stage)

    assert untouched(stage)


@pytest.mark.parametrize(
    ("association", "role", "done"),
    [
        ("OWNER", "read", False),
        ("MEMBER", "none", False),
        ("NONE", "write", True),
        ("CONTRIBUTOR", "admin", True),
    ],
)
async def test_id_02_what_the_payload_calls_the_author_gives_no_right(
    association: str,
    role: str,
    done: bool,  # noqa: FBT001  a table's column
) -> None:
    stage = staged()
    stage.repositories.roles = {DEVELOPER.id: role}
    payload = comment(APPROVE, by=DEVELOPER)
    payload["comment"]["author_association"] = payload["issue"]["author_association"] = association

    await deliver(payload, stage)

    assert untouched(stage) is not done


@pytest.mark.parametrize("kind", ["Bot", "Organization", "Mannequin", "", "user"])
@pytest.mark.parametrize("login", ["evil[bot]", "claude-code-bot[bot]", "dependabot[bot]", "admin"])
async def test_id_03_a_bot_is_not_heard_whatever_its_role(kind: str, login: str) -> None:
    stage = staged()
    stage.repositories.roles = {66: "admin"}
    payload = comment(APPROVE)
    payload["sender"] |= user(Actor(id=66, login=login), kind)
    payload["comment"]["user"] |= user(Actor(id=66, login=login), kind)

    await deliver(payload, stage)

    assert untouched(stage)
    assert silent(stage)


@pytest.mark.parametrize("number", [13, 31, 30, 33, -3, 333])
async def test_id_04_a_number_that_only_looks_like_an_administrators_is_not_one(number: int) -> None:
    stage = staged()
    stage.repositories.roles = {ADMIN.id: "admin"}

    await deliver(comment(APPROVE, by=Actor(id=number, login=ADMIN.login)), stage)

    assert untouched(stage)


async def test_id_05_a_bot_that_repeats_a_persons_words_is_not_heard() -> None:
    stage = staged()
    payload = comment(APPROVE, by=ADMIN)
    payload["sender"] |= user(Actor(id=49699333, login="dependabot[bot]"), "Bot")

    await deliver(payload, stage)

    assert untouched(stage)
    assert silent(stage)


async def test_id_06_words_under_somebody_elses_name_are_not_heard() -> None:
    stage = staged()
    payload = comment(APPROVE, by=DEVELOPER)
    payload["comment"]["user"] |= user(ADMIN)

    await deliver(payload, stage)

    assert untouched(stage)
    assert silent(stage)


async def test_id_06_words_of_an_account_that_is_gone_are_not_heard() -> None:
    stage = staged()
    payload = comment(APPROVE, by=DEVELOPER)
    payload["comment"]["user"] = None

    await deliver(payload, stage)

    assert untouched(stage)


@pytest.mark.parametrize("author", [ADMIN, DEVELOPER])
@pytest.mark.parametrize("sender", [ADMIN, DEVELOPER, STRANGER])
@pytest.mark.parametrize("action", ["edited", "deleted"])
async def test_id_06_an_edited_comment_never_acts(author: Actor, sender: Actor, action: str) -> None:
    stage = staged()
    payload = comment(APPROVE, by=author) | {"action": action}
    payload["sender"] |= user(sender)

    await deliver(payload, stage, f"issue_comment.{action}")

    assert untouched(stage)
    assert silent(stage)


def test_id_06_only_what_is_new_is_heard() -> None:
    assert set(GITHUB) - {*OF_RIGHTS} == {
        "check_run.completed",
        "check_run.rerequested",
        "check_suite.completed",
        "check_suite.rerequested",
        "deployment_status.created",
        "github_app_authorization.revoked",
        "installation.created",
        "installation.deleted",
        "installation.suspend",
        "installation.unsuspend",
        "installation_repositories.added",
        "installation_repositories.removed",
        "issue_comment.created",
        "pull_request.closed",
        "pull_request.labeled",
        "pull_request.opened",
        "pull_request.ready_for_review",
        "pull_request.reopened",
        "pull_request.review_requested",
        "pull_request.synchronize",
        "pull_request_review.dismissed",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "push",
        "repository.archived",
        "repository.deleted",
        "repository.renamed",
        "repository.transferred",
        "repository.unarchived",
        "status",
        "workflow_run.completed",
    }


@pytest.mark.parametrize(
    "body",
    [
        f"> {APPROVE}",
        f"```\n{APPROVE}\n```",
        f"    {APPROVE}",
        f"<!-- {APPROVE} -->",
        f"LGTM\n\nOn Thu, admin wrote:\n> {APPROVE}",
        words.help_text([]) + f"\n| `{APPROVE}` | open the gate |",
        f"\u200b{APPROVE}",
        f"LGTM {APPROVE}",
    ],
)
async def test_id_08_a_look_alike_is_not_even_answered(body: str) -> None:
    stage = staged()

    await deliver(comment(body, by=ADMIN), stage)

    assert untouched(stage)
    assert silent(stage)


@pytest.mark.parametrize("body", ["/claude appr\u043eve", "/claude \uff41pprove", "/claude ap\u200bprove"])
async def test_id_09_a_confusable_command_is_answered_and_not_done(body: str) -> None:
    stage = staged()

    await deliver(comment(body, by=ADMIN), stage)

    assert untouched(stage)
    assert len(stage.comments.on(ISSUE)) == 1


@pytest.mark.parametrize("body", [APPROVE, "/claude cancel", "/claude deploy", "/claude status"])
async def test_id_10_a_new_repository_under_an_old_name_has_none_of_its_integrations(body: str) -> None:
    stage = staged()
    payload = comment(body, by=ADMIN)
    payload["repository"]["id"] = SHOP.id + 1

    await deliver(payload, stage)

    assert untouched(stage)
    assert all(SHOP.full_name not in said and "c0de" not in said for said in stage.comments.on(ISSUE))


async def test_id_10_a_new_owner_under_the_apps_owners_old_name_is_not_heard() -> None:
    stage = staged()
    payload = comment(APPROVE, by=ADMIN)
    payload["repository"]["owner"]["id"] = OWNER + 1

    await deliver(payload, stage)

    assert untouched(stage)


async def test_id_10_a_new_account_under_an_old_name_has_none_of_its_rights() -> None:
    stage = staged()

    await deliver(comment(APPROVE, by=Actor(id=900, login=ADMIN.login)), stage)

    assert untouched(stage)


@pytest.mark.parametrize(("kind", "payload"), [
    ("pull_request.closed", closed(by=ADMIN)),
    ("pull_request_review.submitted", review(by=ADMIN, commit=COMMIT)),
    ("pull_request_review.dismissed", review("dismissed", by=ADMIN, author=DEVELOPER, commit=COMMIT)),
    ("deployment_status.created", deployment_status("success")),
])  # fmt: skip
async def test_id_10_events_of_a_new_repository_move_nothing(kind: str, payload: Payload) -> None:
    history = DEPLOYING if kind.startswith("deployment") else UP_FOR_REVIEW
    stage = staged(history)
    payload["repository"]["id"] = SHOP.id + 1

    await deliver(payload, stage, kind)

    assert untouched(stage, history)


@pytest.mark.parametrize("role", ["write", "maintain", "admin"])
async def test_id_13_the_requester_does_not_approve_whatever_their_name_is_now(role: str) -> None:
    stage = staged()
    stage.repositories.roles = {REQUESTER.id: role}

    await deliver(comment(APPROVE, by=Actor(id=REQUESTER.id, login="renamed")), stage)

    assert untouched(stage)
    assert "somebody else with write access has to approve it" in stage.comments.on(ISSUE)[0]


@pytest.mark.parametrize("role", ["Admin", "admin ", "owner", "security-manager", "write-all", "maintainer"])
async def test_id_14_a_custom_role_may_nothing(role: str) -> None:
    stage = staged()
    stage.repositories.roles = {DEVELOPER.id: role}

    await deliver(comment(APPROVE, by=DEVELOPER), stage)

    assert untouched(stage)
    assert "you have no role here" in stage.comments.on(ISSUE)[0]


def everywhere_but_the_comment(payload: Payload) -> Payload:
    """The trigger in every other text of the payload."""
    payload["issue"] |= {"title": APPROVE, "body": APPROVE, "labels": [{"name": APPROVE}]}
    payload["repository"] |= {"name": APPROVE, "description": APPROVE, "default_branch": APPROVE}
    payload["sender"]["login"] = payload["comment"]["user"]["login"] = APPROVE
    return payload


async def test_id_16_the_trigger_anywhere_else_than_in_a_comment_is_none() -> None:
    stage = staged()

    await deliver(everywhere_but_the_comment(comment("Nice.", by=ADMIN)), stage)

    assert untouched(stage)
    assert silent(stage)


@pytest.mark.parametrize("name", [
    "issues/opened.1", "issues/edited.1", "issues/labeled.1", "issues/assigned.1", "pull_request/opened.1",
    "pull_request/synchronize.1", "pull_request/labeled.2", "pull_request/review-requested.1",
])  # fmt: skip
async def test_id_16_no_other_event_commands(name: str) -> None:
    stage, payload = staged(), example(name)
    said: dict[str, Any] = {"title": APPROVE, "body": APPROVE}
    payload.get("issue", {}).update(said)
    payload.get("pull_request", {}).update(said)

    await deliver(payload, stage, name.partition(".")[0].replace("/", ".").replace("-", "_"))

    assert untouched(stage)
    assert silent(stage)


async def test_out_05_the_bots_own_words_are_not_heard_by_itself() -> None:
    stage = staged()
    own = Actor(id=77, login="claude-code-bot[bot]")
    stage.repositories.roles = {own.id: "admin"}
    payload = comment(APPROVE, by=own)
    payload["sender"]["type"] = payload["comment"]["user"]["type"] = "Bot"

    await deliver(payload, stage)

    assert untouched(stage)
    assert silent(stage)


async def test_rc_03_a_setting_in_a_comment_changes_nothing() -> None:
    stage = staged()
    rules = stage.rules

    await deliver(comment("/claude integrate it --openai.key=x --config__x=1", by=ADMIN), stage)

    assert untouched(stage)
    assert stage.rules == rules
    assert "I do not know the option `--openai.key=x`." in stage.comments.on(ISSUE)[0]


async def test_a_viewer_reads_and_does_nothing_else() -> None:
    stage = staged()

    await deliver(comment("/claude status", by=VIEWER), stage)

    assert untouched(stage)
    assert len(stage.comments.on(ISSUE)) == 1
