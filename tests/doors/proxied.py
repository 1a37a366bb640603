"""deploy/nginx.conf as people use it: a real nginx with that file, at addresses of this machine."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.doors.running import ROOT, free_port, listens
from tests.story.waiting import until

FILE: Final = ROOT / "deploy/nginx.conf"
# A Debian's is where only root looks.
PLACES: Final = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"  # noqa: TID251  of the tests
FOUND: Final = shutil.which("nginx", path=PLACES)
needs_nginx: Final = pytest.mark.skipif(
    FOUND is None, reason="nginx is missing: `apt-get install nginx`, or `brew install nginx`"
)
BEGINS_SECONDS: Final = 20
# Around the file, what a distribution's own nginx.conf has; here everything lies in one directory.
AROUND: Final = """
{user}
pid {here}/nginx.pid;
worker_processes 2;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {here}/body;
    proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi;
    scgi_temp_path {here}/scgi;
    include {here}/claude-bot.conf;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """An nginx at work: where it listens, and what it wrote down of each request."""

    port: int
    here: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seen(self, *, after: int = 0) -> list[dict[str, Any]]:
        """Every request that has ended, in the order of their ends; without so many of the first."""
        log = self.here / "access.log"
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()[after:]]

    async def answered(self, request: str) -> str:
        """The processes that the request of this id was given to, one after the other, by address."""

        async def written() -> str | None:
            return next((each["process"] for each in self.seen() if each["request"] == request), None)

        async def otherwise() -> str:
            return f"nginx wrote nothing of {request}"

        return await until(written, otherwise=otherwise)


def placed(text: str, here: Path, port: int, processes: Sequence[int]) -> str:
    """The file with other addresses and without TLS, and nothing else changed."""
    servers = re.findall(r"^    server 127\.0\.0\.1:\d+( .*;)$", text, re.MULTILINE)
    assert len(servers) == 2 == len(set(servers)) + 1, "two processes are shown, alike"
    ours = "\n".join(f"    server 127.0.0.1:{each}{servers[0]}" for each in processes)
    text = re.sub(r"^    server 127\.0\.0\.1:\d+ .*;\n(?=    server)", "", text, flags=re.MULTILINE)
    for before, after in (
        (r"    server 127\.0\.0\.1:\d+ .*;", ours),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"server_name [\w.]+;", "server_name 127.0.0.1;"),
        (r"(    ssl_\w+ .*;\n)+", ""),
        (r"access_log \S+", f"access_log {here}/access.log"),
    ):
        text, count = re.subn(before, after, text)
        assert count == 1, before
    return text


def lay(here: Path, text: str) -> None:
    """All that nginx reads, in a new directory."""
    here.mkdir()
    (here / "claude-bot.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (here / "nginx.conf").write_text(AROUND.format(here=here, user=user), encoding="utf-8")


@asynccontextmanager
async def nginx(here: Path, *processes: int, port: int | None = None) -> AsyncIterator[Proxy]:
    """nginx with our file in front of the processes at these ports."""
    port = port or free_port()
    lay(here, placed(FILE.read_text(encoding="utf-8"), here, port, processes))
    started = await asyncio.create_subprocess_exec(
        *(str(FOUND), "-p", str(here), "-c", str(here / "nginx.conf"), "-e", str(here / "error.log")),
        *("-g", "daemon off;"),
    )
    try:
        async with asyncio.timeout(BEGINS_SECONDS):
            await listens(started, port)
        yield Proxy(port=port, here=here)
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()
