"""The words that stories are told in: a team, its repository on GitHub, and the bot at work in it."""

from tests.story.places import PullRequest, Thread
from tests.story.team import Person, Team

__all__ = ["Person", "PullRequest", "Team", "Thread"]
