"""GitHub: a person lets the App no longer act for them."""

from collections.abc import Mapping
from typing import Any

from bot.application.signing_out import sign_out
from handlers.conversation import Context
from handlers.payloads import actor_of


async def revoked(data: Mapping[str, Any], context: Context) -> None:
    """Whoever takes it back is signed in nowhere any more; that is of no installation."""
    await sign_out(actor_of(data["sender"]), context.world)
