"""Teams of an organisation, as GitHub knows them."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Team:
    """A team of an organisation: its members by login in small letters, each active or pending."""

    id: int
    slug: str
    members: dict[str, str] = field(default_factory=dict)
