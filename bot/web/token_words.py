"""What the door of tokens says when it grants nothing: what is wrong, and what to do next.

OAuth wants it in ASCII, without quotation marks (RFC 6749, 5.2).
"""

from collections.abc import Mapping
from typing import Final

from bot.web.api_words import KEY

NO_GRANT: Final = "say grant_type once: api_key, session or refresh_token"
OTHER_GRANT: Final = "there are the grants api_key, session and refresh_token"
NOT_A_FORM: Final = "send a form: application/x-www-form-urlencoded, as UTF-8"
IN_ADDRESS: Final = "say it in the body: an address ends up in logs; have what was in this one revoked"

WHY: Final[Mapping[str, str]] = {
    "refresh_malformed": "that is no refresh token of this bot's: copy the whole of it, from ccr_ on",
    "refresh_unknown": "this bot does not know that refresh token: begin anew with the key or the session",
    "refresh_expired": "that refresh token has ended: begin anew with the key or the session",
    "refresh_revoked": "what that refresh token was made of is revoked or over: ask for another key, or "
    "sign in again",
    "refresh_reused": "that refresh token was used before, so somebody else may have it: "
    "all tokens of the same are ended; begin anew with the key or the session",
    "scope_unknown": "there is no such scope; there are read, write, admin, and single permissions",
    "scope_too_wide": "that is more than there is: leave scope out, or name less",
    **{code: said.replace("`", "") for code, said in KEY.items()},
}


def once(name: str) -> str:
    """What is missing, or said more than once."""
    return f"say {name} once"
