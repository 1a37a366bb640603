"""What a GitHub App shows and expects."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AppCredentials:
    """What this GitHub App shows and expects. Of two webhook secrets, one is about to replace the other."""

    app_id: str
    private_key: str = field(repr=False)
    webhook_secrets: tuple[bytes, ...] = field(repr=False)
