"""A key of the API is in no log, no fact and no table, wherever somebody puts it (security catalogue, SX)."""

import io
import json
from pathlib import Path

import aiohttp

from bot.application.keys import create
from bot.doors import open_bot
from bot.infrastructure.telemetry import set_up_logs
from bot.instruments import Instruments
from bot.records import Actor
from bot.settings import Settings
from tests.story.running import Bot


async def tokens_for(key: str, session: aiohttp.ClientSession, root: str) -> dict[str, str]:
    form = {"grant_type": "api_key", "api_key": key}
    async with session.post(f"{root}/auth/token", data=form) as answer:
        tokens: dict[str, str] = await answer.json()
        return tokens


async def test_sx_01_a_key_is_in_no_log_and_no_table_wherever_it_was_put(
    bot: Bot, tmp_path: Path, out: io.StringIO
) -> None:
    (installation,), viewer = bot.hub.world.installations, bot.hub.world.account("viewer")
    instruments = Instruments()
    set_up_logs(level="debug", form="json", secrets=instruments.hidden, stream=out)
    settings = Settings.read({**bot.environment, "PORT": "0"})

    async with open_bot(settings, instruments=instruments) as (it, port), aiohttp.ClientSession() as session:
        assert it is not None
        _, key = await create(
            it.stored.keys,
            person=Actor(id=viewer.id, login="viewer"),
            installation_id=installation,
            scopes=["read"],
            days=1,
            now=it.stored.clock.now(),
        )
        root = f"http://127.0.0.1:{port}"
        tokens = await tokens_for(key, session, root)
        tries: tuple[tuple[str, dict[str, str]], ...] = (
            ("/api/v1/me", {"Authorization": f"Bearer {key}"}),
            ("/api/v1/me", {"Authorization": key}),
            ("/api/v1/me", {"Authorization": f"Bearer {key}x"}),
            ("/api/v1/me", {"X-Request-Id": key[:64]}),
            ("/api/v1/me", {"X-Request-Id": key[-50:]}),
            (f"/api/v1/{key}", {}),
            (f"/api/v1/me?q={key}", {}),
            (f"/api/{key}", {}),
            (f"/{key}?{key}", {}),
            ("/api/v1/me", {"Authorization": f"Bearer {tokens['access_token']}"}),
            (f"/auth/token?refresh_token={tokens['refresh_token']}", {}),
            (f"/{tokens['access_token']}/{tokens['refresh_token']}", {}),
        )
        statuses = []
        for path, headers in tries:
            async with session.get(root + path, headers=headers) as answer:
                statuses.append(answer.status)
                assert key not in await answer.text()
        kept = [*(await it.stored.keys.listed()), *[each async for each in it.stored.log.streams()]]

    secret, said = key.rpartition("_")[2], out.getvalue()
    assert statuses == [200, 401, 401, 401, 401, 400, 400, 404, 404, 200, 405, 404]
    assert said.count("request_answered") == len(tries) + 1
    secrets = (secret, tokens["refresh_token"], *tokens["access_token"].split(".")[1:])
    assert [each for each in secrets if each in said] == []
    assert secret not in json.dumps(list(map(repr, kept)))
    if settings.on_sqlite:
        files = b"".join(path.read_bytes() for path in settings.beside_the_database.glob("bot.db*"))
        assert [each for each in secrets if each.encode() in files] == []
