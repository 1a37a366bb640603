"""The way to GitHub is broken: no name, no certificate, no answer, a proxy in between."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import READ
from bot.records import StepFailed, Unavailable
from tests.faults.hostile_github import APP_ID, ERP, policy, private_key

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def refusal(url: str, *, attempt_seconds: float = 5) -> str:
    """Why GitHub cannot be asked there; it must be worth asking again later."""
    async with aiohttp.ClientSession() as session:
        app = GitHubApp(
            session,
            app_id=APP_ID,
            private_key=private_key(),
            policy=policy(attempt_seconds=attempt_seconds),
            base_url=url,
        )
        try:
            await app.on(ERP, READ).ask("read", "issues", 1)
        except Unavailable as trouble:
            return trouble.code
        except StepFailed as end:
            pytest.fail(f"given up: {end.code}")
    pytest.fail("answered")


@asynccontextmanager
async def listening(serve: Serve, *, secured: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of whoever serves so; in the end every connection has been closed."""
    served: list[asyncio.Task[None] | None] = []

    async def to_its_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(to_its_end, "127.0.0.1", 0, ssl=secured)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*filter(None, served))


def certified(directory: Path, *, until: datetime) -> ssl.SSLContext:
    """A certificate for this machine that nobody has vouched for, good until then."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(until - timedelta(days=30)).not_valid_after(until)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    signed = made.sign(key, hashes.SHA256())
    file = directory / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def is_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """It takes the connection, and says nothing."""
    await reader.read()


async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """No TLS here."""
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def wants_a_password(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A proxy that stands where GitHub was looked for."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
        b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
    await writer.drain()


async def test_f79_a_name_that_nobody_knows_is_asked_for_later() -> None:
    assert await refusal("https://github.invalid") == "github_unreachable"


async def test_f79_a_port_that_nobody_listens_at_is_tried_later() -> None:
    async with listening(is_silent) as port:
        pass

    assert await refusal(f"http://127.0.0.1:{port}") == "github_unreachable"


@pytest.mark.parametrize("days", [30, -1], ids=["vouched for by nobody", "expired"])
async def test_f79_no_word_is_said_to_who_cannot_show_a_certificate(tmp_path: Path, days: int) -> None:
    heard: list[bytes] = []

    async def listens(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())

    secured = certified(tmp_path, until=UtcClock().now() + timedelta(days=days))
    async with listening(listens, secured=secured) as port:
        assert await refusal(f"https://localhost:{port}") == "github_unreachable"

    assert b"".join(heard) == b""


async def test_f79_what_speaks_no_tls_is_tried_later() -> None:
    async with listening(speaks_plainly) as port:
        assert await refusal(f"https://127.0.0.1:{port}") == "github_unreachable"


async def test_f79_a_handshake_that_never_ends_is_left_after_the_time_limit() -> None:
    async with listening(is_silent) as port:
        assert await refusal(f"https://127.0.0.1:{port}", attempt_seconds=0.2) == "github_timeout"


async def test_f79_a_proxy_that_wants_a_password_is_tried_later() -> None:
    async with listening(wants_a_password) as port:
        assert await refusal(f"http://127.0.0.1:{port}") == "github_unreachable"
