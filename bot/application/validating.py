"""Job: is the request one that can be carried out here; the model's spec, its questions, or its refusal."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Final

from bot.application.asking import ask, load_answer
from bot.application.basing import base_head
from bot.application.broken_configuration import tell_of_what_is_broken
from bot.application.configuration import path_rules_text, reviewers_of, setup_of
from bot.application.dispatching import check_can_be_dispatched
from bot.application.flaking import run_before
from bot.application.in_force import in_force
from bot.application.outside_text import outsiders_of
from bot.application.planning import is_wanted, known_good, propose, show_plan
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.recording import amend, running, was_recorded
from bot.application.setting_up import place_of, reports_in, setup_in, vouched_for
from bot.application.showing import (
    beginning,
    instructions_text,
    judge_shown,
    request_text,
    seen_of,
    shown_paths,
)
from bot.application.spec import Spec, read_spec, spec_schema
from bot.application.spending import check_month
from bot.application.steps import Standing, check_still_may, standing
from bot.application.suite_finding import command_of
from bot.application.surveyed import agreed_on
from bot.application.texts import keep_text
from bot.application.watching import stoppable, watched
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.choosing import choose_tests
from bot.domain.conversation import ENDINGS, asked, text_of
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.merging import chosen
from bot.domain.paths import kept_back
from bot.domain.planning import is_agreed
from bot.domain.policy import Permission
from bot.domain.reports import kept
from bot.domain.states import State
from bot.domain.visible import visible_characters
from bot.records import Question, Recorded, StepFailed

MAX_TOKENS: Final = 8_000
BEGINS_ANEW: Final = (
    e.ValidationStarted.__name__,
    e.Answered.__name__,
    e.PlanSentBack.__name__,
    e.Retried.__name__,
    e.VersionRequested.__name__,
)
READMES: Final = ("README.md", "README.rst", "README.txt", "README")


async def validate_request(world: World, integration_id: str) -> Standing:
    """The job, as the engine runs it: survey, ask, conclude; and show the plan where people are to see it."""
    survey: dict[str, str] = await stoppable(survey_repository, world, integration_id)
    if "waits_for" in survey:  # a message woke it before anybody had answered
        return [State.VALIDATING.value, survey["waits_for"]]
    passed: int | None = await stoppable(try_tests, world, integration_id, survey)
    answer: str = await stoppable(consult, world, integration_id, survey)
    survey = {**survey, "passed": "" if passed is None else str(passed)}
    where: Standing = await stoppable(conclude, world, integration_id, survey, answer)
    if where == [State.VALIDATING, None]:
        return await stoppable(show_plan, world, integration_id)
    return where


async def survey_repository(world: World, integration_id: str, *, key: str) -> dict[str, str]:
    """The base commit, its test command, and what the default branch says; the requester may still write."""
    it = await running(world, integration_id)
    if it.waiting_for is not None:
        return {"waits_for": it.waiting_for}
    survey = await watched(world, it.id, _survey(it, world))
    await amend(world, it.id, lambda now: choose_tests(now, survey), key=key)
    return survey


async def _survey(it: Integration, world: World) -> dict[str, str]:
    await check_still_may(it, it.requested_by, Permission.WRITE, world, otherwise="requester_lost_access")
    await check_month(it.repository, world)
    about = await world.repositories.describe(it.repository)
    if about.archived:
        raise StepFailed("archived")
    default, base = about.default_branch, it.asked_base or about.default_branch
    commit = await base_head(it.repository, base, world)
    # The asker chooses the base: what it said of tests, environment and reverts would be their choice too.
    ruling = commit if base == default else await base_head(it.repository, default, world)
    listing = await world.sources.listing(it.repository, commit)
    found = await in_force(world, it.repository, about, commit=ruling)
    await tell_of_what_is_broken(it, found, world)
    configuration, deploy = found.configuration, found.configuration.deploy
    if deploy.workflow is not None:
        given = list(deploy.inputs)
        await check_can_be_dispatched(
            world, it.repository, deploy.workflow, given, commits=dict.fromkeys((ruling, commit))
        )
    return {
        "base": base,
        "base_commit": commit,
        "tests": json.dumps(await command_of(it.repository, world, commit, listing, configuration)),
        "configured": "yes" if configuration.command else "",
        "environment": configuration.environment,
        "deploy": json.dumps([deploy.way, deploy.workflow or "", list(deploy.inputs.items())]),
        "merge_method": chosen(configuration.merge_method, about.merge_methods),
        "merge_reverts": "yes" if configuration.merge_reverts else "",
        "approvals": str(configuration.approvals),
        "approval_days": str(configuration.approval_days),
        "path_rules": path_rules_text(configuration),
        "unread": json.dumps(found.unread),
        "test_remarks": configuration.test_remarks,
        "test_reruns": str(configuration.test_reruns),
        "not_secret": json.dumps(configuration.not_secret),
        "reports": json.dumps([configuration.report] if configuration.report else []),
        "branch": configuration.branch,
        "labels": json.dumps(configuration.labels),
        # Where no host is allowed there is nothing to be fetched, and so nothing to be looked for.
        "setup": json.dumps(asdict(setup_of(configuration, detects=bool(world.rules.setup_hosts)))),
        "reviewers": json.dumps(reviewers_of(configuration)),
        "send_back": "yes" if configuration.checks.send_back else "",
        "outsiders": json.dumps(await outsiders_of(it, world)),
        "plan_first": "yes" if configuration.plan_first else "",
        "tester": configuration.tester,
        "check_minutes": str(configuration.checks.minutes),
        "checks_needed": json.dumps(configuration.checks.needed),
        "reminders": "" if configuration.reminders else "no",
        "update": "yes" if configuration.update else "",
    }


async def try_tests(world: World, integration_id: str, survey: dict[str, str], *, key: str) -> int | None:
    """The tests must pass before anything is changed: red ones judge nothing, and cost the model's time.

    Those that fail are run again as often as the repository wants it for a change: perhaps they are flaky.

    How many passed, where that can be told. Raises StepFailed with the digest of the report: tests_red, or
    setup_red where what they need could not be installed. Where the repository's own checks judge, nothing is
    run before.
    """
    it = await running(world, integration_id)
    if survey.get("tester") == "checks":
        return None
    if it.plan is not None and known_good(it, survey):
        return it.plan.passed
    tests: list[str] = json.loads(survey["tests"])
    at = replace(place_of(it), commit=survey["base_commit"], setup=setup_in(survey), tests=tuple(tests))
    at = replace(at, not_secret=vouched_for(survey), reports=reports_in(survey))
    again = int(survey.get("test_reruns", "0"))
    ran = await run_before(world, it, tests, at=at, again=again, key=key)
    if not ran.is_green:
        report = {
            **asdict(ran.outcome),
            "told": kept(ran.told),
            "hidden": await _kept_back(it, world, survey),
        }
        code = "setup_red" if ran.outcome.during == "setup" else "tests_red"
        raise StepFailed(code, await keep_text(world, it, json.dumps(report)))
    return ran.told.passed


async def _kept_back(it: Integration, world: World, survey: Mapping[str, str]) -> list[str]:
    listing = await world.sources.listing(it.repository, survey["base_commit"])
    return kept_back(listing, not_secret=vouched_for(survey))


async def consult(world: World, integration_id: str, survey: dict[str, str], *, key: str) -> str:
    """Ask the model what it makes of the request; the digest of what it said. A plan that is up for approval,
    or approved, is what it makes of it.
    """
    past = await world.log.read(integration_id)
    if was_recorded(past, key):
        return _answer_of(past, key)
    it = await running(world, integration_id)
    if it.plan is not None:
        return ""
    if paid := _unheard(past):
        return paid
    question = await watched(world, it.id, request_question(world, it, survey))
    await ask(world, it, question, step="validate_request", key=key)
    return _answer_of(await world.log.read(integration_id), key)


def _answer_of(past: Iterable[Recorded], key: str) -> str:
    return next(str(record.data["answer"]) for record in past if record.meta.get("key") == key)


def _unheard(past: Iterable[Recorded]) -> str | None:
    """An answer that was paid for, and that nothing came of yet: the run rested before it was heard."""
    answer = None
    for record in past:
        if record.type in BEGINS_ANEW:
            answer = None
        elif record.type == e.TurnTaken.__name__:
            answer = str(record.data["answer"])
    return answer


async def request_question(world: World, it: Integration, survey: dict[str, str]) -> Question:
    """The request and the repository, as the model is shown them."""
    nonce = nonce_of(it.id)
    listing = await world.sources.listing(it.repository, survey["base_commit"])
    request = await request_text(world, it)
    readme = await _readme(it, world, survey["base_commit"], list(listing))
    conventions = await instructions_text(world, it, survey["base_commit"], ())
    with noting() as prompts:
        system = render("validate")
        said = render(
            "validate_request",
            repository=it.repository.full_name,
            judge=judge_shown(survey.get("tester", ""), json.loads(survey["tests"]), it.id),
            request=request,
            listing=fence(shown_paths(list(listing)), "paths", nonce),
            instructions=conventions,
            readme=fence(readme, "README", nonce),
        )
    return Question(
        model=world.rules.model,
        system=system,
        messages=(asked(said),),
        schema=spec_schema(),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )


async def _readme(it: Integration, world: World, commit: str, paths: list[str]) -> str:
    name = next((name for name in READMES if name in paths), None)
    content = await world.sources.read(it.repository, commit, name) if name else None
    begun = await asyncio.to_thread(beginning, content or b"")
    return await seen_of(begun) if name == READMES[0] else visible_characters(begun)


async def conclude(
    world: World, integration_id: str, survey: dict[str, str], answer: str, *, key: str
) -> Standing:
    """Take the spec, or the plan that was approved; ask the requester; or refuse with the model's reason."""
    it = await running(world, integration_id)
    if was_recorded(await world.log.read(integration_id), key):
        return standing(it)
    if it.plan is not None:
        agreed = is_agreed(it)
        return await _agree(it, it.plan.spec, survey, world, key=key) if agreed else standing(it)
    said = await load_answer(world, it, answer)
    if said.stop_reason != "end_turn":
        raise StepFailed(ENDINGS.get(said.stop_reason, "answer_too_long"))
    spec = read_spec(text_of(said))
    if spec.verdict == "refused":
        raise StepFailed("refused", await keep_text(world, it, spec.refusal or ""))
    if spec.verdict == "unclear":
        return await _ask(it, spec, world, reminders=not survey.get("reminders"), key=key)
    if is_wanted(it, survey):
        return await propose(it, spec, survey, world, key=key)
    kept = await keep_text(world, it, spec.model_dump_json())
    return await _agree(it, kept, survey, world, key=key)


async def _ask(it: Integration, spec: Spec, world: World, *, reminders: bool, key: str) -> Standing:
    questions = await keep_text(world, it, "\n".join(f"- {each}" for each in spec.questions))
    most = world.rules.questions

    def decide(now: Integration) -> list[e.Event]:
        return deciding.ask(now, questions=questions, most=most, reminders=reminders)

    return standing(await amend(world, it.id, decide, key=key))


async def _agree(it: Integration, spec: str, survey: dict[str, str], world: World, *, key: str) -> Standing:
    hidden = await _kept_back(it, world, survey)
    kept_back = await keep_text(world, it, json.dumps(hidden)) if hidden else ""
    validated = agreed_on(survey, spec=spec, kept_back=kept_back)
    return standing(await amend(world, it.id, lambda now: deciding.validate(now, validated), key=key))
