"""A bot in a process of its own, between stand-ins in this one: what several benchmarks measure."""

import asyncio
import os
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from standins.claude import Claude
from standins.claude_replies import Script
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve

PATIENCE_SECONDS: Final = 30.0
# The library of the logs loads `rich` wherever it is; only the development requirements bring it.
AS_INSTALLED: Final = (
    "import runpy, sys; sys.modules['rich'] = None; runpy.run_module('bot', run_name='__main__')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The stand-ins, and the bot's process."""

    github: GitHub
    claude: Claude
    process: asyncio.subprocess.Process
    port: int
    seconds_to_ready: float


@asynccontextmanager
async def running_bot(script: Script, files: Mapping[str, str]) -> AsyncIterator[Running]:
    """Everything up and ready; everything gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bot-bench-") as name:
        directory = Path(name)
        github, claude = github_in(directory), Claude(script=script)
        async with await serve(github, validate=False) as server, claude.running():
            port = free_port()
            github.webhook_url = f"http://127.0.0.1:{port}/webhooks/github"
            github.create_repository("acme/shop", files)
            github.person("requester", {"acme/shop": "write"})
            await github.install("acme")
            environ = environ_of(directory, github, port) | {
                "GITHUB_API_URL": server.url,
                "GITHUB_URL": server.url,
                "ANTHROPIC_API_KEY": "sk-ant-stand-in",
                "ANTHROPIC_BASE_URL": claude.url,
            }
            process, seconds = await started(environ, port)
            try:
                yield Running(
                    github=github, claude=claude, process=process, port=port, seconds_to_ready=seconds
                )
            finally:
                process.terminate()
                await process.wait()


def github_in(directory: Path) -> GitHub:
    private, public = key_pair()
    key = directory / "app.pem"
    key.write_text(private, encoding="utf-8")
    key.chmod(0o600)
    (directory / "github").mkdir()
    app = new_app(public_key=public, webhook_secret=secrets.token_hex(20))
    return GitHub(app=app, directory=directory / "github", rate_limit=100_000)


def environ_of(directory: Path, github: GitHub, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{directory}/data/bot.db",
        "GITHUB_APP_ID": str(github.app.id),
        "GITHUB_PRIVATE_KEY": str(directory / "app.pem"),
        "GITHUB_WEBHOOK_SECRET": github.app.webhook_secret,
        "LOG_LEVEL": "warning",
    }


async def started(environ: Mapping[str, str], port: int) -> tuple[asyncio.subprocess.Process, float]:
    """The bot's process, and the seconds until /readyz said yes."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", AS_INSTALLED, "run", env=dict(environ)
    )
    async with aiohttp.ClientSession() as session:
        while not await is_ready(session, port):
            if process.returncode is not None:
                raise ChildProcessError("the bot did not start")
            if time.perf_counter() - began > PATIENCE_SECONDS:
                process.kill()
                raise TimeoutError("the bot did not become ready")
            await asyncio.sleep(0.005)
    return process, time.perf_counter() - began


async def is_ready(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.ok
    except aiohttp.ClientConnectionError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
