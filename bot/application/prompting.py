"""Words for Claude: the prompts of `prompts/`, filled in strictly, and known by their digests."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from string import Template
from typing import Final

PROMPTS: Final = Path(__file__).resolve().parents[2] / "prompts"
_NOTED: ContextVar[set[str] | None] = ContextVar("noted", default=None)


@contextmanager
def noting() -> Iterator[set[str]]:
    """Every prompt that is filled in meanwhile, as name:digest, whoever does it."""
    noted: set[str] = set()
    before = _NOTED.set(noted)
    try:
        yield noted
    finally:
        _NOTED.reset(before)


def render(prompt: str, /, **values: str) -> str:
    """Fill in a prompt; a missing name and an unused one are errors alike."""
    words = (PROMPTS / f"{prompt}.md").read_bytes()
    if (noted := _NOTED.get()) is not None:
        noted.add(f"{prompt}:{hashlib.sha256(words).hexdigest()}")
    template = Template(words.decode())
    if unused := values.keys() - set(template.get_identifiers()):
        raise KeyError(f"prompts/{prompt}.md does not use {sorted(unused)}")
    return template.substitute(values)
