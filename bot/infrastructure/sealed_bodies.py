"""Bodies as nobody reads them in the database: each opens under its own delivery's key alone."""

from typing import Final

from bot.infrastructure.crypto import Crypto
from bot.records import Delivery

PURPOSE: Final = "delivery-bodies"


class SealedBodies:
    """Seals what comes in at a door, and opens it for whoever handles it."""

    def __init__(self, crypto: Crypto) -> None:
        self._box = crypto.box(PURPOSE)

    def seal(self, body: bytes, *, key: str) -> bytes:
        return self._box.seal(body, about=key.encode())

    def of(self, delivery: Delivery) -> bytes:
        """The delivery's body. Raises NotSealedHere."""
        return self.open(delivery.body, key=delivery.key)

    def open(self, sealed: bytes, *, key: str) -> bytes:
        """The body. Raises NotSealedHere."""
        return self._box.open(sealed, about=key.encode())
