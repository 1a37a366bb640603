"""People sign in: a code for who consents, good once, for whoever proves to have begun; tokens that end."""

import hashlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from standins.github.people import GitHub
from tests.contracts.github_standin.client import Client

BACK: Final = "https://bot.example.org/auth/callback"
VERIFIER: Final = "v" * 43
CHALLENGE: Final = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
SECRET: Final = "a client secret that is long enough"


@pytest.fixture
def signing(github: GitHub) -> GitHub:
    """GitHub, at whose page alice sits."""
    github.app.client_secret, github.app.callback_urls = SECRET, {BACK}
    github.authorizations.at_the_browser = "alice"
    return github


async def consent(client: Client, **bent: str) -> tuple[int, str, dict[str, str]]:
    """The answer of the page: its status, where it leads, and what is said there."""
    asked = {
        "client_id": client.github.app.client_id,
        "redirect_uri": BACK,
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | bent
    url = f"{client.github.url}/login/oauth/authorize"
    async with client.session.get(url, params=asked, allow_redirects=False) as answer:
        where, _, said = answer.headers.get("Location", "").partition("?")
        return answer.status, where, dict(parse_qsl(urlsplit(f"?{said}").query))


async def exchange(client: Client, form: str = "data", **asked: str) -> Mapping[str, Any]:
    """What becomes of a code, or of what renews a token."""
    known = {"client_id": client.github.app.client_id, "client_secret": SECRET}
    body: Any = {form: {**known, **asked}}
    async with client.session.post(
        f"{client.github.url}/login/oauth/access_token", headers={"Accept": "application/json"}, **body
    ) as answer:
        assert answer.status == 200
        given: Mapping[str, Any] = await answer.json()
        return given


async def signed_in(client: Client) -> Mapping[str, Any]:
    _, _, said = await consent(client)
    return await exchange(client, code=said["code"], redirect_uri=BACK, code_verifier=VERIFIER)


@pytest.mark.parametrize("form", ["json", "data"])
async def test_whoever_consents_is_who_the_token_is_of(signing: GitHub, client: Client, form: str) -> None:
    status, where, said = await consent(client)
    token = await exchange(client, form, code=said["code"], redirect_uri=BACK, code_verifier=VERIFIER)
    person = await client.call("GET", "/user", token=token["access_token"])
    found = await client.call("GET", "/user/installations", token=token["access_token"])

    assert (status, where, said["state"]) == (302, BACK, "s")
    assert (token["token_type"], token["expires_in"]) == ("bearer", 28_800)
    assert (person.body["login"], person.body["id"]) == ("alice", signing.account("alice").id)
    assert [each["account"]["login"] for each in found.body["installations"]] == ["acme"]
    assert signing.violations == []


async def test_a_code_is_good_once(signing: GitHub, client: Client) -> None:
    _, _, said = await consent(client)
    asked = {"code": said["code"], "redirect_uri": BACK, "code_verifier": VERIFIER}

    first, second = await exchange(client, **asked), await exchange(client, **asked)

    assert "access_token" in first
    assert second["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("bent", "error"),
    [
        ({"code_verifier": "w" * 43}, "bad_verification_code"),
        ({"code_verifier": ""}, "bad_verification_code"),
        ({"redirect_uri": f"{BACK}/"}, "redirect_uri_mismatch"),
        ({"client_secret": "another"}, "incorrect_client_credentials"),
        ({"code": "0" * 20}, "bad_verification_code"),
    ],
)
async def test_what_does_not_fit_is_given_nothing(
    signing: GitHub, client: Client, bent: dict[str, str], error: str
) -> None:
    _, _, said = await consent(client)
    asked = {"code": said["code"], "redirect_uri": BACK, "code_verifier": VERIFIER, **bent}

    refused = await exchange(client, **asked)

    assert (refused["error"], "access_token" in refused) == (error, False)


async def test_an_old_code_is_given_nothing(signing: GitHub, client: Client) -> None:
    _, _, said = await consent(client)
    signing.skew = timedelta(minutes=11)

    refused = await exchange(client, code=said["code"], redirect_uri=BACK, code_verifier=VERIFIER)

    assert refused["error"] == "bad_verification_code"


@pytest.mark.parametrize(
    ("bent", "status", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, 302, "redirect_uri_mismatch"),
        ({"client_id": "another"}, 404, None),
        ({"code_challenge_method": "plain"}, 400, None),
        ({"code_challenge": "short"}, 400, None),
    ],
)
async def test_a_page_that_is_asked_for_wrongly_gives_no_code(
    signing: GitHub, client: Client, bent: dict[str, str], status: int, error: str | None
) -> None:
    answered, where, said = await consent(client, **bent)

    assert (answered, said.get("error"), "code" in said) == (status, error, False)
    assert where in {"", BACK}


async def test_nobody_at_the_browser_consents_to_nothing(signing: GitHub, client: Client) -> None:
    signing.authorizations.at_the_browser = None

    _, _, said = await consent(client)

    assert said["error"] == "access_denied"


async def test_a_token_ends_and_what_renews_it_is_good_once(signing: GitHub, client: Client) -> None:
    old = await signed_in(client)
    signing.skew = timedelta(hours=8, minutes=1)
    over = await client.call("GET", "/user", token=old["access_token"])
    renew = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}

    new, again = await exchange(client, **renew), await exchange(client, **renew)

    assert over.status == 401
    assert (await client.call("GET", "/user", token=new["access_token"])).status == 200
    assert again["error"] == "bad_refresh_token"


async def test_a_token_that_is_taken_back_is_worth_nothing(signing: GitHub, client: Client) -> None:
    token = await signed_in(client)
    path = f"/applications/{signing.app.client_id}/token"
    password = b64encode(f"{signing.app.client_id}:{SECRET}".encode()).decode()

    stranger = await client.call("DELETE", path, {"access_token": token["access_token"]})
    taken = await client.call(
        "DELETE", path, {"access_token": token["access_token"]}, Authorization=f"Basic {password}"
    )

    assert (stranger.status, taken.status) == (404, 204)
    assert (await client.call("GET", "/user", token=token["access_token"])).status == 401
    renewed = await exchange(client, grant_type="refresh_token", refresh_token=token["refresh_token"])
    assert renewed["error"] == "bad_refresh_token"
    assert signing.violations == []


async def test_whoever_lost_every_right_finds_no_installation(signing: GitHub, client: Client) -> None:
    token = await signed_in(client)
    del signing.repository("acme/shop").roles["alice"]

    found = await client.call("GET", "/user/installations", token=token["access_token"])

    assert found.body == {"total_count": 0, "installations": []}


async def test_a_members_installation_is_theirs(signing: GitHub, client: Client) -> None:
    signing.person("carol")
    signing.join("carol", "acme", role="member")
    signing.authorizations.at_the_browser = "carol"
    token = await signed_in(client)

    found = await client.call("GET", "/user/installations", token=token["access_token"])

    assert found.body["total_count"] == 1


async def test_an_installation_has_no_person(client: Client, signing: GitHub) -> None:
    assert (await client.get("/user")).status == 401
