"""python -m standins.github: the stand-in as a process of its own."""

import argparse
import asyncio
import secrets
from pathlib import Path

from standins.github import contract
from standins.github.app import key_pair, new_app
from standins.github.people import GitHub
from standins.github.server import serve
from standins.running import tells, until_told_to_stop


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standins.github", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state-dir", type=Path, required=True, help="where the repositories and the key go")
    parser.add_argument("--description", type=Path, default=contract.DESCRIPTION, help="github-rest.json")
    parser.add_argument("--webhook-url", help="where deliveries go")
    parser.add_argument("--webhook-secret", help="made up where none is given")
    parser.add_argument("--deployer", choices=["success", "failure"], help="how every deployment ends")
    parser.add_argument("--no-validate", action="store_true", help="do not hold calls to the description")
    return parser.parse_args()


async def run(asked: argparse.Namespace) -> None:
    """Listen until told to stop; the first line printed says where, and how to sign in."""
    asked.state_dir.mkdir(parents=True, exist_ok=True)
    private, public = key_pair()
    key = asked.state_dir / "app.pem"
    key.write_text(private, encoding="utf-8")
    key.chmod(0o600)
    app = new_app(
        public_key=public,
        webhook_secret=asked.webhook_secret or secrets.token_hex(20),
        client_secret=secrets.token_hex(20),
    )
    github = GitHub(
        app=app, directory=asked.state_dir, webhook_url=asked.webhook_url, deployer=asked.deployer
    )
    server = await serve(
        github, port=asked.port, validate=not asked.no_validate, description=asked.description
    )
    tells({
        "url": server.url,
        "app_id": app.id,
        "slug": app.slug,
        "private_key": str(key),
        "webhook_secret": app.webhook_secret,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    })
    await until_told_to_stop()
    await server.close()


if __name__ == "__main__":
    asyncio.run(run(arguments()))
