"""What somebody says of a finding: noted once, by whom it may be, and shown whatever happens meanwhile."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest

from bot.application.asked import Freeze, Judge, Review
from bot.application.freezing import freeze
from bot.application.recording import append_beside
from bot.application.refusal_words import refusal
from bot.application.review_asking import ask_for_review
from bot.application.review_judging import judge_and_tell
from bot.application.review_posting import say
from bot.application.review_reading import Read
from bot.application.review_telling import TRIES, tell_anew
from bot.application.verdict_words import MOST_LISTED, folded, no_finding, own_pull_request
from bot.application.verdicts import verdicts_in_force, verdicts_on
from bot.domain.anchors import Anchor
from bot.domain.freezing import Frozen
from bot.domain.policy import NotAllowed, Rules
from bot.domain.remarks import Finding
from bot.domain.replying import Dispute, answered
from bot.domain.verdicts import Kind, NoSuchFinding, OwnPullRequest, in_force, judged, subject_of
from bot.records import Actor, Fact, Recorded, Repository, StepFailed, Unavailable
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import FakeChecks, FakeLog, Stage
from tests.unit.histories import ADMIN, DEVELOPER, ID, SHOP, UP_FOR_REVIEW, VIEWER

REVIEWS: Final = "review:7:5"
VERDICTS: Final = "verdicts:7"
FINDING: Final = Finding(
    rule="wrong",
    severity="major",
    confidence=90,
    anchor=Anchor(path="f.py", line=2),
    title="It is wrong",
    text="For it is 2.",
    code=(b"    return 2",),
)
READ: Final = Read(head=OPEN.head, fails_at="major", confidence=70, covered=("f.py",), findings=(FINDING,))
ACCEPT: Final = Judge(
    by=ADMIN, repository=SHOP, number=5, finding=FINDING.fingerprint[:8], kind="accepted", why="Later."
)
PULL: Final = replace(OPEN, author_id=DEVELOPER.id)


async def asked(stage: Stage, key: str) -> None:
    review = Review(by=DEVELOPER, repository=SHOP, number=5)
    await ask_for_review(review, key=key, door="github", world=stage.world)


async def says(stage: Stage, read: Read = READ, key: str = "k", check: int = 31) -> None:
    """A review comes to its end."""
    digest = await stage.blobs.put(SHOP.id, msgspec.json.encode(read))
    await say(stage.world, REVIEWS, key, digest, check, key="step")


async def reviewed(read: Read = READ, **fakes: Any) -> Stage:
    """A pull request whose review found that."""
    stage = Stage(reviews=FakeReviews(pull=PULL), **fakes)
    await asked(stage, "k")
    await says(stage, read)
    return stage


async def judges(stage: Stage, key: str = "v", **changed: Any) -> str | None:
    """How the check ends by it."""
    it = replace(ACCEPT, **changed)
    return (await judge_and_tell(it, key=key, door="github", world=stage.world)).ends


def conclusion(stage: Stage, check: int = 31) -> str | None:
    return stage.review_checks.runs[check][2]


def noted(log: FakeLog, fact: Fact, stream: str = VERDICTS) -> Callable[[], None]:
    """Somebody else is faster."""

    def now() -> None:
        past = log.streams.setdefault(stream, [])
        past.append(
            Recorded(
                seq=1,
                stream=stream,
                version=len(past) + 1,
                type=fact.type,
                data_json=json.dumps(fact.data),
                meta_json=json.dumps({"key": f"other-{len(past)}"}),
                at=datetime(2026, 1, 1, tzinfo=UTC),
                hash="",
            )
        )

    return now


def settling(it: Finding = FINDING, **said: Any) -> Fact:
    return judged("dismissed", subject_of(it), **{"by": ADMIN, "number": 9, **said})


async def test_the_same_delivery_is_noted_once_and_answered_alike() -> None:
    stage = await reviewed()

    assert (conclusion(stage), [await judges(stage), await judges(stage)]) == (
        "failure",
        ["success", "success"],
    )
    [fact] = stage.log.streams[VERDICTS]
    assert (fact.type, fact.meta["by"], fact.data["why"]) == ("FindingAccepted", ADMIN.id, "Later.")
    assert len(stage.comments.on(5)) == 1


async def test_killed_before_it_was_shown_it_is_shown_by_the_next_try() -> None:
    stage = await reviewed()
    await judges(stage)
    await stage.review_checks.complete(SHOP, 31, conclusion="failure", title="", summary="")

    assert await judges(stage) == "success"
    assert len(stage.log.streams[VERDICTS]) == 1


async def test_what_is_noted_while_a_review_is_being_said_is_shown_by_that() -> None:
    stage = Stage(reviews=FakeReviews(pull=PULL))
    await asked(stage, "k")
    stage.log.meanwhile = [noted(stage.log, settling())]

    await says(stage)

    assert len(stage.reviews.posted) == 1
    assert conclusion(stage) == "success"
    assert "Accepted or dismissed: 1" in stage.comments.on(5)[0]


async def test_what_is_withdrawn_while_a_review_is_being_said_is_left_out_by_that() -> None:
    stage = Stage(reviews=FakeReviews(pull=PULL))
    await asked(stage, "k")
    dispute = Dispute(
        repository=SHOP, number=5, thread=1, comment=2, fingerprint=FINDING.fingerprint, by=DEVELOPER
    )
    withdrawn = answered(dispute, withdraws=True, why="digest")
    stage.log.meanwhile = [noted(stage.log, withdrawn, REVIEWS)]

    await says(stage)

    assert conclusion(stage) == "neutral"
    assert "Left out, as withdrawn in their threads: 1 finding." in stage.comments.on(5)[0]


async def test_the_walkthrough_of_a_newer_review_is_not_overwritten() -> None:
    stage = await reviewed()
    before = stage.comments.on(5)
    await asked(stage, "newer")

    assert await judges(stage) == "success"
    assert stage.comments.on(5) == before
    await says(stage, key="newer", check=32)
    assert (conclusion(stage, 32), len(stage.reviews.posted)) == ("success", 1)
    assert "Accepted or dismissed: 1" in stage.comments.on(5)[0]


class Restless(FakeChecks):
    """Whenever it is told how a check ends, somebody says the other of the finding."""

    log: FakeLog

    async def complete(
        self, repository: Repository, check: int, *, conclusion: str, title: str, summary: str
    ) -> None:
        self.asked += 1
        kind: Kind = "lifted" if conclusion == "success" else "dismissed"
        noted(self.log, judged(kind, subject_of(FINDING), by=ADMIN, number=9))()


async def test_what_changes_each_time_it_is_said_is_said_so_often_and_then_again_later() -> None:
    stage = await reviewed()
    stage.review_checks = Restless()
    stage.review_checks.log = stage.log

    with pytest.raises(Unavailable):
        await judges(stage)

    assert stage.review_checks.asked == TRIES


async def test_where_no_review_said_anything_nothing_is_said_anew() -> None:
    stage = Stage(reviews=FakeReviews(pull=PULL))

    assert await tell_anew(SHOP, PULL, stage.world) is None
    assert stage.review_checks.runs == {}


async def test_of_a_review_that_did_not_tell_its_check_only_the_walkthrough_is_said_anew() -> None:
    stage = Stage(reviews=FakeReviews(pull=PULL))
    await asked(stage, "k")
    await says(stage, check=0)
    stage.review_checks.runs.clear()

    assert await judges(stage) is None
    assert stage.review_checks.runs == {}
    assert "Accepted or dismissed: 1" in stage.comments.on(5)[0]


async def test_what_the_last_review_found_may_be_forgotten_by_then() -> None:
    stage = await reviewed()
    stage.blobs.contents.clear()

    with pytest.raises(NoSuchFinding) as error:
        await judges(stage)

    assert error.value.found == ()
    assert VERDICTS not in stage.log.streams


async def test_what_was_noted_is_lifted_also_where_nobody_knows_the_review_any_more() -> None:
    stage = await reviewed()
    await judges(stage)
    stage.blobs.contents.clear()

    told = await judge_and_tell(replace(ACCEPT, kind="lifted"), key="l", door="github", world=stage.world)

    assert (told.trouble, await verdicts_in_force(SHOP, stage.world)) == ("forgotten", {})


async def test_what_was_never_noted_is_not_lifted() -> None:
    with pytest.raises(NoSuchFinding):
        await judges(await reviewed(), kind="lifted")


async def test_id_01_who_may_only_read_notes_nothing() -> None:
    stage = await reviewed()

    with pytest.raises(NotAllowed):
        await judges(stage, by=VIEWER)

    assert VERDICTS not in stage.log.streams


async def test_while_it_is_frozen_nothing_is_noted_and_what_was_is_told_again() -> None:
    stage = await reviewed()
    await judges(stage)
    ask = Freeze(by=ADMIN, repository=SHOP, level="repo", why="audit")
    await freeze(ask, key="f", door="github", world=stage.world)

    with pytest.raises(Frozen):
        await judges(stage, key="another")
    assert await judges(stage) == "success"


@pytest.mark.parametrize("kind", ["accepted", "dismissed"])
async def test_id_13_who_wrote_it_or_asked_the_bot_for_it_has_no_say(kind: Any) -> None:
    stage = await reviewed()
    stage.log.holds(UP_FOR_REVIEW)
    stage.log.rows[ID]["pull_request"] = 5
    requester = Actor(id=stage.log.rows[ID]["requested_by_id"], login="requester")

    told = set()
    for person in (DEVELOPER, requester):
        with pytest.raises(OwnPullRequest) as error:
            await judges(stage, by=person, kind=kind)
        told.add(refusal(error.value))
    assert told == {own_pull_request()}
    assert VERDICTS not in stage.log.streams


async def test_id_13_where_one_maintainer_is_alone_their_own_word_counts() -> None:
    stage = await reviewed(rules=Rules(self_approval=True))

    assert await judges(stage, by=DEVELOPER) == "success"


async def test_id_13_what_who_wrote_it_said_elsewhere_counts_for_others_only() -> None:
    stage = await reviewed()
    noted(stage.log, settling(by=DEVELOPER))()

    assert await verdicts_on(SHOP, PULL, stage.world) == {}
    assert len(await verdicts_on(SHOP, replace(PULL, author_id=ADMIN.id), stage.world)) == 1
    assert len(await verdicts_on(SHOP, replace(PULL, author_id=None), stage.world)) == 1


async def test_of_what_the_bot_has_withdrawn_the_word_of_people_lets_the_check_pass() -> None:
    stage = await reviewed()
    dispute = Dispute(
        repository=SHOP, number=5, thread=1, comment=2, fingerprint=FINDING.fingerprint, by=DEVELOPER
    )
    fact = answered(dispute, withdraws=True, why="digest")
    await append_beside(stage.world, REVIEWS, fact, key="w", meta={"key": "w"})

    assert await tell_anew(SHOP, PULL, stage.world) == "neutral"
    assert "Left out, as withdrawn in their threads: 1 finding." in stage.comments.on(5)[0]
    assert await judges(stage) == "success"
    assert "Accepted or dismissed: 1" in stage.comments.on(5)[0]
    assert "withdrawn" not in stage.comments.on(5)[0]


async def test_what_is_graver_by_then_is_said_and_counted() -> None:
    stage = await reviewed()
    await judges(stage)
    await asked(stage, "newer")
    graver = replace(FINDING, severity="critical")

    await says(stage, replace(READ, findings=(graver,)), key="newer", check=32)

    assert conclusion(stage, 32) == "failure"


async def test_a_finding_below_what_counts_has_no_name_here() -> None:
    stage = await reviewed(replace(READ, findings=(replace(FINDING, confidence=10),)))

    with pytest.raises(NoSuchFinding):
        await judges(stage)


async def test_github_that_is_silent_is_no_reason_to_note_it_not() -> None:
    stage = await reviewed()
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await judges(stage)

    assert VERDICTS not in stage.log.streams


def many(count: int) -> list[Finding]:
    return [replace(FINDING, rule=f"rule-{nth}", title="`@x` <!-- y") for nth in range(count)]


def test_more_than_people_read_is_counted_and_nothing_in_it_acts() -> None:
    found = many(MOST_LISTED + 2)
    stage = Stage()
    for each in found:
        noted(stage.log, settling(each, why="<!-- `@admin` -->"))()
    verdicts = in_force(stage.log.streams[VERDICTS], stage.clock.now() + timedelta(days=1))

    told = "\n".join(folded(found, verdicts))

    assert "Accepted or dismissed: 32" in told
    assert told.count("**dismissed** by admin in #9, until somebody lifts it") == MOST_LISTED
    assert "- and 2 more" in told
    assert "@x" not in told
    assert "@admin" not in told
    assert "<!--" not in told


def test_where_two_are_called_alike_their_whole_names_are_told() -> None:
    one = subject_of(FINDING)
    like = replace(one, fingerprint=f"{one.name}00000000")

    told = no_finding(NoSuchFinding(one.name, [one, like, *map(subject_of, many(MOST_LISTED))]))

    assert f"`{one.fingerprint}`" in told
    assert f"`{like.fingerprint}`" in told
    assert "There are 32 findings, of which these are the first 30:" in told


def test_of_what_is_gone_nothing_is_shown() -> None:
    assert folded([FINDING], {}) == []


async def test_a_trouble_that_is_not_forgetting_is_told_as_it_is() -> None:
    stage = await reviewed()
    stage.reviews.pull = None

    with pytest.raises(StepFailed) as failure:
        await judges(stage)

    assert failure.value.code == "pull_request_gone"
