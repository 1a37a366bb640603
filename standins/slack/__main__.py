"""python -m standins.slack: the stand-in as a process of its own."""

import argparse
import asyncio
from pathlib import Path

from standins.running import tells, until_told_to_stop
from standins.slack import contract
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m standins.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--description", type=Path, default=contract.DESCRIPTION, help="openapi2.json")
    parser.add_argument("--door-url", help="where events, commands and acts go")
    parser.add_argument("--redirect-url", action="append", default=[], help="where an installation ends")
    parser.add_argument("--signing-secret", default="", help="made up where none is given")
    parser.add_argument("--no-validate", action="store_true", help="do not hold calls to the description")
    return parser.parse_args()


async def run(asked: argparse.Namespace) -> None:
    """Listen until told to stop; the first line printed says where, and how to prove oneself."""
    app = new_app(signing_secret=asked.signing_secret)
    app.redirect_urls |= set(asked.redirect_url)
    slack = Slack(app=app, door_url=asked.door_url)
    server = await serve(
        slack, port=asked.port, validate=not asked.no_validate, description=asked.description
    )
    tells({
        "url": server.url,
        "api_url": f"{server.url}/api/",
        "app_id": app.id,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "signing_secret": app.signing_secret,
    })
    await until_told_to_stop()
    await server.close()


if __name__ == "__main__":
    asyncio.run(run(arguments()))
