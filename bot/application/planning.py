"""The plan before the work: proposed, shown to people, and gone on from once one of them approves it."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress

from bot.application import plan_words as words
from bot.application.effects import say_once
from bot.application.ports import World
from bot.application.recording import amend, running
from bot.application.spec import Spec, read_spec
from bot.application.steps import Standing, standing
from bot.application.texts import keep_text, load_text
from bot.domain import events as e
from bot.domain import planning
from bot.domain.integration import Integration
from bot.records import StepFailed


def digest_of(survey: Mapping[str, str]) -> str:
    """What the repository looked like: the same where nothing has changed that a test run depends on."""
    seen = {name: said for name, said in survey.items() if name != "passed"}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def is_wanted(it: Integration, survey: Mapping[str, str]) -> bool:
    """Whether people have a say before anything is written: who asked wants it, or the repository does."""
    return it.plan_first or bool(survey.get("plan_first"))


def known_good(it: Integration, survey: Mapping[str, str]) -> bool:
    """Whether the tests were run on this very commit, in this very way, before the plan was approved."""
    return planning.is_agreed(it) and it.plan is not None and it.plan.survey == digest_of(survey)


async def propose(
    it: Integration, spec: Spec, survey: Mapping[str, str], world: World, *, key: str
) -> Standing:
    """Put it up for approval. Raises StepFailed("plan_too_long") where nobody could be shown all of it."""
    if len(words.plan(spec)) > words.LONGEST:
        raise StepFailed("plan_too_long")
    proposed = e.PlanProposed(
        spec=await keep_text(world, it, spec.model_dump_json()),
        demanded=bool(survey.get("plan_first")),
        survey=digest_of(survey),
        reminders=not survey.get("reminders"),
        passed=int(survey["passed"]) if survey.get("passed") else None,
    )
    return standing(await amend(world, it.id, lambda now: planning.propose(now, proposed), key=key))


async def show_plan(world: World, integration_id: str, *, key: str) -> Standing:
    """Say it on the issue, once; from then on it can be approved, by whoever speaks after that."""
    it = await running(world, integration_id)
    if it.plan is None or it.plan_shown is not None:
        return standing(it)
    spec, nth = it.plan.spec, len(it.plans_sent_back) + 1
    marker = words.plan_marker(it.name, nth)
    said = words.proposed(
        read_spec(await load_text(world, it, spec)),
        requested_by=it.requested_by.login,
        own_counts=planning.own_counts(it, alone=world.rules.self_approval),
    )
    comment = await say_once(
        world, it.repository, it.issue, f"{marker}\n{said}", marker=marker, effect=f"plan:{it.name}:{nth}"
    )
    shown = e.PlanShown(spec=spec, shown_at=await world.comments.written_at(it.repository, comment))
    return standing(await amend(world, it.id, lambda now: planning.show(now, shown), key=key))


async def load_plan(world: World, it: Integration) -> Spec | None:
    """What is to be built, approved or not; None where there is nothing yet, or it is no longer kept."""
    digest = it.spec or (it.plan.spec if it.plan else "")
    if digest:
        with suppress(StepFailed):
            return read_spec(await load_text(world, it, digest))
    return None
