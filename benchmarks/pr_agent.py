"""PR-Agent as an App, between stand-ins of its own: it is told of a pull request, and does what it does.

It is installed into an environment of its own under `build/`, its wheel by its hash, what it needs as its
own wheel pins it. It needs Python 3.12 or newer, which `PR_AGENT_PYTHON` may name.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web

from benchmarks.published import wheel
from benchmarks.running import free_port, github_in
from standins.claude import Claude
from standins.claude_replies import Script
from standins.github import contract
from standins.github.calls import Called
from standins.github.conduct import Conductor
from standins.github.people import GitHub
from standins.github.server import LARGEST_BODY, Door

VERSION: Final = "0.49.0"
DIGEST: Final = "657d2f8e495c5a256d091077a7a33ddaf8252dd16f97727da3de06f139c581ca"
HOME: Final = Path("build", f"pr-agent-{VERSION}")
PYTHONS: Final = ("python3.12", "python3.13", "python3")
MODEL: Final = "anthropic/claude-opus-5-5"
# Without this prefix it takes no address for GitHub's but github.com's.
ENTERPRISE: Final = "/api/v3"
GRAPHQL: Final = "/api/graphql"
PATIENCE_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """It, and what is around it."""

    github: GitHub
    claude: Claude


def installed() -> Path | None:
    """Its Python, once it is installed; None where there is none that is new enough."""
    python, marker = (HOME / "bin/python").absolute(), HOME / "installed"
    if marker.exists():
        return python
    found = _new_enough()
    if found is None:
        return None
    shutil.rmtree(HOME, ignore_errors=True)
    subprocess.run([found, "-m", "venv", str(HOME)], check=True)
    with tempfile.TemporaryDirectory() as name:
        packed = wheel("pr-agent", VERSION, DIGEST, Path(name), python=str(python))
        wanted = f"pr-agent[github] @ {packed.as_uri()}"
        subprocess.run([str(python), "-m", "pip", "install", "-q", wanted], check=True)
    marker.touch()
    return python


def _new_enough() -> str | None:
    named = os.environ.get("PR_AGENT_PYTHON")
    for each in [named] if named else PYTHONS:
        found = shutil.which(each)
        if found and _says(found, "import sys; print(sys.version_info >= (3, 12))") == "True":
            return found
    return None


def _says(python: str, program: str) -> str:
    """What it prints; nothing where it cannot."""
    ran = subprocess.run([python, "-c", program], check=False, capture_output=True, text=True)
    return ran.stdout.strip()


@asynccontextmanager
async def running_pr_agent(python: Path, script: Script) -> AsyncIterator[Peer]:
    """Everything up and ready; everything gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pr-agent-bench-") as name:
        directory = Path(name)
        github, claude = github_in(directory), Claude(script=script)
        async with _serving(github), claude.running():
            port = free_port()
            github.webhook_url = f"http://127.0.0.1:{port}/api/v1/github_webhooks"
            environ = {**_environ(directory, python, github, claude), "PORT": str(port)}
            with (directory / "log").open("wb") as log:
                process = await asyncio.create_subprocess_exec(
                    python, "-m", "pr_agent.servers.github_app", env=environ, stdout=log, stderr=log
                )
            try:
                await _ready(process, port)
                yield Peer(github=github, claude=claude)
            finally:
                process.terminate()
                await process.wait()


@asynccontextmanager
async def _serving(github: GitHub) -> AsyncIterator[None]:
    """The stand-in as a GitHub of one's own is reached, with the two operations that it does not play."""
    door = Door(github, Conductor(github, contract.load(contract.DESCRIPTION), validate=False))

    async def opened(request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(ENTERPRISE)
        if path.endswith("/languages"):
            return _noted(github, request, {"Python": 1})
        if request.method == "PUT" and path.endswith("/labels"):
            return _noted(github, request, [])
        short = "/api" if request.path == GRAPHQL else ENTERPRISE
        return await door.open(request.clone(rel_url=str(request.rel_url).removeprefix(short)))

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", opened)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    github.url = f"http://127.0.0.1:{runner.addresses[0][1]}{ENTERPRISE}"
    try:
        yield
    finally:
        await door.close()
        await runner.cleanup()
        await github.close()


def _noted(github: GitHub, request: web.Request, body: object) -> web.Response:
    """It is counted as what the stand-in plays."""
    path = request.path.removeprefix(ENTERPRISE)
    github.calls.append(Called(method=request.method, route=path, path=path, status=200, at=github.now()))
    return web.json_response(body)


def _environ(directory: Path, python: Path, github: GitHub, claude: Claude) -> Mapping[str, str]:
    """Its defaults, but for where GitHub and the model are; nothing of it goes anywhere else."""
    # The encoding by which it counts comes with a library of its own, and is fetched otherwise.
    where = "from importlib.util import find_spec as f; print(f('litellm').submodule_search_locations[0])"
    encodings = Path(_says(str(python), where), "litellm_core_utils", "tokenizers")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "GITHUB__DEPLOYMENT_TYPE": "app",
        "GITHUB__BASE_URL": github.url,
        "GITHUB__APP_ID": str(github.app.id),
        "GITHUB__PRIVATE_KEY": (directory / "app.pem").read_text(encoding="utf-8"),
        "GITHUB__WEBHOOK_SECRET": github.app.webhook_secret,
        "CONFIG__MODEL": MODEL,
        "CONFIG__FALLBACK_MODELS": "[]",
        "ANTHROPIC__KEY": "sk-ant-stand-in",
        "ANTHROPIC_API_BASE": claude.url,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TIKTOKEN_CACHE_DIR": str(encodings),
    }


async def _ready(process: asyncio.subprocess.Process, port: int) -> None:
    began = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        while not await _answers(session, port):
            if process.returncode is not None or time.perf_counter() - began > PATIENCE_SECONDS:
                raise ChildProcessError("PR-Agent did not start")
            await asyncio.sleep(0.05)


async def _answers(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/") as answer:
            return answer.ok
    except aiohttp.ClientConnectionError:
        return False
