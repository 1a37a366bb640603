"""Signing in: the bot's doors before whatever GitHub a module makes, and two browsers before them."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from standins.github.people import GitHub
from tests.security.signing import Browser, Place, placed


@pytest.fixture
async def place(github: GitHub, tmp_path: Path, environment: Mapping[str, str]) -> AsyncIterator[Place]:
    async with placed(github, tmp_path, **environment) as it:
        yield it


@pytest.fixture
async def browser(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it


@pytest.fixture
async def other(place: Place) -> AsyncIterator[Browser]:
    async with Browser.opened(place) as it:
        yield it
