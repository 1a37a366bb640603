"""A git server on loopback, the smart protocol over HTTP, and repositories to serve."""

import asyncio
import base64
import os
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.infrastructure.git import GitSources
from bot.infrastructure.resilience import POLICIES, Policy
from bot.records import Repository

AUTHOR = {
    "GIT_AUTHOR_NAME": "developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "HOME": os.devnull,
    "PATH": os.defpath,
}


def git(directory: Path, *arguments: str, given: bytes = b"") -> str:
    """Run git there, as a developer with no configuration."""
    command = ["git", "-C", str(directory), *arguments]
    done = subprocess.run(command, input=given, env=AUTHOR, check=True, capture_output=True)  # noqa: S603  fixed words
    return done.stdout.decode().strip()


@dataclass
class Origin:
    """A repository to fetch from, and what was asked of it."""

    path: Path
    url: str = ""
    token: str = "canary-token"
    answers: int | None = None
    authorizations: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    moved_to: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    waits: asyncio.Event | None = None

    def commit(self, files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None) -> str:
        """A commit of exactly these files; those named `*.sh` are executable."""
        rows = [
            f"{'100755' if path.endswith('.sh') else '100644'} blob {self.blob(content)}\t{path}"
            for path, content in files.items()
        ]
        rows += [f"120000 blob {self.blob(to.encode())}\t{path}" for path, to in (links or {}).items()]
        return self.commit_rows(rows)

    def commit_rows(self, rows: list[str]) -> str:
        """A commit whose index has these rows, as `git update-index --index-info` reads them."""
        (self.path / "index").unlink(missing_ok=True)
        given = "".join(f"{row}\0" for row in rows).encode()
        git(self.path, "update-index", "-z", "--add", "--index-info", given=given)
        tree = git(self.path, "write-tree", "--missing-ok")
        return self.commit_tree(tree)

    def commit_tree(self, tree: str) -> str:
        commit = git(self.path, "commit-tree", tree, "-m", "work")
        git(self.path, "update-ref", "refs/heads/main", commit)
        return commit

    def tree(self, rows: list[str]) -> str:
        """A tree with these rows, as `git mktree` reads them, whatever their names."""
        objects = [row.split(None, 3) for row in rows]
        content = b"".join(
            f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(sha) for mode, _, sha, name in objects
        )
        return git(self.path, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=content)

    def blob(self, content: bytes) -> str:
        return git(self.path, "hash-object", "-w", "--stdin", given=content)

    @property
    def fetches(self) -> int:
        return sum(path.endswith("/info/refs") for path in self.paths)


def sources_at(data: Path, origin: Origin) -> GitSources:
    """The bot's own git below that directory, which fetches from there with its token."""

    async def token_of(_: Repository) -> str:
        return origin.token

    policy = Policy("git", **POLICIES["git"])
    return GitSources(data, remote_url_of=lambda _: origin.url, token_of=token_of, policy=policy)


@asynccontextmanager
async def serving(directory: Path) -> AsyncIterator[Origin]:
    """A bare repository behind a token, on a free port of 127.0.0.1."""
    origin = Origin(directory / "origin.git")
    origin.path.mkdir(parents=True)
    git(origin.path, "init", "--quiet", "--bare")
    git(origin.path, "config", "uploadpack.allowAnySHA1InWant", "true")
    app = web.Application(client_max_size=2**30, middlewares=[_gate(origin)])
    app.router.add_get("/{owner}/{name}.git/info/refs", partial(_advertised, origin))
    app.router.add_post("/{owner}/{name}.git/git-upload-pack", partial(_packed, origin))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    origin.url = f"http://127.0.0.1:{runner.addresses[0][1]}/team/shop.git"
    try:
        yield origin
    finally:
        await runner.cleanup()


def _gate(origin: Origin) -> Middleware:
    expected = "Basic " + base64.b64encode(f"x-access-token:{origin.token}".encode()).decode()

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note what was asked, and let in who has the token."""
        origin.paths.append(request.path)
        origin.authorizations.append(request.headers.get("Authorization", ""))
        origin.asked.set()
        if origin.waits is not None:
            await origin.waits.wait()
        if origin.moved_to:
            return web.Response(status=301, headers={"Location": f"{origin.moved_to}/info/refs"})
        if origin.answers is not None:
            return web.Response(status=origin.answers)
        if origin.authorizations[-1] != expected:
            return web.Response(status=401, headers={"WWW-Authenticate": "Basic"})
        return await handler(request)

    return gate


async def _advertised(origin: Origin, request: web.Request) -> web.Response:
    refs = await _upload_pack(origin, request, "--http-backend-info-refs")
    return web.Response(body=refs, content_type="application/x-git-upload-pack-advertisement")


async def _packed(origin: Origin, request: web.Request) -> web.Response:
    pack = await _upload_pack(origin, request, "--stateless-rpc", given=await request.read())
    return web.Response(body=pack, content_type="application/x-git-upload-pack-result")


async def _upload_pack(origin: Origin, request: web.Request, mode: str, *, given: bytes = b"") -> bytes:
    # Version 2 of the protocol alone: it needs no word in front of the refs.
    process = await asyncio.create_subprocess_exec(
        *("git", "upload-pack", "--stateless-rpc", mode, str(origin.path)),
        stdin=PIPE,
        stdout=PIPE,
        env={**AUTHOR, "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")},
    )
    out, _ = await process.communicate(given)
    return out
