"""Teams of an organisation, as GitHub knows them."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Team:
    """A team of an organisation."""

    id: int
    slug: str
