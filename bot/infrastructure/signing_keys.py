"""The keys that sign access tokens: made here, kept sealed, known to others by their public half."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import Connection, delete, insert, select

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import SIGNING_KEYS
from bot.records import Unavailable
from bot.token_records import SigningKey

PURPOSE: Final = "signing keys"
COORDINATE_BYTES: Final = 32
SHOWN: Final = select(SIGNING_KEYS.c.kid, SIGNING_KEYS.c.public, SIGNING_KEYS.c.signs_from)


class SigningKeys:
    """One row a key. Whoever has the table alone can sign nothing."""

    def __init__(self, database: Database, crypto: Crypto) -> None:
        self._database, self._box = database, crypto.box(PURPOSE)

    async def listed(self) -> list[SigningKey]:
        """Every key there is, without what is secret of it."""
        rows = await self._database.read(lambda connection: connection.execute(SHOWN).mappings().fetchall())
        return [_key(row) for row in rows]

    async def private(self, kid: str) -> ec.EllipticCurvePrivateKey:
        """The key itself. Raises Unavailable where it was taken away just now."""
        wanted = select(SIGNING_KEYS.c.sealed).where(SIGNING_KEYS.c.kid == kid)
        sealed = await self._database.read(lambda connection: connection.execute(wanted).scalar())
        if sealed is None:
            raise Unavailable("signing_key_gone", retry_after=1)
        return _private(self._box.open(sealed, about=kid.encode()))

    async def add(self, *, signs_from: datetime, in_place_of: Collection[str] = ()) -> SigningKey:
        """Make one, and take those away."""
        private = ec.generate_private_key(ec.SECP256R1())
        public = _public(private)
        kid = public["kid"]
        content = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        row = {
            "kid": kid,
            "public": json.dumps(public),
            "sealed": self._box.seal(content, about=kid.encode()),
            "signs_from": as_text(signs_from),
        }

        def both(connection: Connection) -> None:
            connection.execute(delete(SIGNING_KEYS).where(SIGNING_KEYS.c.kid.in_([kid, *in_place_of])))
            connection.execute(insert(SIGNING_KEYS), row)

        await self._database.write(both)
        return SigningKey(kid=kid, public=public, signs_from=signs_from)

    async def drop(self, kids: Collection[str]) -> None:
        """Take them away: no token by them counts any more."""
        named = delete(SIGNING_KEYS).where(SIGNING_KEYS.c.kid.in_(list(kids)))
        await self._database.write(lambda connection: connection.execute(named))


def _key(row: Mapping[Any, Any]) -> SigningKey:
    return SigningKey(
        kid=row["kid"],
        public=json.loads(row["public"]),
        signs_from=datetime.fromisoformat(row["signs_from"]),
    )


def _public(private: ec.EllipticCurvePrivateKey) -> Mapping[str, str]:
    """As RFC 7517 has it; its name is its thumbprint (RFC 7638), so that no two share one."""
    point = private.public_key().public_numbers()
    named = {"crv": "P-256", "kty": "EC", "x": _coordinate(point.x), "y": _coordinate(point.y)}
    thumb = hashlib.sha256(json.dumps(named, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**named, "alg": "ES256", "use": "sig", "kid": _base64(thumb)}


def _coordinate(number: int) -> str:
    return _base64(number.to_bytes(COORDINATE_BYTES, "big"))


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@lru_cache(maxsize=8)
def _private(content: bytes) -> ec.EllipticCurvePrivateKey:
    """Read once: that takes longer than to sign."""
    key = load_der_private_key(content, password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  made above
    return key
