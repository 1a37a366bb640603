"""deploy/nginx.conf as people use it: a real nginx with that file, at addresses of this machine."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.infrastructure.clock import UtcClock
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


def placed(text: str, here: Path, port: int, processes: Sequence[int], *, has_tls: bool) -> str:
    """The file with other addresses, where wanted without TLS, and nothing else changed."""
    servers = re.findall(r"^    server 127\.0\.0\.1:\d+( .*;)$", text, re.MULTILINE)
    assert len(servers) == 2 == len(set(servers)) + 1, "two processes are shown, alike"
    ours = "\n".join(f"    server 127.0.0.1:{each}{servers[0]}" for each in processes)
    text = re.sub(r"^    server 127\.0\.0\.1:\d+ .*;\n(?=    server)", "", text, flags=re.MULTILINE)
    tls = (
        (r"/etc/ssl/[\w.]+\.pem", f"{here}/certificate.pem"),
        (r"/etc/ssl/[\w.]+\.key", f"{here}/certificate.key"),
    )
    for before, after in (
        *(tls if has_tls else ((r"(    ssl_\w+ .*;\n)+", ""),)),
        (r"    server 127\.0\.0\.1:\d+ .*;", ours),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port}{' ssl' * has_tls};"),
        (r"server_name [\w.]+;", "server_name 127.0.0.1;"),
        (r"access_log \S+", f"access_log {here}/access.log"),
    ):
        text, count = re.subn(before, after, text)
        assert count == 1, before
    return text


def lay(here: Path, text: str) -> None:
    """All that nginx reads, in a new directory."""
    here.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    (here / "certificate.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    (here / "certificate.pem").write_bytes(certificate(key).public_bytes(Encoding.PEM))
    (here / "claude-bot.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (here / "nginx.conf").write_text(AROUND.format(here=here, user=user), encoding="utf-8")


def certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """This machine's own, signed by itself, for as long as a test takes."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = UtcClock().now()
    return (
        x509
        .CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )


@asynccontextmanager
async def nginx(
    here: Path, *processes: int, port: int | None = None, has_tls: bool = False
) -> AsyncIterator[Proxy]:
    """nginx with our file in front of the processes at these ports."""
    port = port or free_port()
    lay(here, placed(FILE.read_text(encoding="utf-8"), here, port, processes, has_tls=has_tls))
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
