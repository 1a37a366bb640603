"""run, doctor, deliveries, history, freeze, keys, members, verify and more: starts a process, no more."""

import argparse
import asyncio
import gc
import re
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from bot.doctor import examine, is_well, report
from bot.infrastructure.database import migrated_apart
from bot.infrastructure.metrics import MeteringObserver, Metrics
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.telemetry import set_up_logs
from bot.instruments import Instruments
from bot.services import NAMES, Service, UnknownService, check_can_run, chosen
from bot.settings import Misconfigured, Settings
from bot.troubles import TROUBLES, Mistaken, told

OK, WRONG, MISUSED = 0, 1, 2


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Claude Code Bot")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="start the server")
    run.add_argument("services", nargs="*", help=f"only these of {', '.join(NAMES)}; all of them if none")
    verbs.add_parser("doctor", help="look at every setting, connection, permission and the sandbox")
    receive = verbs.add_parser("receive", help="deliver a recorded webhook by hand to the running bot")
    receive.add_argument("event", type=event_name, help="its name: issue_comment, or issue_comment.created")
    receive.add_argument("payload", type=Path, help="a JSON file")
    deliveries = verbs.add_parser("deliveries", help="what could not be handled and was set aside, and why")
    deliveries.add_argument("--again", metavar="ID", help="hand this one back to the running bot, once")
    history = verbs.add_parser("history", help="every fact of an integration")
    history.add_argument("id")
    history.add_argument("--at", type=moment, help="only up to this moment, such as 2026-01-31T12:00:00Z")
    freeze = verbs.add_parser("freeze", help="let everything, an account or a repository stand still")
    freeze.add_argument("what", nargs="+", help="`all`, `org NAME` or `repo OWNER/NAME`, and behind it why")
    freeze.add_argument("--until", metavar="WHEN", help="it ends by itself: 2h, 3d, 2026-12-24T18:00Z")
    verbs.add_parser("unfreeze", help="lift that again, whoever said it").add_argument(
        "what", nargs="+", help="`all`, `org NAME` or `repo OWNER/NAME`"
    )
    verbs.add_parser("freezes", help="what is frozen, since when, until when, by whom and why")
    _keys_of(verbs.add_parser("keys", help="keys for the REST API: make one, list them, take one back"))
    _members_of(verbs.add_parser("members", help="whom the bot has seen, and what they are where"))
    verbs.add_parser("passport", help="by what an integration came about, as JSON").add_argument("id")
    verify = verbs.add_parser("verify", help="check the chain of events")
    verify.add_argument("--head", type=head, help="a head noted before, SEQ:HASH: is it still there?")
    verbs.add_parser("rebuild", help="make the read models anew from the events; stop the bot first")
    return parser.parse_args(given)


def _keys_of(keys: argparse.ArgumentParser) -> None:
    acts = keys.add_subparsers(dest="act", required=True)
    create = acts.add_parser("create", help="a new key, shown this once")
    create.add_argument("--login", required=True, help="whose it is, by name on GitHub")
    create.add_argument(
        "--installation", required=True, help="where: the account, or the installation's number"
    )
    create.add_argument(
        "--scope", action="append", help="read (if not said), write, admin, or resource:action"
    )
    create.add_argument("--days", type=int, default=90, help="how long it lasts")
    acts.add_parser("list", help="every key, without the keys themselves")
    revoke = acts.add_parser("revoke", help="take one back at once, with those that were made with it")
    revoke.add_argument("key_id", metavar="ID")
    acts.add_parser("history", help="what became of keys, and whose doing it was").add_argument(
        "installation", help="where: the account, or the installation's number"
    )
    rotate = acts.add_parser("rotate", help="a new key to sign access tokens with")
    rotate.add_argument("--leaked", action="store_true", help="at once, and every token there is ends")


def _members_of(members: argparse.ArgumentParser) -> None:
    where = "where: the account, or the installation's number; without: all Slack accounts that are linked"
    members.add_argument("installation", nargs="?", help=where)


def event_name(text: str) -> str:
    """The name of an event, as GitHub gives it."""
    if not re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", text):
        raise argparse.ArgumentTypeError(f"{text}: say it as GitHub does, such as issue_comment.created")
    return text


def moment(text: str) -> datetime:
    """A moment; without a zone it means UTC."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def head(text: str) -> tuple[int, str]:
    """A head of the chain."""
    seq, _, digest = text.partition(":")
    return int(seq), digest


def main(given: Sequence[str]) -> int:
    """Run one verb; the exit status."""
    asked = arguments(given)
    try:
        settings = Settings.read()
        return run(verb(asked, settings))
    except (Misconfigured, UnknownService, Mistaken) as fault:
        sys.stderr.write(f"{fault}\n")
        return MISUSED
    except TROUBLES as trouble:
        sys.stderr.write(f"{told(trouble)}\n")
        return WRONG


def verb(asked: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    """What to run."""
    verbs: Mapping[str, Callable[[], Coroutine[Any, Any, int]]] = {
        "run": lambda: serve(settings, begun(settings, asked.services)),
        "doctor": lambda: doctor(settings),
        "receive": lambda: receive(settings, asked.event, asked.payload.read_bytes()),
        "deliveries": lambda: hand_back(settings, asked.again) if asked.again else deliveries(settings),
        "history": lambda: history(settings, asked.id, asked.at),
        "freeze": lambda: freeze(settings, asked.what, asked.until),
        "unfreeze": lambda: unfreeze(settings, asked.what),
        "freezes": lambda: freezes(settings),
        "keys": lambda: keys(settings, asked),
        "members": lambda: members(settings, asked.installation),
        "passport": lambda: passport(settings, asked.id),
        "verify": lambda: verify(settings, asked.head),
        "rebuild": lambda: rebuild(settings),
    }
    return verbs[asked.verb]()


def begun(settings: Settings, names: Sequence[str]) -> Sequence[Service]:
    """The services that are asked for; their tables are made while there is neither a thread nor a loop."""
    services = chosen(names)
    check_can_run(services, settings)
    with migrated_apart(settings.database_url) if settings.github else nullcontext():
        import bot.doors  # noqa: F401, PLC0415  heavy: loaded while the tables are made
    return services


def run(work: Coroutine[Any, Any, int]) -> int:
    """On uvloop; what is loaded by now stays, and need not be looked through for garbage."""
    gc.freeze()
    gc.enable()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def serve(settings: Settings, services: Sequence[Service]) -> int:
    """The server, until it is told to stop."""
    from bot import doors  # noqa: PLC0415  heavy, and only the server needs it

    metrics = Metrics()
    instruments = Instruments(observer=MeteringObserver(metrics), metrics=metrics)
    instruments.hidden.add(*settings.hidden_values())
    set_up_logs(level=settings.log_level, form=settings.log_format, secrets=instruments.hidden)
    await doors.serve(settings, services, instruments)
    return OK


async def doctor(settings: Settings) -> int:
    """One line for each thing that could be wrong."""
    from bot.examining import parts  # noqa: PLC0415  the same

    set_up_logs(level="error", form=settings.log_format, secrets=LiveSecrets())
    async with parts(settings) as examined:
        findings = await examine(examined)
    sys.stdout.write(report(findings) + "\n")
    return OK if is_well(findings) else WRONG


async def receive(settings: Settings, event: str, body: bytes) -> int:
    """Deliver by hand."""
    from bot import operating  # noqa: PLC0415  the same

    if settings.github is None:
        sys.stderr.write("Set GITHUB_APP_ID, GITHUB_PRIVATE_KEY and GITHUB_WEBHOOK_SECRET first.\n")
        return MISUSED
    kind = operating.kind_of(event, body)
    answer = await operating.receive(settings, settings.github, event, body)
    sys.stdout.write(answer + "\n")
    is_kept = answer.startswith("202")
    if is_kept and not operating.is_heard(kind):
        sys.stderr.write(f"no handler hears {kind}: it is kept, and nothing follows from it\n")
    return OK if is_kept else WRONG


async def deliveries(settings: Settings) -> int:
    """What was set aside."""
    from bot import operating  # noqa: PLC0415  the same

    sys.stdout.write(await operating.deliveries(settings) + "\n")
    return OK


async def hand_back(settings: Settings, key: str) -> int:
    """Hand one back."""
    from bot import operating  # noqa: PLC0415  the same

    await operating.hand_back(settings, key)
    sys.stdout.write(f"{key} is handed back\n")
    return OK


async def history(settings: Settings, integration_id: str, at: datetime | None) -> int:
    """The facts, and what they make."""
    from bot import operating  # noqa: PLC0415  the same

    sys.stdout.write(await operating.history(settings, integration_id, at=at) + "\n")
    return OK


async def freeze(settings: Settings, what: list[str], until: str | None) -> int:
    """Let it stand still; what is frozen now."""
    from bot import freezing_by_hand  # noqa: PLC0415  the same

    sys.stdout.write(await freezing_by_hand.freeze(settings, what, until) + "\n")
    return OK


async def unfreeze(settings: Settings, what: list[str]) -> int:
    """Let it go on; what is still frozen."""
    from bot import freezing_by_hand  # noqa: PLC0415  the same

    sys.stdout.write(await freezing_by_hand.unfreeze(settings, what) + "\n")
    return OK


async def freezes(settings: Settings) -> int:
    """What is frozen."""
    from bot import freezing_by_hand  # noqa: PLC0415  the same

    sys.stdout.write(await freezing_by_hand.listed(settings) + "\n")
    return OK


async def keys(settings: Settings, asked: argparse.Namespace) -> int:
    """Make one, list them, take one back; or let another sign tokens."""
    from bot import keys_by_hand  # noqa: PLC0415  the same

    acts: Mapping[str, Callable[[], Coroutine[Any, Any, str]]] = {
        "create": lambda: keys_by_hand.made(
            settings, asked.login, asked.installation, asked.scope or ["read"], asked.days
        ),
        "list": lambda: keys_by_hand.listed(settings),
        "history": lambda: keys_by_hand.history(settings, asked.installation),
        "revoke": lambda: keys_by_hand.revoked(settings, asked.key_id),
        "rotate": lambda: keys_by_hand.replaced(settings) if asked.leaked else keys_by_hand.rotated(settings),
    }
    sys.stdout.write(await acts[asked.act]() + "\n")
    return OK


async def members(settings: Settings, place: str | None) -> int:
    """Who is there."""
    from bot import members_by_hand  # noqa: PLC0415  the same

    sys.stdout.write(await members_by_hand.told(settings, place) + "\n")
    return OK


async def passport(settings: Settings, integration_id: str) -> int:
    """How it came about."""
    from bot import operating  # noqa: PLC0415  the same

    sys.stdout.write(await operating.passport(settings, integration_id) + "\n")
    return OK


async def verify(settings: Settings, noted: tuple[int, str] | None) -> int:
    """Whether the chain is whole."""
    from bot import operating  # noqa: PLC0415  the same

    fault = await operating.verify(settings, head=noted)
    if fault is not None:
        sys.stderr.write(f"broken: {fault}\n")
        return WRONG
    sys.stdout.write(f"whole; its head is {await operating.head_of(settings)}\n")
    return OK


async def rebuild(settings: Settings) -> int:
    """The read models, anew."""
    from bot import operating  # noqa: PLC0415  the same

    sys.stdout.write(f"{await operating.rebuild(settings)} integrations\n")
    return OK
