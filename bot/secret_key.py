"""The secret key: given, or made on first start and kept where only the bot may read it."""

import os
import secrets
import stat
from pathlib import Path

from bot.settings import Misconfigured, Settings


def secret_key_of(settings: Settings, *, is_begun: bool = False) -> bytes:
    """SECRET_KEY; on SQLite, where none is given, made on first start and kept where only we may read it.

    Never made where a database is begun: what is sealed there opens with no other key. Raises Misconfigured.
    """
    if settings.secret_key:
        return settings.secret_key.get_secret_value().strip().encode()
    path = settings.beside_the_database / "secret.key"
    if not path.exists() and is_begun:
        raise Misconfigured(
            f"SECRET_KEY: {path} is gone, and the database beside it was begun with it; restore it from the "
            "backup, with mode 600, or give the key itself"
        )
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep(path, secrets.token_hex(32))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Misconfigured(f"{path}: others may read the secret key: chmod 600 it")
    return path.read_bytes().strip()


def _keep(path: Path, text: str) -> None:
    """Write it whole or not at all: of two first starts at once, one key stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
