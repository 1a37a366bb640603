"""The App itself, as GitHub describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """This App as GitHub knows it."""

    id: int
    slug: str
    name: str
    owner_id: int
    owner_login: str
    permissions: Mapping[str, str]
    events: tuple[str, ...]


def about_of(data: Mapping[str, Any]) -> About:
    """From the answer of `GET /app`."""
    return About(
        id=data["id"],
        slug=data["slug"],
        name=data["name"],
        owner_id=data["owner"]["id"],
        owner_login=data["owner"]["login"],
        permissions=data["permissions"],
        events=tuple(data["events"]),
    )
