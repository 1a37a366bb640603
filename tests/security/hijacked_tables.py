"""All hostile conversations, in batches that one desk is set up for.

`python -m tests.security.hijacked_tables` prints each, and how many there are.
"""

import sys
from typing import Final

from tests.security import hijacked_inputs, hijacked_reads, hijacked_words, hijacked_writes
from tests.security.hijacked import Conversation

CONVERSATIONS: Final[tuple[Conversation, ...]] = (
    *hijacked_inputs.conversations(),
    *hijacked_writes.conversations(),
    *hijacked_reads.conversations(),
    *hijacked_words.conversations(),
    *hijacked_words.printing(),
)
A_BATCH: Final = 30


def batches() -> list[tuple[Conversation, ...]]:
    """So many at one desk."""
    return [CONVERSATIONS[first : first + A_BATCH] for first in range(0, len(CONVERSATIONS), A_BATCH)]


if __name__ == "__main__":
    lines = [f"{each.id}: {each.tries}\n" for each in CONVERSATIONS]
    sys.stdout.writelines([*lines, f"\n{len(CONVERSATIONS)} conversations\n"])
