"""Access tokens as text: signed with ES256 and nothing else, by a key of ours and nobody else's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import jwt

from bot.infrastructure.signing_keys import SigningKeys
from bot.token_records import SigningKey

ALGORITHM: Final = "ES256"
TYPE: Final = "at+jwt"  # RFC 9068: it is an access token and no other kind
HEADER: Final = frozenset(("alg", "kid", "typ"))
LONGEST: Final = 4_096
# Whose it is, for whom and when, is judged in one place, by one clock: `bot/domain/access_tokens.py`.
SIGNATURE_ALONE: Final[Any] = {
    f"verify_{name}": False for name in ("aud", "exp", "iat", "iss", "jti", "nbf", "sub")
}


class AccessTokens:
    """Signed and read; what they say is judged elsewhere."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    async def signed(self, claims: Mapping[str, Any], kid: str) -> str:
        """The token that says this, by this key. Raises Unavailable."""
        private = await self._keys.private(kid)
        return jwt.encode(dict(claims), private, algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})

    def said(self, text: str, keys: Sequence[SigningKey]) -> Mapping[str, Any] | None:
        """What it says, None where it is not signed by one of these keys as we sign."""
        header = _header(text)
        public = next((key.public for key in keys if header and key.kid == header["kid"]), None)
        if public is None:
            return None
        key = jwt.PyJWK(dict(public), algorithm=ALGORITHM).key
        try:
            said: Mapping[str, Any] = jwt.decode(text, key, algorithms=[ALGORITHM], options=SIGNATURE_ALONE)
        except jwt.InvalidTokenError:
            return None
        return said


def _header(text: str) -> Mapping[str, Any] | None:
    """The header, if it is like ours to the letter.

    Then it brings no key of its own and names no place where one is, no other algorithm, and nothing that one
    would have to know.
    """
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        header = jwt.get_unverified_header(text)
    except jwt.InvalidTokenError:
        return None
    is_ours = header.keys() == HEADER and (header["alg"], header["typ"]) == (ALGORITHM, TYPE)
    return header if is_ours else None
