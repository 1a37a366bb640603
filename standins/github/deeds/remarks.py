"""Comments at lines of pull requests: answered, reacted to, resolved."""

from collections.abc import Mapping
from typing import Any

from standins.github.deeds.issues import check_length
from standins.github.hooks import tell
from standins.github.remarks import Remark, remarks_on
from standins.github.shapes import pulls as pull_shapes
from standins.github.shapes import remarks as shapes
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account, Issue, Reaction, Repository, Review
from standins.github.world import Missing, Refused, World


def say(world: World, repository: Repository, by: Account, issue: Issue, said: Mapping[str, Any]) -> Remark:
    """One comment by itself: GitHub makes a review without words of it."""
    check_length(said["body"])
    made = Review(
        id=world.new_id(),
        by=by,
        body="",
        state="COMMENTED",
        commit=said["commit_id"],
        submitted_at=world.now(),
        comments=[dict(said)],
    )
    pull_of(issue).reviews.append(made)
    remark = Remark(issue=issue, review=made, nth=0, said=made.comments[0])
    world.note("say_at_line", repository, by, id=remark.id, number=issue.number, body=said["body"])
    tell_remarks(world, repository, issue, made)
    return remark


def reply(world: World, repository: Repository, by: Account, to: Remark, body: str) -> Remark:
    """In the thread of that one, which has to be its first: to an answer nothing is answered."""
    check_length(body)
    if to.answers is not None:
        raise Missing("no first comment of a thread")
    if not body:
        raise Refused(422, "Unprocessable Entity", message="Body can't be blank")
    place = {name: to.said[name] for name in ("path", "line", "side") if name in to.said}
    made = Review(
        id=world.new_id(),
        by=by,
        body="",
        state="COMMENTED",
        commit=to.review.commit,
        submitted_at=world.now(),
        comments=[{**place, "body": body, "in_reply_to": to.id}],
    )
    pull_of(to.issue).reviews.append(made)
    remark = Remark(issue=to.issue, review=made, nth=0, said=made.comments[0])
    world.note("reply", repository, by, id=remark.id, number=to.issue.number, to=to.id, body=body)
    tell_remarks(world, repository, to.issue, made)
    return remark


def edit(world: World, repository: Repository, by: Account, it: Remark, body: str) -> Remark:
    """Its words alone."""
    check_length(body)
    before, changed = it.said["body"], {**it.said, "body": body}
    it.review.comments[it.nth] = changed
    made = Remark(issue=it.issue, review=it.review, nth=it.nth, said=changed)
    world.note("edit_comment", repository, by, id=it.id, body=body)
    _tell(world, repository, made, action="edited", changes={"body": {"from": before}})
    return made


def tell_remarks(world: World, repository: Repository, issue: Issue, of: Review) -> None:
    """Each comment of a review is told by itself, beside the review."""
    for each in [it for it in remarks_on(issue) if it.review is of]:
        _tell(world, repository, each)


def _tell(world: World, repository: Repository, it: Remark, *, action: str = "created", **more: Any) -> None:
    def payload() -> dict[str, Any]:
        return {
            **more,
            "action": action,
            "comment": shapes.told_remark(world, repository, it),
            "pull_request": pull_shapes.simple_pull(world, repository, it.issue),
        }

    tell(world, "pull_request_review_comment", by=it.review.by, repository=repository, payload=payload)


def react(
    world: World, repository: Repository, by: Account, to: Remark, content: str
) -> tuple[Reaction, bool]:
    """The reaction and whether it is new: the same one again is not."""
    there = pull_of(to.issue).reactions.setdefault(to.id, [])
    for each in there:
        if each.by.id == by.id and each.content == content:
            return each, False
    made = Reaction(id=world.new_id(), by=by, content=content, created_at=world.now())
    there.append(made)
    world.note("create_reaction", repository, by, id=made.id, to=to.id, content=content)
    return made, True


def resolve(world: World, repository: Repository, by: Account, first: Remark) -> None:
    """What is resolved stays so, by whoever did it first."""
    resolved = pull_of(first.issue).resolved
    if first.id not in resolved:
        resolved[first.id] = by
        world.note("resolve_thread", repository, by, number=first.issue.number, thread=first.id)


def unresolve(world: World, repository: Repository, by: Account, first: Remark) -> None:
    """It is open again."""
    if pull_of(first.issue).resolved.pop(first.id, None):
        world.note("unresolve_thread", repository, by, number=first.issue.number, thread=first.id)
