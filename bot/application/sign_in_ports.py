"""Who is signed in, as far as others than signing in itself have to do with it."""

from typing import Protocol


class SignIns(Protocol):
    """Who is signed in, at this GitHub."""

    async def end_all(self, person_id: int) -> None:
        """Nobody is by this number any more, in whatever process. Raises Unavailable."""
