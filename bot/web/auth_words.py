"""What is said of signing in: why it did not happen, and what to do."""

from collections.abc import Mapping
from typing import Final

_AGAIN: Final = "sign in again at /auth/login"

WHY: Final[Mapping[str, str]] = {
    "state_missing": "this browser began no sign-in here: begin at /auth/login, under the very address that "
    "the bot is known by, and let it keep cookies",
    "state_foreign": f"this is the end of another sign-in than the one this browser began last; {_AGAIN}",
    "state_over": f"that took longer than ten minutes; {_AGAIN}",
    "state_used": f"this sign-in was ended before, and each is good once; {_AGAIN}",
    "issuer_foreign": f"this answer is of another GitHub than the one that was asked; {_AGAIN}",
    "access_denied": "on GitHub's page you did not let this App know who you are, so you are not signed in; "
    f"{_AGAIN} if you want to be",
    "code_refused": f"GitHub did not take the code that came back; {_AGAIN}",
    "email_unverified": "GitHub wants your primary e-mail address verified first: do that in your account's "
    f"settings on GitHub, then {_AGAIN}",
    "github_refused": f"GitHub would not say who you are; {_AGAIN}, and tell the operator if it stays so",
    "sign_in_misconfigured": "GitHub does not know this bot by what it shows: the operator has to look at "
    "GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and the App's callback URL; `python -m bot doctor` says more",
    "not_a_member": "you are not in an account that this bot serves and that has its App installed: ask the "
    f"account's owner for access to one of its repositories, or the operator to serve it, then {_AGAIN}",
    "no_installation": "you are in several accounts, or no more in the one you chose: choose one by "
    "POST /auth/installation, /auth/session lists them",
    "session_over": f"you are not signed in, or no more; {_AGAIN}",
}
STATUS: Final[Mapping[str, int]] = {
    "not_a_member": 403,
    "access_denied": 403,
    "email_unverified": 403,
    "no_installation": 403,
    "session_over": 401,
    "sign_in_misconfigured": 503,
}
"""Where it is not 400."""

CSRF_MISSING: Final = "say by X-CSRF-Token, or the field csrf_token, that you mean it; /auth/session tells it"
CSRF_FOREIGN: Final = "that token is of another session; /auth/session tells yours"
CROSS_SITE: Final = "this has to come from a page of the bot's own, under the address that it is known by"
BAD_NEXT: Final = "next has to be a path of this bot's own, such as /auth/session"
NOT_SET_UP: Final = (
    "signing in is not set up: the operator gives GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and a PUBLIC_URL "
    "that begins with https; `python -m bot doctor` says more"
)
BAD_INSTALLATION: Final = "say installation_id, a number; /auth/session lists yours"
SIGNED_OUT: Final = "You are signed out in this browser."
SIGNED_OUT_EVERYWHERE: Final = "You are signed out everywhere."
CHOSEN: Final = "Chosen."
