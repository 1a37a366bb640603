"""What a browser holds beside its session: a sign-in under way, sealed, and the sign that a form is ours."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Final

from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.session_records import Begun

LONGEST: Final = 2_048
_ABOUT: Final = b"begun"


class BrowserSecrets:
    """Each opens for its own purpose, and for no session but the one it was made for."""

    def __init__(self, crypto: Crypto) -> None:
        self._box, self._csrf = crypto.box("sign-in begun"), crypto.key("csrf tokens")

    def seal(self, begun: Begun) -> str:
        """The sign-in as the text of a cookie."""
        parts = (begun.state, begun.verifier, begun.leads_to, begun.issuer, begun.at.isoformat())
        return (
            urlsafe_b64encode(self._box.seal(json.dumps(parts).encode(), about=_ABOUT)).decode().rstrip("=")
        )

    def open(self, text: str) -> Begun | None:
        """The sign-in; None where the text is none of this bot's."""
        if len(text) > LONGEST or not text.isascii():
            return None
        try:
            content = self._box.open(urlsafe_b64decode(text + "=" * (-len(text) % 4)), about=_ABOUT)
        except (ValueError, NotSealedHere):
            return None
        state, verifier, leads_to, issuer, at = json.loads(content)
        return Begun(
            state=state, verifier=verifier, leads_to=leads_to, issuer=issuer, at=datetime.fromisoformat(at)
        )

    def csrf_of(self, session: str) -> str:
        """What only a page of this session can know."""
        return urlsafe_b64encode(hmac.digest(self._csrf, session.encode(), "sha256")).decode().rstrip("=")
