"""An act by REST: how what is refused inside is refused outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from bot.application.reading import NotFound
from bot.domain.freezing import NotFrozen
from bot.domain.policy import Denied, OwnerNotAllowed
from bot.records import Refused, StepFailed
from bot.web import api_resource_words as words

# What tells that a repository is not there, or not any more.
_GONE: Final = frozenset(("repository_gone", "installation_gone", "installation_suspended"))


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
