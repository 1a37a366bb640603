"""Every sentence about the plan: what is to be built, and who has a say before it is."""

from collections.abc import Mapping
from typing import Final

from bot.application.model_markdown import shown
from bot.application.quoting import harmless, quoted
from bot.application.spec import Spec
from bot.domain.commands import PREFIX

# What fits into one comment, with what stands around it; and into the status comment, beside all else.
LONGEST: Final = 50_000
LONGEST_FOLDED: Final = 10_000

PLAN_PARTS: Final[Mapping[str, str]] = {
    "systems": "Systems",
    "secrets_needed": "Secrets it needs, by name",
    "files_likely_touched": "Files it will probably touch",
    "acceptance_tests": "How one will know that it works",
    "risks": "Risks",
    "out_of_scope": "Not part of it",
}


def plan(spec: Spec) -> str:
    """What is to be built, as the model understood it; its words, so in quotation."""
    parts = [f"**{harmless(spec.title)}**", shown(spec.goal)]
    for name, title in PLAN_PARTS.items():
        if entries := getattr(spec, name):
            parts.append(
                "\n".join([f"{title}:", *(f"- {harmless(' '.join(each.split()))}" for each in entries)])
            )
    return quoted("\n\n".join(parts))


def plan_marker(name: str, nth: int) -> str:
    """How the bot finds the nth plan of this life again."""
    return f"<!-- claude-code-bot:plan:{name}:{nth} -->"


def proposed(spec: Spec, *, requested_by: str, own_counts: bool) -> str:
    """The plan, up for approval."""
    asks = waits(requested_by=requested_by, own_counts=own_counts)
    return f"@{requested_by}, this is what I would build. {asks}\n\n{plan(spec)}"


def waits(*, requested_by: str, own_counts: bool) -> str:
    """Whom it waits for before anything is written."""
    who = f"@{requested_by} or anyone" if own_counts else f"somebody other than @{requested_by}"
    return (
        f"**Waits for approval of the plan** by {who} with write access: `{PREFIX} approve`, "
        f"`{PREFIX} changes <what>` or `{PREFIX} reject <why>` here. Nothing is written before that, and "
        "what is written then waits for an approval of its own."
    )


def folded(spec: Spec | None) -> list[str]:
    """The plan, folded away; nothing where there is none."""
    if spec is None:
        return []
    said = plan(spec)
    if len(said) > LONGEST_FOLDED:
        said = f"It is too long for here: `{PREFIX} plan` shows it."
    return [f"<details><summary>What is to be built</summary>\n\n{said}\n\n</details>"]


def approved(*, by: str) -> str:
    """After an approval of the plan."""
    return f"The plan is approved by @{by}. I am at it; what I write then waits for an approval of its own."


def sent_back(*, by: str) -> str:
    """After a wish for another plan."""
    return f"@{by}, I make the plan anew, and show it here."
