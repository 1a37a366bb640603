"""What a process is watched with: who observes it, its figures, and the secrets that its logs never show."""

from dataclasses import dataclass, field

from bot.infrastructure.metrics import Metrics
from bot.infrastructure.observing import Nobody, Observer
from bot.infrastructure.redaction import LiveSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """One set for a process."""

    observer: Observer = field(default_factory=Nobody)
    metrics: Metrics = field(default_factory=Metrics)
    hidden: LiveSecrets = field(default_factory=LiveSecrets)
