"""Keys drawn from the one secret, each for its purpose, and sealed texts (AES-256-GCM)."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_SECRET: Final = 32
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
FIRST_FORM: Final = b"\x01"


class NotSealedHere(Exception):
    """It was changed, sealed for something else, or sealed under another SECRET_KEY."""


class Box:
    """Seals and opens under one key. `about` says what the content is: it opens for nothing else."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, content: bytes, *, about: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return FIRST_FORM + nonce + self._cipher.encrypt(nonce, content, about)

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """The content. Raises NotSealedHere."""
        form, nonce, rest = sealed[:1], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if form != FIRST_FORM or len(nonce) != NONCE_BYTES:
            raise NotSealedHere
        try:
            return self._cipher.decrypt(nonce, rest, about)
        except InvalidTag as error:
            raise NotSealedHere from error


class Crypto:
    """The secret of this installation of the bot; what is drawn for one purpose opens nothing of another."""

    def __init__(self, secret_key: bytes) -> None:
        if len(secret_key) < SHORTEST_SECRET:
            raise ValueError(f"the secret key must have at least {SHORTEST_SECRET} bytes")
        self._secret = secret_key

    def key(self, purpose: str) -> bytes:
        """32 bytes for this purpose, always the same."""
        derivation = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode())
        return derivation.derive(self._secret)

    def box(self, purpose: str) -> Box:
        return Box(self.key(purpose))


def fresh_key() -> bytes:
    """A new random key for a `Box`."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)
