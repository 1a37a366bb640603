"""Git over HTTP: fetching with a token, through git's own upload-pack."""

import asyncio
import gzip
import os
import re

from aiohttp import web

from standins.github import access
from standins.github.state import Repository
from standins.github.world import Moved, Refused, World

PATH = re.compile(r"/(?P<name>[^/]+/[^/]+?)(?:\.git)?/(?P<service>info/refs|git-upload-pack)$")
SERVICE = b"# service=git-upload-pack\n"
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
RESULT = "application/x-git-upload-pack-result"


def is_git(path: str) -> bool:
    return PATH.match(path) is not None


async def serve_git(world: World, request: web.Request) -> web.Response:
    """The refs, or a pack with what was asked for."""
    matched = PATH.match(request.path)
    if matched is None:
        return web.Response(status=404)
    try:
        repository = _enter(world, request, matched["name"])
    except Moved as moved:
        here = request.path_qs.replace(matched["name"], moved.to.full_name, 1)
        return web.Response(status=301, headers={"Location": f"{world.url}{here}"})
    except Refused as refused:
        ask = {"WWW-Authenticate": 'Basic realm="GitHub"'} if refused.status == 401 else {}  # noqa: PLR2004  who are you
        return web.Response(status=refused.status, text=refused.message, headers=ask)
    if matched["service"] == "info/refs":
        return await _advertise(repository, request)
    return await _pack(repository, request)


def _enter(world: World, request: web.Request, name: str) -> Repository:
    """Anybody may fetch what is public; the rest needs a token that may read contents here."""
    credential = access.credential(request.headers.get("Authorization", ""))
    if credential is None:
        repository = world.repository(name)
        if repository.private:
            raise Refused(401, "Repository not found.")
        return repository
    token = access.token_of(world, credential)
    repository = world.repository(name)
    access.check_sees(token, repository)
    access.check_may(token, "contents:read", repository)
    return repository


async def _advertise(repository: Repository, request: web.Request) -> web.Response:
    if request.query.get("service") != "git-upload-pack":
        return web.Response(status=403, text="Only fetching is played here.")
    refs = await _upload_pack(repository, request, "--http-backend-info-refs", given=b"")
    announced = f"{len(SERVICE) + 4:04x}".encode() + SERVICE + b"0000"
    body = refs if _protocol(request) == "version=2" else announced + refs
    return web.Response(body=body, content_type=ADVERTISEMENT, headers={"Cache-Control": "no-cache"})


async def _pack(repository: Repository, request: web.Request) -> web.Response:
    given = await request.read()
    if given.startswith(b"\x1f\x8b"):
        given = gzip.decompress(given)
    pack = await _upload_pack(repository, request, given=given)
    return web.Response(body=pack, content_type=RESULT, headers={"Cache-Control": "no-cache"})


def _protocol(request: web.Request) -> str:
    return request.headers.get("Git-Protocol", "")


async def _upload_pack(repository: Repository, request: web.Request, *options: str, given: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "git",
        "upload-pack",
        "--stateless-rpc",
        *options,
        str(repository.git.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.defpath, "GIT_PROTOCOL": _protocol(request), "GIT_CONFIG_NOSYSTEM": "1"},
    )
    out, _ = await process.communicate(given)
    return out
