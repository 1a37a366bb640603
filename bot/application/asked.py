"""What may be asked, as data, each with the right it needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from bot.domain.events import Own
from bot.domain.policy import Permission
from bot.domain.states import State
from bot.domain.verdicts import Kind
from bot.records import Actor, Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who asks, and in which repository."""

    by: Actor
    repository: Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIntegration(Said):
    """Ask for an integration, on the issue where it was said; `anyway` also where it is asked for already."""

    needs: ClassVar[Permission] = Permission.WRITE
    issue: int
    request: str
    base: str | None = None
    micro_usd: int | None = None
    plan_first: bool = False
    anyway: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestions(Said):
    """Answer what the bot asked."""

    needs: ClassVar[Permission] = Permission.WRITE
    integration_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(Said):
    """Open the gate that is waiting: for the plan, or for the commit that the pull request shows or a review
    was made of.

    `said_at` is when it was said, where that may have been before there was anything to see; `given_at`
    is when a review was, which says itself what it is of. Beside the commit, `plan` and `installs` say so:
    the spec of the plan that was seen, and the files by which something is to be installed.
    """

    needs: ClassVar[Permission] = Permission.APPROVE
    integration_id: str
    head: str | None = None
    plan: str | None = None
    installs: tuple[str, ...] | None = None
    said_at: datetime | None = None
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestChanges(Said):
    """Send it back from the gate, to be changed as its parts say; `head` is what a review was made of."""

    needs: ClassVar[Permission] = Permission.APPROVE
    integration_id: str
    parts: tuple[str, ...]
    head: str | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Said):
    """Close the gate for good."""

    needs: ClassVar[Permission] = Permission.APPROVE
    integration_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy(Said):
    """Let what was merged go out."""

    needs: ClassVar[Permission] = Permission.DEPLOY
    integration_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Said):
    """Stop it, wherever it stands; what is merged already takes the right to deploy."""

    needs: ClassVar[Permission] = Permission.WRITE
    integration_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeBudget(Said):
    """See what a repository may spend and has spent."""

    needs: ClassVar[Permission] = Permission.BUDGET


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseBudget(Said):
    """Let a run use up more, by so many millionths of a US dollar, or up to so many in all.

    `seen` is how many facts it had when that was said, where it is meant for nothing later; `title` and `own`
    are what it is called from then on, and what is set for it, where that is said with it.
    """

    needs: ClassVar[Permission] = Permission.BUDGET
    integration_id: str
    micro_usd: int = 0
    up_to: int | None = None
    seen: int | None = None
    title: str | None = None
    own: Own | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust(Said):
    """Call it something else, or set for it alone what its repository says else, or both; `seen` is how many
    facts it had when that was said, where it is meant for nothing later.
    """

    needs: ClassVar[Permission] = Permission.WRITE
    integration_id: str
    title: str | None = None
    own: Own | None = None
    seen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseMonth(Said):
    """Let a repository spend more this month, by so many millionths of a US dollar."""

    needs: ClassVar[Permission] = Permission.BUDGET
    micro_usd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBack(Said):
    """Take back what runs, or is just going live."""

    needs: ClassVar[Permission] = Permission.DEPLOY
    integration_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecate(Said):
    """Take out for good what runs, or say that this pull request has."""

    needs: ClassVar[Permission] = Permission.DELETE
    integration_id: str
    why: str
    removed_in: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Said):
    """Try again what failed, from this state on, or from where that is best."""

    needs: ClassVar[Permission] = Permission.WRITE
    integration_id: str
    wanted: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPlace(Said):
    """Who asks for something of which issue or pull request."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(OfPlace):
    """Have a pull request reviewed, with an eye on that; `full` reads all of it again."""

    needs: ClassVar[Permission] = Permission.WRITE
    focus: str = ""
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge(OfPlace):
    """Accept or dismiss a finding of a pull request's review, or lift what was said of one."""

    needs: ClassVar[Permission] = Permission.APPROVE
    finding: str
    kind: Kind
    why: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseReviews(OfPlace):
    """Have no review of a pull request follow by itself."""

    needs: ClassVar[Permission] = Permission.WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeReviews(OfPlace):
    """Let them follow by themselves again."""

    needs: ClassVar[Permission] = Permission.WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(OfPlace):
    """Have a question about the code answered, where it was asked, in that comment.

    In Slack it is `there`, and may be about no issue or pull request: then the number is 0.
    """

    needs: ClassVar[Permission] = Permission.WRITE
    is_pull: bool
    text: str
    comment: int
    said_at: datetime
    thread: int | None = None
    there: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe(OfPlace):
    """Have a title, a description and labels offered for a pull request."""

    needs: ClassVar[Permission] = Permission.WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDescription(OfPlace):
    """Take these parts of what was offered."""

    needs: ClassVar[Permission] = Permission.WRITE
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Said):
    """Let everything stand still in a repository, or (`level` is org) in its whole account."""

    needs: ClassVar[Permission] = Permission.FREEZE
    level: str
    why: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfreeze(Said):
    """Lift that again."""

    needs: ClassVar[Permission] = Permission.FREEZE
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack(Said):
    """Have a delivery that was set aside handled once more, for whoever had it sent."""

    needs: ClassVar[Permission] = Permission.FREEZE


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp(Said):
    """See where it stands."""

    needs: ClassVar[Permission] = Permission.READ


OfOne = (
    AnswerQuestions
    | Approve
    | RequestChanges
    | Reject
    | Deploy
    | Cancel
    | RaiseBudget
    | Adjust
    | RollBack
    | Deprecate
    | Retry
)
Asked = RequestIntegration | OfOne
OfDescriptions = Describe | TakeDescription
OfReviews = Review | Judge | PauseReviews | ResumeReviews
OfPulls = OfReviews | OfDescriptions
Anything = Asked | LookUp | SeeBudget | RaiseMonth | OfPulls | Ask | Freeze | Unfreeze | HandBack
# These only stop something, call it or hold it otherwise, or let it use up more, which begins nothing: a
# freeze does not keep them away.
WHILE_FROZEN: Final = (Cancel, Reject, RaiseBudget, Adjust)
