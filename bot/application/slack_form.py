"""The window in which an integration is asked for: how it looks, what was filled in, what is wrong in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.slack_blocks import OPTION, OPTION_VALUE, OPTIONS, Block, modal, plain, question
from bot.domain.slack_inputs import one_of
from bot.domain.slack_places import is_repository
from bot.domain.wishing import BadOption, base_of, budget_of

CALLBACK: Final = "integrate"
REPOSITORY: Final = "repository"
WHAT: Final = "what"
BASE: Final = "base"
BUDGET: Final = "budget"
PLAN: Final = "plan"
LONGEST: Final = 3_000
PLANS: Final[Mapping[str, str]] = {"no": "Write it at once", "yes": "Show the plan first"}
NO_REPOSITORY: Final = "Choose a repository."
NOTHING_ASKED: Final = "Say what to integrate."
NOT_YOURS: Final = "You may not ask for anything there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What was filled in, as it was; what was not is empty."""

    repository: str
    what: str
    base: str
    budget: str
    plan_first: bool


def window(channel: str, repository: str | None) -> Block:
    """The window, opened from that channel; the repository that is chosen already, if any."""
    chosen = {} if repository is None else {"initial_option": option(repository)}
    picker: Block = {
        "type": "external_select",
        "action_id": REPOSITORY,
        "placeholder": plain("Choose, or type owner/name", 150),
        "min_query_length": 0,
        **chosen,
    }
    blocks = [
        question("Repository", picker, block=REPOSITORY),
        question("What should it do?", _text(WHAT, long=True), block=WHAT),
        question("Base branch", _text(BASE), block=BASE, hint="The default branch if empty.", optional=True),
        question("Budget in dollars", _text(BUDGET), block=BUDGET, hint="Such as 2.50.", optional=True),
        question("Plan", one_of(PLANS, action=PLAN, chosen="no"), block=PLAN),
    ]
    return modal("An integration", blocks, callback=CALLBACK, more="", submit="Integrate", metadata=channel)


def option(repository: str) -> Block:
    """A repository as something to choose."""
    return {"text": plain(repository, OPTION), "value": repository}


def options(repositories: Iterable[str]) -> dict[str, Any]:
    """What there is to choose from."""
    return {"options": [option(each) for each in repositories if len(each) <= OPTION_VALUE][:OPTIONS]}


def form_of(values: Mapping[str, str]) -> Form:
    """What was filled in, by the names of the fields."""
    return Form(
        repository=values.get(REPOSITORY, ""),
        what=values.get(WHAT, "").strip(),
        base=values.get(BASE, "").strip(),
        budget=values.get(BUDGET, "").strip(),
        plan_first=values.get(PLAN) == "yes",
    )


def faults_in(form: Form) -> dict[str, str]:
    """What is wrong with it, by the field, in words for whoever filled it in."""
    found = {}
    if not is_repository(form.repository):
        found[REPOSITORY] = NO_REPOSITORY
    if not form.what:
        found[WHAT] = NOTHING_ASKED
    for name, read, given in ((BASE, base_of, form.base), (BUDGET, budget_of, form.budget)):
        try:
            read(given or None)
        except BadOption as no:
            found[name] = f"Give {no.wanted}."
    return found


def errors(found: Mapping[str, str]) -> dict[str, Any]:
    """The answer that shows them at their fields."""
    return {"response_action": "errors", "errors": dict(found)}


def _text(name: str, *, long: bool = False) -> Block:
    made: Block = {"type": "plain_text_input", "action_id": name}
    return made | ({"multiline": True, "max_length": LONGEST} if long else {})
