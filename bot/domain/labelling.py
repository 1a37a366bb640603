"""Which labels a model may give: those that the repository has, as they are spelled there."""

from collections.abc import Iterable
from typing import Final

MOST_LABELS: Final = 5


def known_labels(named: Iterable[str], there: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Those of them that there are, each once, and how many are left out."""
    spelled = {name.lower(): name for name in there}
    wanted = list(dict.fromkeys(name.strip().lower() for name in named))
    known = [spelled[name] for name in wanted if name in spelled][:MOST_LABELS]
    return tuple(known), len(wanted) - len(known)
