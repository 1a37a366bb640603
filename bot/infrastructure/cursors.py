"""Where a list is to go on: sealed, so that nobody reads from it what they may not see, or makes one up."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from bot.infrastructure.crypto import Crypto, NotSealedHere

LONGEST: Final = 512


class Cursors:
    """Each is for one list, `about` names which: for another it opens nothing."""

    def __init__(self, crypto: Crypto) -> None:
        self._box = crypto.box("cursors")

    def seal(self, place: tuple[str, ...], *, about: str) -> str:
        """The place as text that stands in an address as it is."""
        sealed = self._box.seal(json.dumps(place).encode(), about=about.encode())
        return _text(sealed)

    def open(self, text: str, *, about: str) -> tuple[str, ...] | None:
        """The place; None where it is no cursor of this list."""
        if len(text) > LONGEST or not text.isascii():
            return None
        try:
            sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if _text(sealed) != text:  # the same bytes have other spellings, and none of them was given out
                return None
            return tuple(json.loads(self._box.open(sealed, about=about.encode())))
        except (ValueError, NotSealedHere):
            return None


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")
