"""An act by REST: under which key it is done once, and how what is refused inside is refused outside."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from aiohttp import web

from bot.application.reading import NotFound
from bot.domain.freezing import NotFrozen
from bot.domain.policy import Denied, OwnerNotAllowed
from bot.records import Refused, StepFailed
from bot.web import api_resource_words as words
from bot.web.api_gateway import CALLER
from bot.web.api_shapes import Asked

ONCE: Final = "Idempotency-Key"
_KEY: Final = re.compile(r"[!-~]{1,200}")
# What tells that a repository is not there, or not any more.
_GONE: Final = frozenset(("repository_gone", "installation_gone", "installation_suspended"))


def act_key(request: web.Request, asked: Asked) -> str:
    """The name of this act: a caller's same key with the same words is the same act. Raises Refused."""
    given = request.headers.getall(ONCE, [])
    if not given:
        return f"rest-{uuid4()}"
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Refused(400, "bad_idempotency_key", words.BAD_KEY)
    caller = request[CALLER]
    parts = (caller.id, request.method, request.path, given[0], asked.model_dump_json())
    return f"rest-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"


@contextmanager
def refused_as(code: str, detail: str) -> Iterator[None]:
    """What is not there, or not for this caller, is refused under this code; what is denied under its own."""
    try:
        yield
    except (NotFound, NotFrozen, OwnerNotAllowed):
        raise Refused(404, code, detail) from None
    except Denied as no:
        raise Refused(403, no.code, words.denied(no)) from None
    except StepFailed as failure:
        if failure.code in _GONE:
            raise Refused(404, code, detail) from None
        raise Refused(409, "not_now", words.NO_OUTSIDE) from None
