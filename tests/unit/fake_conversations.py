"""Issues and pull requests with what was said on them, in memory."""

from dataclasses import dataclass, field

from bot.conversation_records import Conversation
from bot.records import Repository, StepFailed


@dataclass
class FakeConversations:
    """By number."""

    there: dict[int, Conversation] = field(default_factory=dict)

    async def read(self, repository: Repository, number: int) -> Conversation:
        if number not in self.there:
            raise StepFailed("issue_gone")
        return self.there[number]
