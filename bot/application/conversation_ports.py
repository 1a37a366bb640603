"""What the application needs of conversations, in its own words."""

from typing import Protocol

from bot.conversation_records import Conversation
from bot.records import Repository


class Conversations(Protocol):
    """Issues and pull requests with what was said on them."""

    async def read(self, repository: Repository, number: int) -> Conversation:
        """As it is now. Raises StepFailed("issue_gone") where there is none."""
