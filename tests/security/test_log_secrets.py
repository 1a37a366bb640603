"""Secrets that come to life while the bot runs are kept out of its logs too (security catalogue, SX)."""

import base64
import io
import logging
from pathlib import Path
from typing import Final

import structlog

from bot.doors import open_bot
from bot.infrastructure.github_purposes import READ, TALK
from bot.infrastructure.telemetry import set_up_logs
from bot.instruments import Instruments
from bot.records import Repository
from bot.settings import Settings
from tests.story.running import Bot

# No form that a token of GitHub's is known for.
ODD: Final = "odd canary/{}"


async def test_sx_01_a_token_that_was_just_minted_is_in_no_log_whatever_it_looks_like(
    bot: Bot, tmp_path: Path, out: io.StringIO
) -> None:
    hub, instruments = bot.hub.world, Instruments()
    hub.mints = ODD
    place, (installation,) = hub.repository("acme/shop"), hub.installations
    shop = Repository(id=place.id, full_name=place.full_name, installation_id=installation)
    set_up_logs(level="info", form="json", secrets=instruments.hidden, stream=out)
    log = structlog.get_logger("bot")

    async with open_bot(Settings.read({**bot.environment, "PORT": "0"}), instruments=instruments) as (it, _):
        assert it is not None
        tokens = [await it.app.token(shop, purpose) for purpose in (READ, TALK)]
        for token in tokens:
            log.info("said", token=token, nested=[{"header": f"token {token}"}])
            log.warning("https://x-access-token:%s@github.test/acme/shop.git", token)
            log.warning(base64.b64encode(f"x-access-token:{token}".encode()).decode())
            logging.getLogger("library").error("failed with %r", token.encode())

    said = out.getvalue()
    assert len(set(tokens)) == 2
    assert said.count("[redacted]") >= 10
    assert not any(secret in said for token in tokens for secret in (token, token.partition("/")[2]))
