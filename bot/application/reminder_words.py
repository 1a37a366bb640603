"""Every sentence by which people are reminded."""

from bot.application.views import StatusView
from bot.application.waiting_words import waiting_words
from bot.domain.commands import PREFIX
from bot.domain.deploying import PEOPLE
from bot.domain.reminding import LAPSES


def reminder_marker(integration_id: str, nth: int) -> str:
    """How the bot finds its nth reminder again."""
    return f"<!-- claude-code-bot:reminder:{integration_id}:{nth} -->"


def reminder(view: StatusView) -> str:
    """What it waits for still, who can help, and what becomes of it otherwise."""
    said = [f"@{view.requested_by}, a reminder of `{view.id}`.", *waiting_words(view), _otherwise(view)]
    return "\n\n".join(filter(None, said))


def _otherwise(view: StatusView) -> str:
    days = LAPSES.get(view.waiting_for or "", PEOPLE).days
    match view.waiting_for:
        case "answer":
            return (
                f"A comment that quotes the question is an answer, too. Without one it ends after {days} "
                f"days; `{PREFIX} cancel` ends it at once."
            )
        case "deploy_approval" | "deployment":
            return f"`{PREFIX} cancel`, by whoever may deploy, takes it back instead."
        case _:
            return f"Otherwise it ends {days} days after it began to wait; `{PREFIX} cancel` ends it at once."
