"""A local package index, as pip and npm ask it: packages made here, served over real HTTP."""

import base64
import hashlib
import io
import json
import re
import tarfile
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Final

from aiohttp import web
from aiohttp.test_utils import TestServer

WHEEL: Final = "Wheel-Version: 1.0\nGenerator: stand-in\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(kw_only=True)
class PackageIndex:
    """Packages by name, one version of each; every path that was asked for, in order."""

    wheels: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    modules: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def has_wheel(self, name: str, version: str, files: Mapping[str, str], *, needs: str = "") -> None:
        """Offer a Python package of these files."""
        self.wheels[name] = (f"{name}-{version}-py3-none-any.whl", wheel(name, version, files, needs=needs))

    def has_installed(self, name: str) -> None:
        """Offer the very package that is installed here under that name, and all that it needs."""
        spelled = re.sub(r"[-_.]+", "-", name).lower()
        if spelled in self.wheels:
            return
        about = distribution(name)
        self.wheels[spelled] = (
            f"{spelled.replace('-', '_')}-{about.version}-py3-none-any.whl",
            repacked(about),
        )
        needs = [re.split(r"[^\w.-]", each)[0] for each in about.requires or () if "extra ==" not in each]
        for each in needs:
            with suppress(PackageNotFoundError):  # what this Python, or this system, does not need
                self.has_installed(each)

    def has_module(self, name: str, version: str, files: Mapping[str, str]) -> str:
        """Offer a package for Node; its digest, as a lock file has it."""
        whole = {"package.json": json.dumps({"name": name, "version": version}), **files}
        content = tarball(whole)
        self.modules[name] = (version, content)
        return integrity(content)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[int]:
        """The port where it answers."""
        app = web.Application()
        app.router.add_get("/simple/{name}/", self._versions)
        app.router.add_get("/files/{file}", self._file)
        app.router.add_get("/{name}/-/{file}", self._tarball)
        app.router.add_get("/{name}", self._about)
        async with TestServer(app, host="127.0.0.1") as server:
            yield int(server.port or 0)

    async def _versions(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        known = self.wheels.get(request.match_info["name"])
        if known is None:
            raise web.HTTPNotFound
        digest = hashlib.sha256(known[1]).hexdigest()
        page = f'<!DOCTYPE html><a href="/files/{known[0]}#sha256={digest}">{known[0]}</a>'
        return web.Response(text=page, content_type="text/html")

    async def _file(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        found = dict(self.wheels.values()).get(request.match_info["file"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found)

    async def _about(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        name = request.match_info["name"]
        if name not in self.modules:
            raise web.HTTPNotFound
        version, content = self.modules[name]
        tarball_url = str(request.url.origin() / name / "-" / f"{name}-{version}.tgz")
        one = {
            "name": name,
            "version": version,
            "dist": {"tarball": tarball_url, "integrity": integrity(content)},
        }
        return web.json_response({
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: one},
        })

    async def _tarball(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        name = request.match_info["name"]
        if name not in self.modules:
            raise web.HTTPNotFound
        return web.Response(body=self.modules[name][1])


def repacked(about: Distribution) -> bytes:
    """A wheel of the files that were installed, but for programs, which an installer makes anew."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in about.files or ():
            if path.name == "RECORD":
                archive.writestr(str(path), "")
            elif ".." not in path.parts and path.suffix != ".pyc":
                archive.writestr(str(path), path.read_binary())
    return content.getvalue()


def wheel(name: str, version: str, files: Mapping[str, str], *, needs: str = "") -> bytes:
    """A wheel of these files."""
    about = f"{name}-{version}.dist-info"
    requires = f"Requires-Dist: {needs}\n" if needs else ""
    whole = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}",
        f"{about}/WHEEL": WHEEL,
    }
    record = "".join(f"{path},{_digest(text)},{len(text.encode())}\n" for path, text in whole.items())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in {**whole, f"{about}/RECORD": f"{record}{about}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return packed.getvalue()


def tarball(files: Mapping[str, str]) -> bytes:
    """A package for Node of these files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def integrity(content: bytes) -> str:
    """A digest as npm writes it."""
    return f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}"


def _digest(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"
