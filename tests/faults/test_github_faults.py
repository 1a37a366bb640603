"""GitHub misbehaves: what is tried again, what stops, and what never leaves."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.infrastructure.github import Access
from bot.infrastructure.github_branches import GitHubBranches
from bot.infrastructure.github_comments import GitHubComments
from bot.infrastructure.github_purposes import DEPLOY, PUBLISH, READ, TALK
from bot.infrastructure.github_repositories import GitHubRepositories
from bot.records import Actor, StepFailed, Unavailable
from tests.faults.hostile_github import (
    CRM,
    ERP,
    TOKEN,
    Heedful,
    Hostile,
    Says,
    Side,
    hostile_side,
    policy,
    serving,
)

LIMITED = Says(403, {"message": "You have exceeded a secondary rate limit."})
FORBIDDEN = Says(
    403,
    {"message": "Resource not accessible by integration"},
    {"x-accepted-github-permissions": "issues=write"},
)


@pytest.fixture
async def side() -> AsyncIterator[Side]:
    async with hostile_side() as side:
        yield side


async def ask(github: Access) -> object:
    return (await github.ask("read", "issues", 1)).data


async def tell(github: Access) -> object:
    return (await github.tell("write", "POST", "issues", 1, "comments", body={"body": "x"})).data


async def refusal(call: Awaitable[object]) -> Unavailable | StepFailed:
    """How the call failed; it must."""
    try:
        answer = await call
    except (Unavailable, StepFailed) as failure:
        return failure
    pytest.fail(f"answered {answer!r}")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_f22_a_broken_github_is_to_be_asked_later(side: Side, status: int) -> None:
    side.hostile.will(Says(status, {"message": "Server Error"}))

    failure = await refusal(ask(side.app.on(ERP, READ)))

    assert failure.code == "github_broken"
    assert isinstance(failure, Unavailable)


@pytest.mark.parametrize(
    "says",
    [
        Says(200, raw=b"<html>", headers={"content-type": "application/json"}),
        Says(200, raw=b"{}", headers={"content-type": "application/json; charset=klingon"}),
        Says(520, raw=b"?", headers={"content-type": "text/html"}),
    ],
    ids=["no json", "unknown charset", "unknown status"],
)
async def test_an_answer_that_cannot_be_read_is_to_be_asked_for_later(side: Side, says: Says) -> None:
    side.hostile.will(says)

    assert (await refusal(ask(side.app.on(ERP, READ)))).code == "github_unreadable"


async def test_a_cut_connection_is_to_be_tried_later(side: Side) -> None:
    side.hostile.will(Says(cut=b""))

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert (failure.code, len(side.hostile.heard)) == ("github_unreachable", 1)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_call_on_a_connection_that_was_lost_is_not_sent_again_unasked(
    side: Side, method: str
) -> None:
    github = side.app.on(ERP, TALK)
    await ask(github)
    side.hostile.will(Says(cut=b""))

    await refusal({"GET": ask}.get(method, sender(method))(github))

    assert len(side.hostile.heard) == 2


async def test_a_github_that_does_not_answer_is_left_after_the_time_limit() -> None:
    async with hostile_side(with_policy=policy(attempt_seconds=0.2)) as side:
        side.hostile.will(Says(hang=True))

        assert (await refusal(ask(side.app.on(ERP, READ)))).code == "github_timeout"


@pytest.mark.parametrize("status", [403, 429])
async def test_f23_an_exhausted_limit_keeps_us_waiting_until_it_resets(side: Side, status: int) -> None:
    resets = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000", "x-ratelimit-reset": "30"}
    date = {"date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    side.hostile.will(Says(status, {"message": "API rate limit exceeded"}, {**resets, **date}))

    failure = await refusal(ask(side.app.on(ERP, READ)))

    assert isinstance(failure, Unavailable)
    assert (failure.code, failure.retry_after) == ("github_limited", 30)


async def test_f23_a_call_that_is_not_sent_is_not_observed_either() -> None:
    heedful = Heedful()
    async with hostile_side(with_policy=policy(observer=heedful)) as side:
        side.hostile.will(LIMITED)
        github = side.app.on(ERP, READ)
        await refusal(ask(github))
        heedful.points.clear()

        await refusal(ask(github))

    assert heedful.points == []


async def test_every_request_is_observed_by_name() -> None:
    heedful = Heedful()
    async with hostile_side(with_policy=policy(observer=heedful)) as side:
        await tell(side.app.on(ERP, TALK))

    assert heedful.points == [
        "before github.mint_token",
        "after github.mint_token",
        "before github.write",
        "after github.write",
    ]


async def test_f24_a_refusal_that_names_a_time_is_a_limit_whatever_its_words(side: Side) -> None:
    side.hostile.will(Says(403, {"message": "Forbidden"}, {"retry-after": "30"}))

    failure = await refusal(ask(side.app.on(ERP, READ)))

    assert isinstance(failure, Unavailable)
    assert (failure.code, failure.retry_after) == ("github_limited", 30)


async def test_f23_nothing_is_sent_before_the_wait_is_over_and_again_after_it(side: Side) -> None:
    side.hostile.will(Says(429, {"message": "slow down"}, {"retry-after": "30"}))
    github = side.app.on(ERP, READ)
    await refusal(ask(github))
    side.watch.now += 29

    assert (await refusal(ask(github))).code == "github_limited"
    assert len(side.hostile.heard) == 1

    side.watch.now += 1
    assert await ask(github) == {}


async def test_f23_other_installations_are_not_kept_waiting(side: Side) -> None:
    side.hostile.will(Says(429, {"message": "slow down"}, {"retry-after": "30"}))
    await refusal(ask(side.app.on(ERP, READ)))

    assert await ask(side.app.on(CRM, READ)) == {}


async def test_f23_limits_of_one_tenant_do_not_open_the_circuit_for_all() -> None:
    async with hostile_side(with_policy=policy(threshold=1)) as side:
        side.hostile.will(LIMITED)
        await refusal(ask(side.app.on(ERP, READ)))

        assert await ask(side.app.on(CRM, READ)) == {}


async def test_f23_the_last_call_of_the_hour_is_the_last_one_sent(side: Side) -> None:
    last = {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000", "x-ratelimit-reset": "60"}
    side.hostile.will(Says(headers={**last, "date": "Thu, 01 Jan 1970 00:00:00 GMT"}))
    github = side.app.on(ERP, READ)
    await ask(github)

    failure = await refusal(ask(github))

    assert (failure.code, len(side.hostile.heard)) == ("github_limited", 1)


async def test_f24_a_secondary_limit_without_a_time_waits_a_minute_and_then_twice_as_long(side: Side) -> None:
    side.hostile.will(LIMITED, LIMITED, LIMITED)
    github, waits = side.app.on(ERP, READ), []

    for _ in range(3):
        failure = await refusal(ask(github))
        assert isinstance(failure, Unavailable)
        waits.append(failure.retry_after)
        side.watch.now += failure.retry_after or 0

    assert waits == [60, 120, 240]


async def test_f24_after_an_answer_the_waits_begin_at_a_minute_again(side: Side) -> None:
    side.hostile.will(LIMITED, Says(), LIMITED)
    github = side.app.on(ERP, READ)
    await refusal(ask(github))
    side.watch.now += 60
    await ask(github)

    failure = await refusal(ask(github))

    assert isinstance(failure, Unavailable)
    assert failure.retry_after == 60


async def test_ab_04_more_writes_in_a_minute_than_github_allows_are_not_sent(side: Side) -> None:
    github = side.app.on(ERP, TALK)
    ends = [await asyncio.gather(tell(github), return_exceptions=True) for _ in range(90)]

    refused = [end for (end,) in ends if isinstance(end, Unavailable)]

    assert len(side.hostile.heard) <= 80
    assert {failure.code for failure in refused} == {"github_limited"}


async def test_ab_04_more_points_in_a_minute_than_github_allows_are_not_spent(side: Side) -> None:
    github = side.app.on(ERP, READ)
    await asyncio.gather(*(ask(github) for _ in range(950)), return_exceptions=True)

    assert len(side.hostile.heard) <= 900
    side.watch.now += 60
    assert await ask(github) == {}


async def test_f25_a_token_near_its_end_is_replaced_before_it_is_used(side: Side) -> None:
    github = side.app.on(ERP, READ)
    await ask(github)
    side.watch.now += 10**10

    await ask(github)

    assert [heard.headers["authorization"] for heard in side.hostile.heard] == [
        f"token {TOKEN}1",
        f"token {TOKEN}2",
    ]


@pytest.mark.parametrize(("seconds", "tokens"), [(3299, 1), (3300, 2)])
async def test_f25_a_token_is_not_begun_with_in_its_last_five_minutes(
    side: Side, seconds: int, tokens: int
) -> None:
    midnight = {"date": "Thu, 01 Jan 1970 00:00:00 GMT"}
    made = {"token": "ghs_hour", "expires_at": "1970-01-01T01:00:00Z"}
    side.hostile.mints = [Says(201, made, midnight)]
    await side.app.token(ERP, READ)

    side.watch.now += seconds
    await side.app.token(ERP, READ)

    assert len(side.hostile.minted) == tokens


async def test_f26_a_refused_token_is_replaced_once_and_the_call_made_again(side: Side) -> None:
    side.hostile.will(Says(401, {"message": "Bad credentials"}))

    assert await tell(side.app.on(ERP, TALK)) == {}
    assert len(side.hostile.minted) == 2


async def test_f26_a_fresh_token_that_is_refused_too_ends_it(side: Side) -> None:
    side.hostile.will(*[Says(401, {"message": "Bad credentials"})] * 9)

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert (type(failure), failure.code) == (StepFailed, "github_unauthorized")
    assert (len(side.hostile.minted), len(side.hostile.heard)) == (2, 2)


async def test_f26_a_key_that_github_does_not_know_ends_it(side: Side) -> None:
    side.hostile.mints = [Says(401, {"message": "A JSON web token could not be decoded"})] * 9

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert failure.code == "github_unauthorized"
    assert (len(side.hostile.minted), len(side.hostile.heard)) == (2, 0)


async def test_f27_a_missing_permission_is_named(side: Side) -> None:
    side.hostile.will(FORBIDDEN)

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert (type(failure), failure.code) == (StepFailed, "github_forbidden")
    assert failure.detail.startswith("write: ")
    assert "issues=write" in failure.detail


async def test_f27_a_permission_that_was_never_granted_is_named(side: Side) -> None:
    refused = "The permissions requested are not granted to this installation."
    side.hostile.mints = [Says(422, {"message": refused})]

    failure = await refusal(ask(side.app.on(ERP, DEPLOY)))

    assert failure.code == "github_forbidden"
    assert "deployments=write" in failure.detail


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (404, "Not Found", "installation_gone"),
        (403, "This installation has been suspended", "installation_suspended"),
        (422, "There is at least one repository that does not exist", "repository_gone"),
    ],
)
async def test_f28_an_installation_that_is_gone_ends_it(
    side: Side, status: int, message: str, code: str
) -> None:
    side.hostile.mints = [Says(status, {"message": message})]

    failure = await refusal(ask(side.app.on(ERP, READ)))

    assert (type(failure), failure.code) == (StepFailed, code)
    assert side.hostile.heard == []


MOVED = Says(301, {"message": "Moved Permanently"}, {"location": "/repositories/7/issues/1/comments"})


async def test_f29_in_a_renamed_repository_a_comment_is_still_posted_under_its_new_name(side: Side) -> None:
    github = side.app.on(ERP, TALK)
    await ask(github)
    side.hostile.names[7] = "acme/billing"
    side.hostile.will(MOVED)

    await tell(github)

    assert [(heard.method, heard.path) for heard in side.hostile.heard[1:]] == [
        ("POST", "/repos/acme/erp/issues/1/comments"),
        ("POST", "/repos/acme/billing/issues/1/comments"),
    ]


async def test_f29_a_name_that_others_know_otherwise_is_asked_for_anew_and_only_once(side: Side) -> None:
    """The old name may be another repository's by now: nothing there would send us on."""
    await ask(side.app.on(ERP, TALK))
    side.hostile.names[7] = "acme/billing"

    for _ in range(3):
        await ask(side.app.on(replace(ERP, full_name="acme/billing"), TALK))
        await ask(side.app.on(ERP, TALK))

    assert {heard.path.split("/")[3] for heard in side.hostile.heard[1:]} == {"billing"}
    assert len(side.hostile.minted) == 3


async def test_f30_a_repository_that_moved_out_of_reach_ends_it(side: Side) -> None:
    side.hostile.will(*[MOVED] * 9)

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert (type(failure), failure.code) == (StepFailed, "repository_gone")
    assert len(side.hostile.heard) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
async def test_sx_08_a_redirect_is_never_followed_elsewhere(side: Side, status: int, method: str) -> None:
    elsewhere = Hostile()
    async with serving(elsewhere.answer) as url:
        side.hostile.will(*[Says(status, headers={"location": f"{url}/steal"})] * 9)
        send = {"GET": ask}.get(method, sender(method))

        failure = await refusal(send(side.app.on(ERP, TALK)))

    assert (failure.code, elsewhere.heard) == ("repository_gone", [])
    assert {heard.method for heard in side.hostile.heard} == {method}


def sender(method: str) -> Callable[[Access], Awaitable[object]]:
    async def send(github: Access) -> object:
        return await github.tell("write", method, "issues", 1)

    return send


async def test_rc_22_another_repository_under_the_old_name_is_not_ours(side: Side) -> None:
    side.hostile.will(Says(body={"id": 999, "full_name": "acme/erp"}))

    assert (await refusal(GitHubRepositories(side.app).describe(ERP))).code == "repository_gone"


@pytest.mark.parametrize("branch", ["https://evil.example/x", "//evil.example/x", "../../app", "a/./b", ""])
async def test_sx_09_a_path_that_leads_elsewhere_is_not_asked_for(side: Side, branch: str) -> None:
    failure = await refusal(GitHubBranches(side.app).head(ERP, branch))

    assert (failure.code, side.hostile.heard) == ("github_invalid", [])


@pytest.mark.parametrize("branch", ["a b?c#d", "%2e%2e/x", "ä/ü"])
async def test_sx_09_odd_characters_in_a_path_stay_in_the_path(side: Side, branch: str) -> None:
    side.hostile.will(Says(404, {"message": "Branch not found"}))

    assert await GitHubBranches(side.app).head(ERP, branch) is None

    heard = side.hostile.heard[0].path
    assert heard.startswith("/repos/acme/erp/branches/")
    assert not any(turn in heard for turn in ("?", "#", "/../"))


async def test_sx_09_a_login_cannot_leave_its_place_in_the_path(side: Side) -> None:
    side.hostile.will(Says(404, {"message": "Not Found"}))

    role = await GitHubRepositories(side.app).role_name(ERP, Actor(id=1, login="x/../../../user"))

    assert role == "none"
    assert side.hostile.heard[0].path == "/repos/acme/erp/collaborators/x%2F..%2F..%2F..%2Fuser/permission"


async def test_sx_09_the_next_page_is_asked_of_github_whatever_the_link_says(side: Side) -> None:
    next_page = {"link": '<https://evil.example/steal>; rel="next"'}
    side.hostile.will(Says(body=[], headers=next_page), Says(body=[]))

    assert await GitHubComments(side.app).find(ERP, 1, marker="<!-- m -->") is None
    assert [heard.path for heard in side.hostile.heard] == [
        "/repos/acme/erp/issues/1/comments?per_page=100&page=1",
        "/repos/acme/erp/issues/1/comments?per_page=100&page=2",
    ]


@pytest.mark.parametrize("purpose", [READ, TALK, PUBLISH, DEPLOY], ids=lambda purpose: str(purpose.name))
async def test_sx_06_a_token_is_for_one_repository_and_no_more_rights_than_its_purpose(
    side: Side, purpose: object
) -> None:
    assert isinstance(purpose, type(READ))
    await side.app.token(ERP, purpose)

    minted = side.hostile.minted[0]
    assert minted.body == {"repository_ids": [7], "permissions": dict(purpose.permissions)}
    assert minted.path == "/app/installations/70/access_tokens"


def test_sx_06_reading_and_talking_cannot_change_contents() -> None:
    assert READ.permissions["contents"] == "read"
    assert "contents" not in TALK.permissions
    assert "write" not in READ.permissions.values()


async def test_many_calls_at_once_make_one_token(side: Side) -> None:
    github = side.app.on(ERP, READ)

    await asyncio.gather(*(ask(github) for _ in range(20)))

    assert len(side.hostile.minted) == 1


async def test_every_call_names_the_version_of_the_api_it_means(side: Side) -> None:
    await ask(side.app.on(ERP, READ))

    sent = [*side.hostile.minted, *side.hostile.heard]
    assert {heard.headers["x-github-api-version"] for heard in sent} == {"2022-11-28"}


async def test_an_unchanged_answer_is_not_sent_twice(side: Side) -> None:
    side.hostile.will(Says(body={"name": "erp"}, headers={"etag": '"e1"'}), Says(304))
    github = side.app.on(ERP, READ)

    answers = [await ask(github), await ask(github)]

    assert answers == [{"name": "erp"}] * 2
    assert side.hostile.heard[1].headers["if-none-match"] == '"e1"'


async def test_behind_an_unchanged_page_the_next_one_is_still_asked_for(side: Side) -> None:
    comments = GitHubComments(side.app)
    first = {"etag": '"e1"', "link": '<https://x>; rel="next"'}
    side.hostile.will(Says(body=[], headers=first), Says(body=[]), Says(304), Says(body=[]))

    for _ in range(2):
        await comments.find(ERP, 1, marker="<!-- m -->")

    assert [heard.path[-1] for heard in side.hostile.heard] == ["1", "2", "1", "2"]


async def test_what_one_repository_was_answered_is_not_shown_to_another(side: Side) -> None:
    side.hostile.names[8] = "acme/erp"
    side.hostile.will(Says(body={"name": "erp"}, headers={"etag": '"e1"'}))
    await ask(side.app.on(ERP, READ))

    await ask(side.app.on(CRM, READ))

    assert "if-none-match" not in side.hostile.heard[1].headers


async def test_an_answer_without_end_is_refused(side: Side) -> None:
    side.hostile.will(Says(raw=b"x" * (33 * 1024 * 1024)))

    assert (await refusal(ask(side.app.on(ERP, READ)))).code == "github_answer_too_large"


@pytest.mark.parametrize(
    "says",
    [
        Says(cut=b""),
        Says(cut=b"HTTP/1.1 no\r\n\r\n"),
        Says(500, {"message": "no"}),
        Says(401, {"message": "no"}),
        FORBIDDEN,
        MOVED,
        Says(422, {"message": "no", "errors": ["no"]}),
    ],
    ids=["cut", "no http", "500", "401", "403", "301", "422"],
)
async def test_sx_04_no_failure_carries_the_token(side: Side, says: Says) -> None:
    side.hostile.will(says, says)

    failure = await refusal(tell(side.app.on(ERP, TALK)))

    assert TOKEN not in everything_about(failure)


async def test_sx_04_a_token_answer_that_cannot_be_read_is_not_carried_along(side: Side) -> None:
    torn = b'{"token": "ghs_canary1", "expires_'
    side.hostile.mints = [Says(201, raw=torn, headers={"content-type": "application/json"})]

    failure = await refusal(ask(side.app.on(ERP, READ)))

    assert failure.code == "github_unreadable"
    assert TOKEN not in everything_about(failure)


async def test_sx_04_a_token_is_not_shown_where_its_grant_is(side: Side) -> None:
    grant = await side.app.grant(ERP, READ)

    assert grant.token == f"{TOKEN}1"
    assert TOKEN not in repr(grant)


def everything_about(error: BaseException) -> str:
    """What a log could show of it: its words, and those of all that it came from."""
    chain: list[BaseException] = []
    while error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__ or error
    words = [repr(each) + repr(vars(each)) for each in chain]
    return "\n".join([*words, *traceback.format_exception(chain[0])])
