"""What is said at lines of a pull request, by REST: comments of reviews, and answers to them."""

from typing import Any

from standins.github.lines import hunk_to
from standins.github.remarks import Remark
from standins.github.shapes.accounts import account, association, moment, node_id
from standins.github.shapes.issues import issue_page, rollup
from standins.github.shapes.pulls import pull_of
from standins.github.shapes.repositories import api_url
from standins.github.state import Repository
from standins.github.world import World

NO_HUNK = "@@ -0,0 +1 @@\n+it is here"


def remark(world: World, of: Repository, it: Remark) -> dict[str, Any]:
    """A comment at a line; one that answers another names the first of its thread."""
    said, review = it.said, it.review
    page, at = f"{issue_page(world, of, it.issue)}#discussion_r{it.id}", moment(review.submitted_at)
    pull_url = f"{api_url(world, of)}/pulls/{it.issue.number}"
    url = f"{api_url(world, of)}/pulls/comments/{it.id}"
    return {
        "id": it.id,
        "node_id": node_id("PRRC", it.id),
        "url": url,
        "pull_request_review_id": review.id,
        "diff_hunk": said["diff_hunk"] if "diff_hunk" in said else _hunk(of, it),
        "path": said["path"],
        "position": 1,
        "original_position": 1,
        **{name: said[name] for name in ("start_line", "start_side") if name in said},
        **{name: said["line"] for name in ("line", "original_line") if "line" in said},
        "side": said.get("side", "RIGHT"),
        "subject_type": said.get("subject_type", "line"),
        **({"in_reply_to_id": it.answers} if it.answers else {}),
        "commit_id": review.commit,
        "original_commit_id": review.commit,
        "user": account(world, review.by),
        "body": said["body"],
        "created_at": at,
        "updated_at": at,
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": association(of, review.by),
        "reactions": rollup(f"{url}/reactions", pull_of(it.issue).reactions.get(it.id, ())),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}},
    }


def told_remark(world: World, of: Repository, it: Remark) -> dict[str, Any]:
    """The form of a delivery, which leaves no line out."""
    unsaid = dict.fromkeys(("start_line", "original_start_line", "start_side", "line", "original_line"))
    return unsaid | remark(world, of, it)


def _hunk(of: Repository, it: Remark) -> str:
    """What the diff had there up to the line, when it was said."""
    changes = of.git.compare(pull_of(it.issue).base_sha, it.review.commit).changes
    return hunk_to(it.said, changes) or NO_HUNK
