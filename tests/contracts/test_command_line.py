"""The verbs of the command line, where they cannot be carried out: one line says what to do next."""

# ruff: noqa: E501  a sentence is pinned as it is said

import asyncio
import errno
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web
from inline_snapshot import snapshot

from bot.infrastructure.database import Database, alone
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.migrations import applied
from bot.infrastructure.observing import Nobody
from bot.records import Conflict, Fact, Unavailable
from bot.settings import Settings
from bot.storage import storage
from bot.troubles import told
from bot.web.gateway import listening
from standins.github.app import key_pair
from tests.contracts.by_hand import run
from tests.doors.running import ROOT, free_port
from tests.story.clock import Ahead

NOWHERE: Final = "postgresql://nobody@127.0.0.1:9/none"
SECRET: Final = {"SECRET_KEY": "k" * 32}
OWN: Final = "give the address of the bot's own, or begin one with `python -m bot run`"
STOP_IT: Final = "stop it first, or give this one a DATABASE_URL of its own"
VERBS: Final = (
    ["history", "abc"],
    ["verify"],
    ["rebuild"],
    ["deliveries"],
    ["deliveries", "--again", "guid"],
    ["freeze", "all", "it burns"],
    ["unfreeze", "all"],
    ["freezes"],
    ["keys", "list"],
    ["keys", "revoke", "F3kq0Zb81LmX"],
    ["keys", "history", "7"],
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a verb ended."""

    status: int
    out: str
    err: str

    def one_line(self) -> str:
        """What it was that it could not do; it must be one line, and not be called a success."""
        assert (self.status, self.out, self.err.count("\n")) == (1, "", 1), self.err
        return self.err.strip()


async def bot(*words: str, **environment: str) -> Ended:
    """`python -m bot` with this environment and no other."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env={**SECRET, "PYTHONPATH": str(ROOT), **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    return Ended(status=process.returncode or 0, out=out.decode(), err=err.decode())


@pytest.fixture
def app(tmp_path: Path) -> Mapping[str, str]:
    """The settings of a GitHub App, and nothing that it would reach."""
    key = tmp_path / "app.pem"
    key.touch(mode=0o600)
    key.write_text(key_pair()[0], encoding="utf-8")
    return {
        "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        "ANTHROPIC_API_KEY": "a" * 32,
        "GITHUB_APP_ID": "17",
        "GITHUB_PRIVATE_KEY": str(key),
        "GITHUB_WEBHOOK_SECRET": "s" * 32,
    }


@pytest.fixture
async def filled(empty_url: str) -> AsyncIterator[Database]:
    """A database with a fact that no version knows."""
    database = await Database.open(empty_url)
    await database.migrate()
    log = EventStore(database, Ahead(), lambda *_: None, Nobody())
    fact = Fact(type="Prophesied", data={})
    await log.append("abc", [fact], after=0, key="k", meta={}, row={}, follow_ups=())
    yield database
    await database.close()


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
async def test_a_database_that_is_away_is_told_in_one_line(verb: list[str]) -> None:
    line = (await bot(*verb, DATABASE_URL=NOWHERE)).one_line()

    assert line.startswith("the database does not answer (")
    assert line.endswith("see that it runs, and that DATABASE_URL leads to it, then ask again")


async def test_f11_a_damaged_page_of_the_log_is_told_in_one_line_and_a_backup_is_whole(
    tmp_path: Path,
) -> None:
    file, backup = tmp_path / "bot.db", tmp_path / "backup.db"
    database = await Database.open(f"sqlite:///{file}")
    await database.migrate()
    log = EventStore(database, Ahead(), lambda *_: None, Nobody())
    facts = [Fact(type="Prophesied", data={"said": "so it was " * 200}) for _ in range(50)]
    await log.append("abc", facts, after=0, key="k", meta={}, row={}, follow_ups=())
    await database.close()
    shutil.copyfile(file, backup)
    damage(file, b"so it was")

    broken, restored = [await bot("verify", DATABASE_URL=f"sqlite:///{each}") for each in (file, backup)]

    assert broken.one_line() == snapshot(
        "the database is damaged (database disk image is malformed): stop the bot, keep the file, and restore a backup"
    )
    assert (restored.status, restored.out.partition(";")[0]) == (0, "whole")


def damage(file: Path, where: bytes) -> None:
    """Turn every bit of the beginning of the last page that holds these bytes."""
    content = bytearray(file.read_bytes())
    size = int.from_bytes(content[16:18], "big")
    begins = content.rindex(where) // size * size
    content[begins : begins + 64] = bytes(each ^ 0xFF for each in content[begins : begins + 64])
    file.write_bytes(content)


@pytest.mark.parametrize("verb", VERBS[:3], ids=" ".join)
async def test_a_database_of_a_newer_version_is_told_in_one_line(filled: Database, verb: list[str]) -> None:
    await run(filled, "UPDATE alembic_version SET version_num = '9999'")

    ended = await bot(*verb, DATABASE_URL=filled.url)

    assert ended.one_line() == snapshot(
        "a newer version of the bot has changed this database: run that version, or restore a backup"
    )


@pytest.mark.parametrize("verb", [["history", "abc"], ["rebuild"]], ids=" ".join)
async def test_a_fact_of_another_version_is_told_in_one_line(filled: Database, verb: list[str]) -> None:
    ended = await bot(*verb, DATABASE_URL=filled.url)

    assert ended.one_line() == snapshot(
        "the log holds a fact that this version does not know (Prophesied): run the version that wrote it, "
        "or a newer one"
    )


@pytest.mark.parametrize("thing", ["nothing", "conversation:7:3"])
async def test_what_is_no_integration_is_told_in_one_line(filled: Database, thing: str) -> None:
    ended = await bot("history", thing, DATABASE_URL=filled.url)

    assert ended.one_line() == f"there is no integration {thing} at that time"


async def test_a_database_without_the_rights_to_it_is_told_in_one_line(filled: Database) -> None:
    await run(filled, "ALTER TABLE events RENAME TO elsewhere")

    line = (await bot("verify", DATABASE_URL=filled.url)).one_line()

    assert line.startswith(("the database refuses (", "the database does not answer ("))
    assert "DATABASE_URL" in line


def all_in(directory: Path) -> list[Path]:
    return sorted(directory.rglob("*"))


async def begun(path: Path, **environment: str) -> str:
    """The address of a database that a bot with these settings has begun and left."""
    url = f"sqlite:///{path}"
    async with storage(Settings.read({"DATABASE_URL": url, **environment}), Nobody(), lambda _: False):
        return url


async def test_beside_a_running_bot_the_read_models_are_not_made_anew(tmp_path: Path) -> None:
    url = await begun(tmp_path / "bot.db", **SECRET)

    with alone(url):
        ended = await bot("rebuild", DATABASE_URL=url)

    assert ended.one_line() == f"another process ({os.getpid()}) works on {tmp_path}/bot.db: {STOP_IT}"


async def test_a_second_bot_on_the_same_file_says_who_holds_it(app: Mapping[str, str]) -> None:
    with alone(app["DATABASE_URL"]):
        ended = await bot("run", **app, PORT=str(free_port()))

    path = app["DATABASE_URL"].removeprefix("sqlite:///")
    assert ended.one_line() == f"another process ({os.getpid()}) works on {path}: {STOP_IT}"


async def test_who_held_the_file_before_is_not_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bot.db"
    (tmp_path / "bot.db.lock").write_text("1234567\n", encoding="utf-8")

    with alone(url):
        assert (tmp_path / "bot.db.lock").read_text(encoding="utf-8") == f"{os.getpid()}\n"


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize("is_empty", [False, True])
async def test_where_there_is_no_database_none_is_made(
    tmp_path: Path,
    verb: list[str],
    is_empty: bool,  # noqa: FBT001  a table's column
) -> None:
    path = tmp_path / "data/bot.db"
    if is_empty:
        path.parent.mkdir()
        path.touch()
    before = all_in(tmp_path)

    ended = await bot(*verb, DATABASE_URL=f"sqlite:///{path}", SECRET_KEY="")

    assert (ended.status, ended.out, ended.err) == (
        2,
        "",
        f"DATABASE_URL: there is no database at {path}; {OWN}\n",
    )
    assert all_in(tmp_path) == before


async def test_a_database_that_no_bot_has_begun_is_left_alone(empty_url: str) -> None:
    database = await Database.open(empty_url)
    await run(database, "CREATE TABLE others (id INTEGER)")

    ended = await bot("verify", DATABASE_URL=empty_url)

    assert (ended.status, ended.err) == (2, f"DATABASE_URL: no bot has begun the database there; {OWN}\n")
    assert await database.read(applied) is None
    await database.close()


async def test_a_secret_key_that_is_lost_is_not_made_anew(tmp_path: Path) -> None:
    url = await begun(tmp_path / "bot.db")
    (tmp_path / "secret.key").unlink()

    ended = await bot("verify", DATABASE_URL=url, SECRET_KEY="")

    assert (ended.status, ended.err) == (
        2,
        f"SECRET_KEY: {tmp_path}/secret.key is gone, and the database beside it was begun with it; restore it "
        "from the backup, with mode 600, or give the key itself\n",
    )
    assert not (tmp_path / "secret.key").exists()


async def test_another_secret_key_opens_nothing_of_a_database(tmp_path: Path) -> None:
    url = await begun(tmp_path / "bot.db")

    ended = await bot("verify", DATABASE_URL=url)

    assert (ended.status, ended.err) == (
        2,
        "SECRET_KEY: it is not the one that this database was begun with; give that one back\n",
    )


async def test_a_bot_that_does_not_run_is_told_in_one_line(tmp_path: Path, app: Mapping[str, str]) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text(json.dumps({"zen": "x"}), encoding="utf-8")

    line = (await bot("receive", "ping", str(payload), **app, PORT=str(free_port()))).one_line()

    assert line.startswith("no bot answers at http://127.0.0.1:")
    assert line.endswith("start it with `python -m bot run`, or set PORT to where it listens")


@pytest.mark.parametrize(
    ("event", "payload", "said"),
    [
        (
            "issue_comment.created",
            '{"action": "edited"}',
            "the payload has the action edited, and not created; say issue_comment.edited",
        ),
        ("push.created", "{}", "the payload has no action, and not created; say push"),
        ("push", "[]", "the file holds no JSON object; give a payload as GitHub sends it"),
        ("push", "{", "the file holds no JSON object; give a payload as GitHub sends it"),
    ],
)
async def test_a_payload_that_is_not_what_it_is_called_is_not_delivered(
    tmp_path: Path, app: Mapping[str, str], event: str, payload: str, said: str
) -> None:
    (tmp_path / "payload.json").write_text(payload, encoding="utf-8")

    ended = await bot("receive", event, str(tmp_path / "payload.json"), **app)

    assert (ended.status, ended.out, ended.err) == (2, "", f"{said}\n")


@pytest.mark.parametrize("event", ["issue_comment created", "Issue", "../push", "push.", ""])
async def test_what_is_no_name_of_an_event_is_misuse(app: Mapping[str, str], event: str) -> None:
    ended = await bot("receive", event, "payload.json", **app)

    assert ended.status == 2
    assert ended.err.endswith(f"{event}: say it as GitHub does, such as issue_comment.created\n")


async def test_whoever_delivers_what_nobody_hears_is_told(tmp_path: Path, app: Mapping[str, str]) -> None:
    (tmp_path / "payload.json").write_text('{"action": "edited"}', encoding="utf-8")
    doors = web.Application()
    doors.router.add_post("/webhooks/github", takes_it)

    async with listening(doors, host="127.0.0.1", port=0) as port:
        ended = await bot("receive", "issue_comment", str(tmp_path / "payload.json"), **app, PORT=str(port))

    assert (ended.status, ended.out) == (0, "202 kept\n")
    assert ended.err == "no handler hears issue_comment.edited: it is kept, and nothing follows from it\n"


async def takes_it(_request: web.Request) -> web.Response:
    return web.Response(status=202, text="kept")


async def test_a_payload_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, app: Mapping[str, str]
) -> None:
    ended = await bot("receive", "ping", str(tmp_path / "none.json"), **app)

    assert ended.one_line() == (
        f"No such file or directory: '{tmp_path}/none.json': see that it is there, and that the bot may use it"
    )


async def test_a_server_without_its_database_does_not_start_and_says_so_in_one_line(
    app: Mapping[str, str],
) -> None:
    environment = {**app, "ANTHROPIC_API_KEY": "sk-ant-given", "DATABASE_URL": NOWHERE}

    line = (await bot("run", **environment)).one_line()

    assert line.startswith("the database does not answer (")


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (Conflict("log", 5), "the log has grown meanwhile: stop the bot, then ask again"),
        (
            Unavailable("database", "first\n\tsecond"),
            "the database does not answer (first second): see that it runs, and that DATABASE_URL leads to it, "
            "then ask again",
        ),
        (
            OSError(errno.EADDRINUSE, "address already in use"),
            "address already in use: stop what listens there, or set PORT",
        ),
        (TimeoutError(), "TimeoutError: see that it is there, and that the bot may use it"),
    ],
)
def test_whatever_goes_wrong_is_one_line_with_what_to_do(trouble: Exception, line: str) -> None:
    assert told(trouble) == line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["freeze", "all"], "say why behind what is to be frozen"),
        (["freeze", "repo", "acme/shop"], "say why behind what is to be frozen"),
        (["freeze", "shop", "it", "burns"], "say `all`, `org <account>` or `repo <owner>/<name>`"),
        (["freeze", "repo", "shop", "it", "burns"], "say `all`, `org <account>` or `repo <owner>/<name>`"),
        (["unfreeze", "everything"], "say `all`, `org <account>` or `repo <owner>/<name>`"),
        (["freeze", "all", "x", "--until", "Monday"], "Monday is no time"),
        (["freeze", "all", "x", "--until", "2020-01-01"], "2020-01-01 is past"),
        (["freeze", "org", "acme", "it", "burns"], "set GITHUB_APP_ID"),
        (["unfreeze", "all"], "there is no such freeze. In force: nothing is frozen"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
async def test_a_freeze_that_cannot_be_is_told_in_one_line(
    filled: Database, words: list[str], said: str
) -> None:
    ended = await bot(*words, DATABASE_URL=filled.url)

    assert (ended.status != 0, ended.out, ended.err.count("\n")) == (True, "", 1)
    assert said in ended.err
