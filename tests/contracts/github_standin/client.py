"""A plain client of the GitHub stand-in: what a bot would do, without a bot."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
from multidict import CIMultiDictProxy

from standins.github.app import key_pair
from standins.github.people import GitHub

SHOP = "/repos/acme/shop"


@dataclass
class Answered:
    """A status, the headers, and the JSON where there is one."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any
    raw: bytes


@dataclass
class Client:
    """Calls as the App or as its installation."""

    github: GitHub
    session: aiohttp.ClientSession
    token: str = ""

    def signed(self, *, issuer: str | None = None, key: str | None = None, age: int = 0) -> str:
        """The App's own JWT."""
        now = int(self.github.now().timestamp()) - age
        claims = {"iat": now - 60, "exp": now + 540, "iss": issuer or str(self.github.app.id)}
        return jwt.encode(claims, key or key_pair()[0], algorithm="RS256")

    async def mint(self, **body: Any) -> Answered:
        installation = next(iter(self.github.installations))
        path = f"/app/installations/{installation}/access_tokens"
        return await self.call("POST", path, body, token=self.signed())

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> Answered:
        """One call; underscores in header names become dashes."""
        sent = {"Authorization": f"Bearer {self.token if token is None else token}"}
        sent |= {"Accept": "application/vnd.github.v3+json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.github.url + path
        async with self.session.request(method, url, json=body, headers=sent) as answer:
            raw = await answer.read()
            is_json = raw and answer.content_type == "application/json"
            body = await answer.json() if is_json else None
            return Answered(answer.status, answer.headers, body, raw)

    async def get(self, path: str, **headers: str) -> Answered:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any) -> Answered:
        return await self.call("POST", path, body)

    async def patch(self, path: str, body: Any) -> Answered:
        return await self.call("PATCH", path, body)

    async def put(self, path: str, body: Any) -> Answered:
        return await self.call("PUT", path, body)

    async def branch(self, name: str, files: dict[str, str | None]) -> str:
        """A branch with a commit on top of main, made as the bot makes it; its head."""
        base = (await self.get(f"{SHOP}/git/ref/heads/main")).body["object"]["sha"]
        entries = [_entry(path, content) for path, content in files.items()]
        tree = await self.post(f"{SHOP}/git/trees", {"base_tree": base, "tree": entries})
        asked = {"message": "Change", "tree": tree.body["sha"], "parents": [base]}
        sha = str((await self.post(f"{SHOP}/git/commits", asked)).body["sha"])
        await self.post(f"{SHOP}/git/refs", {"ref": f"refs/heads/{name}", "sha": sha})
        return sha

    async def pull(self, name: str, files: dict[str, str | None]) -> tuple[int, str]:
        """A pull request from such a branch; its number and head."""
        sha = await self.branch(name, files)
        opened = await self.post(f"{SHOP}/pulls", {"title": "Pay", "head": name, "base": "main", "body": "b"})
        return opened.body["number"], sha


def _entry(path: str, content: str | None) -> dict[str, Any]:
    text = {"sha": None} if content is None else {"content": content}
    return {"path": path, "mode": "100644", "type": "blob"} | text
