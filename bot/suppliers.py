"""What the model and the repositories' files are had from, how each is guarded, and the operator's rules."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.application.configuration import PATH as CONFIGURATION
from bot.domain.policy import Rules
from bot.domain.pricing import cost_micro_usd
from bot.infrastructure.claude import ClaudeMessages, Paid
from bot.infrastructure.claude_journal import BlobJournal
from bot.infrastructure.git import GitSources
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import READ
from bot.infrastructure.metrics import Metrics
from bot.infrastructure.observing import Observer
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.shared import Shared
from bot.records import Answer, Question, Repository, Spent
from bot.settings import Settings
from bot.storage import Storage

ANTHROPIC: Final = "https://api.anthropic.com"
POLLS_UNTIL_A_LOOK: Final = 300  # a minute, at five polls a second


def rules_of(settings: Settings) -> Rules:
    """What the operator set, as the domain knows it."""
    limits, month = settings.run_limits, settings.monthly_budget
    return Rules(
        turns=limits.turns,
        tokens=limits.tokens,
        micro_usd=int(limits.dollars * 1_000_000),
        minutes=limits.minutes,
        monthly_micro_usd=int(month.repository * 1_000_000),
        owners_micro_usd=None if month.owner is None else int(month.owner * 1_000_000),
        self_approval=settings.allow_self_approval,
        owners=frozenset(settings.allowed_owners),
        model=settings.claude_model,
        fast_model=settings.claude_fast_model,
        look_again_seconds=POLLS_UNTIL_A_LOOK * settings.engine_polls_seconds,
        sandbox=settings.sandbox_limits,
        setup_hosts=frozenset(settings.setup_hosts),
    )


def policies(observer: Observer) -> Mapping[str, Policy]:
    """One policy for each dependency."""
    return {name: Policy(name, observer=observer, **limits) for name, limits in POLICIES.items()}


def claude_of(settings: Settings, stored: Storage, guard: Policy, metrics: Metrics) -> ClaudeMessages:
    """The model, with its journal of answers that were paid for."""
    return ClaudeMessages(
        api_key=settings.anthropic_api_key.get_secret_value() if settings.anthropic_api_key else "",
        base_url=settings.anthropic_base_url or ANTHROPIC,
        policy=guard,
        journal=BlobJournal(stored.blobs, stored.answers),
        paid=counted_by(metrics),
    )


def counted_by(metrics: Metrics) -> Paid:
    """Adds an answer's tokens and price to the figures, under the model that was asked for."""

    def paid(question: Question, answer: Answer | Spent) -> None:
        # The model that the answer names comes from outside, and would be a label of anybody's making.
        cost = cost_micro_usd(answer.model, answer.usage)
        metrics.spent(model=question.model, usage=answer.usage, micro_usd=cost)

    return paid


def sources_of(settings: Settings, app: GitHubApp, guard: Policy, shared: Shared) -> GitSources:
    """Mirrors in the data directory, fetched with a token that may only read."""

    async def token_of(repository: Repository) -> str:
        return await app.token(repository, READ)

    async def named(repository: Repository, *, anew: bool) -> Repository:
        return replace(repository, full_name=await app.name(repository, READ, anew=anew))

    return GitSources(
        settings.data_directory,
        remote_url_of=lambda repository: f"{settings.github_url}/{repository.full_name}.git",
        token_of=token_of,
        named=named,
        policy=guard,
        shared=shared,
        shares=(CONFIGURATION,),
    )
