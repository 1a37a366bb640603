"""Comments at lines of pull requests, by REST."""

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import remarks as deeds
from standins.github.lines import why_refused
from standins.github.remarks import Remark, remark_of, remarks_on
from standins.github.routes.pulls import PULL, READ, WRITE, asked_pull
from standins.github.shapes import remarks as shapes
from standins.github.shapes.issues import reaction
from standins.github.shapes.pulls import compare, pull_of
from standins.github.world import Missing, Refused

routes = Routes()
REMARK = "/repos/{owner}/{repo}/pulls/comments/{comment_id}"


def _asked(call: Call) -> Remark:
    return remark_of(call.repository, call.number("comment_id"))


@routes.on("GET", f"{PULL}/comments", needs=READ)
def list_remarks(call: Call) -> Answer:
    """Oldest first, unless something else is asked for: a direction alone asks for nothing."""
    found = list(remarks_on(asked_pull(call)))
    if "sort" in call.query and call.query.get("direction") == "desc":
        found.reverse()
    return paged(call, found, lambda it: shapes.remark(call.world, call.repository, it))


@routes.on("POST", f"{PULL}/comments", needs=WRITE)
def say(call: Call) -> Answer:
    """One comment by itself: at a line, or of a whole file."""
    issue, asked = asked_pull(call), call.body
    if "line" not in asked and asked.get("subject_type") != "file":
        raise Refused(422, "A line, or a whole file, is what is played here")
    if why := why_refused(asked, compare(call.repository, pull_of(issue)).changes):
        raise Refused(
            422, "Validation Failed", resource="PullRequestReviewComment", code="custom", message=why
        )
    made = deeds.say(call.world, call.repository, call.by, issue, asked)
    return Answer(status=201, body=shapes.remark(call.world, call.repository, made))


@routes.on("POST", f"{PULL}/comments/{{comment_id}}/replies", needs=WRITE)
def reply(call: Call) -> Answer:
    issue, to = asked_pull(call), _asked(call)
    if to.issue is not issue:
        raise Missing("a comment on another pull request")
    made = deeds.reply(call.world, call.repository, call.by, to, call.body["body"])
    return Answer(status=201, body=shapes.remark(call.world, call.repository, made))


@routes.on("GET", REMARK, needs=READ)
def get_remark(call: Call) -> Answer:
    return Answer(body=shapes.remark(call.world, call.repository, _asked(call)))


@routes.on("PATCH", REMARK, needs=WRITE)
def edit_remark(call: Call) -> Answer:
    made = deeds.edit(call.world, call.repository, call.by, _asked(call), call.body["body"])
    return Answer(body=shapes.remark(call.world, call.repository, made))


@routes.on("GET", f"{REMARK}/reactions", needs=READ)
def list_reactions(call: Call) -> Answer:
    it = _asked(call)
    return paged(call, pull_of(it.issue).reactions.get(it.id, ()), lambda one: reaction(call.world, one))


@routes.on("POST", f"{REMARK}/reactions", needs=WRITE)
def react(call: Call) -> Answer:
    """201 for a new reaction, 200 where it was there."""
    made, fresh = deeds.react(call.world, call.repository, call.by, _asked(call), call.body["content"])
    return Answer(status=201 if fresh else 200, body=reaction(call.world, made))
