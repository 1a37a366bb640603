"""Where things are said at lines of a pull request: comments of its reviews, in threads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from standins.github.state import Issue, Repository, Review
from standins.github.world import Missing

MOST_OF_A_REVIEW = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One comment of a review, at its place among the review's; an answer is a review of one comment."""

    issue: Issue
    review: Review
    nth: int
    said: Mapping[str, Any]

    @property
    def id(self) -> int:
        return self.review.id * MOST_OF_A_REVIEW + self.nth

    @property
    def answers(self) -> int | None:
        """The first comment of its thread, where this is not it."""
        return self.said.get("in_reply_to")

    @property
    def thread(self) -> int:
        return self.answers or self.id


def remarks_on(issue: Issue) -> Iterator[Remark]:
    """All of a pull request, as they were made."""
    for review in issue.pull.reviews if issue.pull else ():
        for nth, said in enumerate(review.comments):
            yield Remark(issue=issue, review=review, nth=nth, said=said)


def threads_on(issue: Issue) -> Iterator[list[Remark]]:
    """The same by threads: each begins with its first."""
    said = list(remarks_on(issue))
    for first in said:
        if first.answers is None:
            yield [each for each in said if each.thread == first.id]


def remark_of(repository: Repository, comment_id: int) -> Remark:
    """Raises Missing."""
    for issue in repository.pulls():
        for each in remarks_on(issue):
            if each.id == comment_id:
                return each
    raise Missing(f"no comment {comment_id} at a line")
