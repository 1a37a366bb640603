"""Access tokens: had for a key, signed as one algorithm and by our keys alone, renewed once, and ended."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from bot.application.signing import replace, rotate
from bot.infrastructure.api_keys import ApiKeys
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_places import ISSUER, OPEN, OURS
from tests.doors.test_api import code_of
from tests.doors.webapp import Client, Connect

TOKEN: Final = "/auth/token"
JWKS: Final = "/.well-known/jwks.json"
NAMES: Final = {"kty", "crv", "x", "y", "alg", "use", "kid"}


async def post(client: Client, path: str = TOKEN, **form: str) -> tuple[int, Any]:
    answer = await client.post(path, data=form)
    text = await answer.text()
    return answer.status, json.loads(text) if text else None


async def granted(client: Client, opened: Opened, whose: str = "reader", **more: str) -> Any:
    status, said = await post(client, grant_type="api_key", api_key=opened.texts[whose], **more)
    assert status == 200, said
    return said


async def renewed(client: Client, refresh_token: str, **more: str) -> tuple[int, Any]:
    return await post(client, grant_type="refresh_token", refresh_token=refresh_token, **more)


def bearer(said: Mapping[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {said['access_token']}"}


async def me(client: Client, token: str) -> tuple[int, str]:
    """The status, and the code of what is wrong."""
    answer = await client.get(f"{PREFIX}/me", headers={"Authorization": f"Bearer {token}"})
    return (200, "") if answer.status == 200 else await code_of(answer)


async def test_a_key_is_exchanged_for_a_token_that_opens_what_the_key_does(
    api: Client, opened: Opened
) -> None:
    said = await granted(api, opened)

    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 3600, "integration:read")
    answer = await api.get(f"{PREFIX}/integrations/{OPEN}", headers=bearer(said))
    whose = await (await api.get(f"{PREFIX}/me", headers=bearer(said))).json()
    assert answer.status == 200
    assert whose == {
        "person": {"id": 1, "login": "ada"},
        "installation_id": OURS,
        "means": "token",
        "permissions": ["integration:read"],
        "expires_at": "2026-01-01T13:00:00Z",
        "key": None,
    }


async def test_anybody_can_check_it_by_the_published_key(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)

    answer = await api.get(JWKS)
    [public] = (await answer.json())["keys"]

    assert (answer.content_type, answer.headers["Cache-Control"]) == (
        "application/jwk-set+json",
        "public, max-age=600",
    )
    assert set(public) == NAMES
    header = jwt.get_unverified_header(said["access_token"])
    assert header == {"alg": "ES256", "kid": public["kid"], "typ": "at+jwt"}
    claims = jwt.decode(
        said["access_token"],
        jwt.PyJWK(public),
        algorithms=["ES256"],
        audience=ISSUER.audience,
        issuer=ISSUER.address,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    assert (claims["sub"], claims["roles"], claims["installation"]) == ("1", ["viewer"], OURS)


async def test_a_token_allows_no_more_than_was_asked_for(api: Client, opened: Opened) -> None:
    said = await granted(api, opened, "admin", scope="budget:manage")

    answer = await api.get(f"{PREFIX}/integrations", headers=bearer(said))

    assert said["scope"] == "budget:manage"
    assert await code_of(answer) == (403, "scope_missing")


@pytest.mark.parametrize("scope", ["write", "admin", "integration:read budget:manage", "root", "READ"])
async def test_it_allows_no_more_than_its_key(api: Client, opened: Opened, scope: str) -> None:
    status, said = await post(api, grant_type="api_key", api_key=opened.texts["reader"], scope=scope)

    assert (status, said["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("whose", ["malformed", "mistyped", "unknown", "forged", "expired", "revoked"])
async def test_web_12_for_a_key_that_does_not_count_there_is_no_token(
    api: Client, opened: Opened, whose: str
) -> None:
    status, said = await post(api, grant_type="api_key", api_key=opened.texts[whose])

    assert (status, said["error"]) == (400, "invalid_grant")
    assert said["error_description"].isascii()
    assert opened.texts[whose] not in json.dumps(said)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=api_key", "invalid_request"),
        ("grant_type=api_key&api_key=", "invalid_request"),
        ("grant_type=api_key&grant_type=api_key&api_key=x", "invalid_request"),
        ("grant_type=api_key&api_key=x&api_key=x", "invalid_request"),
        ("grant_type=api_key&api_key=%ff", "invalid_request"),
        ("grant_type=refresh_token", "invalid_request"),
        ("grant_type=password&username=a&password=b", "unsupported_grant_type"),
        ("grant_type=client_credentials", "unsupported_grant_type"),
        ("grant_type=refresh_token&refresh_token=x", "invalid_grant"),
        ("grant_type=api_key&api_key=x&more=1", "invalid_grant"),
        ("&".join(f"a{n}=1" for n in range(30)), "invalid_request"),
        ("grant_type=api_key&api_key=" + "x" * 17_000, "invalid_request"),
    ],
)
async def test_what_cannot_be_granted_is_said_as_oauth_says_it(api: Client, body: str, error: str) -> None:
    answer = await api.post(
        TOKEN, data=body.encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    said = await answer.json()

    assert (answer.status, answer.content_type, said["error"]) == (400, "application/json", error)
    assert said["error_description"].isascii()
    assert '"' not in said["error_description"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_it_is_asked_for_in_a_form_and_never_in_an_address(api: Client, opened: Opened) -> None:
    form = {"grant_type": "api_key", "api_key": opened.texts["reader"]}

    in_address, as_json, got = (
        await api.post(TOKEN, params=form),
        await api.post(TOKEN, json=form),
        await api.get(TOKEN),
    )

    assert [each.status for each in (in_address, as_json, got)] == [400, 400, 405]
    assert (await in_address.json())["error"] == (await as_json.json())["error"] == "invalid_request"


async def signed(opened: Opened, api: Client, bend: Callable[[dict[str, Any]], None]) -> str:
    """A token that our own key has signed over something else."""
    claims = jwt.decode((await granted(api, opened))["access_token"], options={"verify_signature": False})
    bend(claims)
    now = opened.clock.now()
    return await opened.granting().signing.signed(claims, now)


@pytest.mark.parametrize(
    "name", ["iss", "aud", "sub", "scope", "installation", "grant", "jti", "iat", "nbf", "exp"]
)
async def test_web_09_a_token_of_ours_without_a_claim_opens_nothing(
    api: Client, opened: Opened, name: str
) -> None:
    text = await signed(opened, api, lambda claims: claims.pop(name))

    assert await me(api, text) == (401, "token_invalid")


@pytest.mark.parametrize(
    "other",
    [{"iss": "https://other.example.org"}, {"aud": "https://bot.example.org"}, {"grant": "0" * 16}],
    ids=str,
)
async def test_web_09_nor_does_one_of_another_bot_or_for_another_use(
    api: Client, opened: Opened, other: dict[str, str]
) -> None:
    text = await signed(opened, api, lambda claims: claims.update(other))

    assert await me(api, text) == (401, "token_invalid")


async def test_a_permission_that_was_never_granted_is_none(api: Client, opened: Opened) -> None:
    text = await signed(opened, api, lambda claims: claims.update(scope="integration:read budget:manage"))

    whose = await (await api.get(f"{PREFIX}/me", headers={"Authorization": f"Bearer {text}"})).json()

    assert whose["permissions"] == ["integration:read"]


def part(said: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def forgeries(good: str, public: Mapping[str, str]) -> Mapping[str, str]:
    """What somebody makes of a good token, or instead of one, who has no key of ours."""
    header, claims, signature = good.split(".")
    said = jwt.decode(good, options={"verify_signature": False})
    kid, mine, rsa_key = (
        public["kid"],
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
    )
    pem = jwt.PyJWK(dict(public)).key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    own = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(mine.public_key()))
    es256 = {"alg": "ES256", "kid": kid, "typ": "at+jwt"}

    def mine_with(**more: Any) -> str:
        return jwt.encode(said, mine, algorithm="ES256", headers={**es256, **more})

    def hmac_with(key: bytes) -> str:
        signing = f"{part({**es256, 'alg': 'HS256'})}.{claims}"
        mac = jwt.get_algorithm_by_name("HS256").sign(signing.encode(), key)
        return f"{signing}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    return {
        "none": f"{part({**es256, 'alg': 'none'})}.{claims}.",
        "none, signed": f"{part({**es256, 'alg': 'none'})}.{claims}.{signature}",
        "None": f"{part({**es256, 'alg': 'None'})}.{claims}.",
        "no algorithm": f"{part({'kid': kid, 'typ': 'at+jwt'})}.{claims}.{signature}",
        "HS256 by the public key": hmac_with(pem),
        "HS256 by its name": hmac_with(kid.encode()),
        "HS256 by nothing": hmac_with(b""),
        "RS256": jwt.encode(said, rsa_key, algorithm="RS256", headers={"kid": kid, "typ": "at+jwt"}),
        "ES384": jwt.encode(
            said,
            ec.generate_private_key(ec.SECP384R1()),
            algorithm="ES384",
            headers={"kid": kid, "typ": "at+jwt"},
        ),
        "another's key": mine_with(),
        "a key in it": mine_with(jwk=own),
        "a key elsewhere": mine_with(jku="https://evil.example.org/jwks.json"),
        "a certificate elsewhere": mine_with(x5u="https://evil.example.org/cert"),
        "a certificate in it": mine_with(x5c=["MII"]),
        "unknown kid": mine_with(kid="nobody"),
        "kid as a path": mine_with(kid="../../etc/passwd"),
        "kid as SQL": mine_with(kid="' OR 1=1 --"),
        "kid as a number": f"{part({**es256, 'kid': 1})}.{claims}.{signature}",
        "kid as a list": f"{part({**es256, 'kid': [kid]})}.{claims}.{signature}",
        "something critical": mine_with(crit=["exp"], exp=1),
        "another kind": mine_with(typ="JWT"),
        "a good one with crit": f"{part({**es256, 'crit': ['x'], 'x': 1})}.{claims}.{signature}",
        "other claims": f"{header}.{part({**said, 'sub': '66'})}.{signature}",
        "no signature": f"{header}.{claims}.",
        "half a signature": good[:-20],
        "padding": good + "=",
        "no JSON": f"{header}.bm90aGluZw.{signature}",
        "a list": f"{header}.{part([])}.{signature}",  # type: ignore[arg-type]
        "dots": "..",
        "long": f"{header}.{claims}{'A' * 5000}.{signature}",
    }


FORGED: Final = tuple(
    forgeries(
        jwt.encode({"sub": "1"}, (key := ec.generate_private_key(ec.SECP256R1())), algorithm="ES256"),
        {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())), "kid": "k"},
    )
)


@pytest.mark.parametrize("name", FORGED)
async def test_web_08_no_forged_token_opens_anything(api: Client, opened: Opened, name: str) -> None:
    good = (await granted(api, opened, "admin"))["access_token"]
    [public] = (await (await api.get(JWKS)).json())["keys"]
    assert await me(api, good) == (200, "")

    forged = forgeries(good, public)[name]

    assert await me(api, forged) == (401, "token_invalid")


async def test_web_10_what_is_for_one_use_is_of_none_for_another(api: Client, opened: Opened) -> None:
    said, key = await granted(api, opened), opened.texts["reader"]
    access, refresh = said["access_token"], said["refresh_token"]

    assert await me(api, refresh) == (401, "key_malformed")
    for text in (access, key):
        assert (await renewed(api, text))[1]["error"] == "invalid_grant"
    for text in (access, refresh):
        assert (await post(api, grant_type="api_key", api_key=text))[1]["error"] == "invalid_grant"
    cursor = opened.door().cursors.seal(("1",), about="x")
    for text in (cursor, f"{cursor}.{cursor}.{cursor}"):
        assert (await me(api, text))[0] == 401


async def test_a_token_ends_after_an_hour_and_is_renewed(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)
    opened.clock.moves(hours=1, seconds=30)

    assert await me(api, said["access_token"]) == (401, "token_expired")
    status, anew = await renewed(api, said["refresh_token"])

    assert status == 200
    assert await me(api, anew["access_token"]) == (200, "")
    assert anew["refresh_token"] != said["refresh_token"]


async def test_web_10_a_refresh_token_that_is_used_again_ends_all_of_the_same(
    api: Client, opened: Opened
) -> None:
    said = await granted(api, opened)
    _, first = await renewed(api, said["refresh_token"])
    opened.clock.moves(minutes=1)

    with capture_logs() as lines:
        status, again = await renewed(api, said["refresh_token"])

    assert (status, again["error"]) == (400, "invalid_grant")
    assert "used before" in again["error_description"]
    assert (await renewed(api, first["refresh_token"]))[1]["error"] == "invalid_grant"
    for each in (said, first):
        assert await me(api, each["access_token"]) == (401, "token_revoked")
    assert [line["log_level"] for line in lines if line["event"] == "refresh_token_reused"] == ["warning"]
    assert await me(api, (await granted(api, opened))["access_token"]) == (200, "")


async def test_who_lost_the_answer_asks_again_and_is_told_the_same(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)
    _, lost = await renewed(api, said["refresh_token"])
    opened.clock.moves(seconds=29)

    status, again = await renewed(api, said["refresh_token"])

    assert (status, again["refresh_token"]) == (200, lost["refresh_token"])
    status, _ = await renewed(api, again["refresh_token"])
    assert status == 200
    # Now that somebody uses what followed, the one before is an old one, however fresh.
    assert (await renewed(api, said["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_a_scope_that_is_refused_uses_no_refresh_token_up(api: Client, opened: Opened) -> None:
    said = await granted(api, opened, "admin", scope="read budget:manage")

    assert (await renewed(api, said["refresh_token"], scope="write"))[1]["error"] == "invalid_scope"
    opened.clock.moves(minutes=1)
    status, narrow = await renewed(api, said["refresh_token"], scope="read")
    _, wide = await renewed(api, narrow["refresh_token"])

    assert (status, narrow["scope"]) == (200, "integration:read")
    assert wide["scope"] == said["scope"] == "budget:manage integration:read"


@pytest.mark.parametrize("days", [14, 31])
async def test_a_refresh_token_that_nobody_used_for_long_ends(api: Client, opened: Opened, days: int) -> None:
    said = await granted(api, opened)
    opened.clock.moves(days=days)

    assert (await renewed(api, said["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_web_11_with_its_key_a_token_ends_the_next_moment(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)
    key_id = opened.texts["reader"].split("_")[1]

    await ApiKeys(opened.database, opened.crypto).revoke(key_id, opened.clock.now())

    assert await me(api, said["access_token"]) == (401, "token_revoked")
    assert (await renewed(api, said["refresh_token"]))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_web_11_who_gives_one_up_has_ended_both(api: Client, opened: Opened, which: str) -> None:
    said, other = await granted(api, opened), await granted(api, opened)

    status, nothing = await post(api, f"{TOKEN}/revoke", token=said[which], token_type_hint="x")

    assert (status, nothing) == (200, None)
    assert await me(api, said["access_token"]) == (401, "token_revoked")
    assert (await renewed(api, said["refresh_token"]))[1]["error"] == "invalid_grant"
    assert await me(api, other["access_token"]) == (200, "")


async def test_to_give_up_what_never_counted_is_no_fault(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)

    for text in ("x", "a.b.c", opened.texts["reader"], said["refresh_token"][:-1], said["access_token"][:-4]):
        assert await post(api, f"{TOKEN}/revoke", token=text) == (200, None)
    assert (await post(api, f"{TOKEN}/revoke"))[1]["error"] == "invalid_request"
    assert await me(api, said["access_token"]) == (200, "")


async def test_a_new_key_is_known_before_it_signs_and_the_old_one_until_its_last_token_ends(
    api: Client, opened: Opened
) -> None:
    async def kids() -> list[str]:
        return [key["kid"] for key in (await (await api.get(JWKS)).json())["keys"]]

    def kid_of(said: Mapping[str, Any]) -> str:
        return str(jwt.get_unverified_header(said["access_token"])["kid"])

    before = await granted(api, opened)
    made = await rotate(opened.signing_keys, opened.clock.now())

    assert await kids() == [kid_of(before), made.kid]
    opened.clock.moves(minutes=59)
    last = await granted(api, opened)
    opened.clock.moves(minutes=1)
    first = await granted(api, opened)
    assert [kid_of(last), kid_of(first)] == [kid_of(before), made.kid]
    opened.clock.moves(minutes=58)
    assert await me(api, last["access_token"]) == (200, "")
    opened.clock.moves(minutes=4)
    assert await kids() == [made.kid]
    assert await me(api, last["access_token"]) == (401, "token_invalid")


async def test_where_a_key_leaked_no_token_by_it_counts_and_refresh_tokens_do(
    api: Client, opened: Opened
) -> None:
    said = await granted(api, opened)

    await replace(opened.signing_keys, opened.clock.now())

    assert await me(api, said["access_token"]) == (401, "token_invalid")
    _, anew = await renewed(api, said["refresh_token"])
    assert await me(api, anew["access_token"]) == (200, "")


async def test_ab_03_who_asks_for_tokens_is_counted_by_address(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.rates = {60: 2, 3600: 100}
    client = await opened.served(aiohttp_client)
    form = {"grant_type": "api_key", "api_key": opened.texts["unknown"]}

    answers = [await client.post(TOKEN, data=form) for _ in range(3)]

    assert [each.status for each in answers] == [400, 400, 429]
    assert await code_of(answers[2]) == (429, "too_many_requests")
    assert int(answers[2].headers["Retry-After"]) > 0
    assert (await client.get(JWKS)).status == 200


async def test_web_16_tokens_of_a_key_share_its_quota(opened: Opened, aiohttp_client: Connect) -> None:
    opened.rates = {60: 3, 3600: 100}
    client = await opened.served(aiohttp_client)
    tokens = [(await granted(client, opened))["access_token"] for _ in range(2)]

    assert [(await me(client, text))[0] for text in (*tokens, *tokens)] == [200, 200, 200, 429]


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_web_12_a_token_in_an_address_is_refused(api: Client, opened: Opened, kind: str) -> None:
    said = await granted(api, opened)

    answers = [
        await api.get(f"{PREFIX}/integrations?q={said[kind]}", headers=bearer(said)),
        await api.get(f"{PREFIX}/{said[kind]}", headers=bearer(said)),
        await api.get(f"{PREFIX}/me?{kind}=x", headers=bearer(said)),
    ]

    assert [await code_of(each) for each in answers] == [(400, "key_in_address")] * 3


async def test_the_log_names_the_key_of_a_token_and_never_the_token(api: Client, opened: Opened) -> None:
    with capture_logs() as lines:
        said = await granted(api, opened)
        await api.get(f"{PREFIX}/me", headers=bearer(said))
        await renewed(api, said["refresh_token"])

    kept = json.dumps(lines, default=repr)
    assert opened.texts["reader"].split("_")[1] in kept
    assert all(
        each not in kept for each in (said["access_token"], said["refresh_token"], opened.texts["reader"])
    )


async def test_a_token_is_no_longer_than_its_key_counts(api: Client, opened: Opened) -> None:
    opened.clock.moves(days=29, hours=22)  # the keys were made hours ago, for 30 days

    said = await granted(api, opened)

    assert 0 < said["expires_in"] < timedelta(hours=1).total_seconds()
