"""Who hears what comes in: of each door its own handlers, and of all of them those who apologise."""

import handlers
from bot.application.intake import Intake
from bot.application.ports import World
from bot.infrastructure.sealed_bodies import SealedBodies
from bot.storage import Storage
from handlers.hearing import dispatcher
from handlers.slack_hearing import by_source, slack_dispatcher


def is_wanted(kind: str) -> bool:
    """Whether a handler hears this kind of event; no kind of Slack's is one of GitHub's."""
    return kind in handlers.GITHUB or kind in handlers.SLACK


def intake_of(world: World, stored: Storage) -> Intake:
    """The intake of both doors."""
    opened = SealedBodies(stored.crypto).of
    return Intake(
        inbox=stored.inbox,
        dispatch=by_source({
            "github": dispatcher(world, handlers.GITHUB),
            "slack": slack_dispatcher(world, handlers.SLACK, opened),
        }),
        apologise=by_source({
            "github": dispatcher(world, handlers.APOLOGIES),
            "slack": slack_dispatcher(world, handlers.SLACK_APOLOGIES, opened),
        }),
    )
