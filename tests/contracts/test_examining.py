"""What the doctor finds of the App's webhook, asked of the stand-in; every finding a plain sentence."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from anthropic.types import ModelInfo
from inline_snapshot import snapshot

from bot.doctor import CHECKS, examine, report
from bot.doors import open_bot
from bot.examining import parts
from bot.infrastructure.observing import Nobody
from bot.instruments import Instruments
from bot.settings import Settings
from bot.storage import storage
from bot.troubles import SENTENCES
from standins.claude import Claude
from standins.claude_replies import model_info
from standins.faults import Fault
from standins.github.people import GitHub
from tests.story.running import Bot

HOOK: Final = ("webhook", "payloads", "certificate", "arrivals")
PUBLIC_URL: Final = "https://bot.example.org"
DOOR: Final = f"{PUBLIC_URL}/webhooks/github"


async def found(bot: Bot, *names: str, **environment: str) -> list[str]:
    """The doctor's lines on these checks."""
    settings = Settings.read({**bot.environment, "PUBLIC_URL": PUBLIC_URL, **environment})
    async with parts(settings) as looks:
        findings = await examine({name: looks[name] for name in names})
    return report([finding for finding in findings if finding.check.name in names]).splitlines()


def remedies() -> Mapping[str, str]:
    return {check.name: check.remedy for check in CHECKS}


async def test_a_webhook_that_is_set_up_is_well(bot: Bot, hub: GitHub) -> None:
    hub.webhook_url = DOOR

    assert await found(bot, *HOOK) == snapshot([
        "ok    webhook      leads to https://bot.example.org/webhooks/github",
        "ok    payloads     are sent as JSON",
        "ok    certificate  GitHub checks the bot's",
        "ok    arrivals     GitHub sent nothing in the last day",
    ])


@pytest.mark.parametrize(
    "url", ["https://BOT.example.org/webhooks/github", "https://bot.example.org:443/webhooks/github"]
)
async def test_the_same_address_in_other_letters_is_the_same(bot: Bot, hub: GitHub, url: str) -> None:
    hub.webhook_url = url

    (line,) = await found(bot, "webhook")

    assert line.startswith("ok")


@pytest.mark.parametrize(
    "url", [f"{DOOR}/", f"{PUBLIC_URL}/", "http://bot.example.org/webhooks/github", "https://old.example.org"]
)
async def test_a_webhook_that_leads_elsewhere_is_told(bot: Bot, hub: GitHub, url: str) -> None:
    hub.webhook_url = url

    line, remedy = await found(bot, "webhook")

    assert line == f"WRONG webhook      GitHub sends to {url}, and not to {DOOR}"
    assert remedy.strip() == remedies()["webhook"]


async def test_without_a_webhook_one_line_says_so(bot: Bot) -> None:
    assert await found(bot, *HOOK) == snapshot([
        "WRONG webhook      the App has none, so nothing will be heard",
        "                   in the App's settings point the webhook to PUBLIC_URL/webhooks/github, or mend PUBLIC_URL",
        "-     payloads     not looked at",
        "-     certificate  not looked at",
        "ok    arrivals     GitHub sent nothing in the last day",
    ])


async def test_a_webhook_of_another_form_or_without_a_check_of_the_certificate_is_told(
    bot: Bot, hub: GitHub
) -> None:
    hub.webhook_url, hub.webhook_content_type, hub.webhook_insecure_ssl = DOOR, "form", "1"

    assert await found(bot, "payloads", "certificate") == snapshot([
        "WRONG payloads     GitHub sends them as form, and the bot takes JSON alone",
        "                   in the App's settings set the webhook's content type to application/json",
        "WRONG certificate  GitHub does not check the bot's, so anybody in between could read along",
        "                   in the App's settings enable the webhook's SSL verification",
    ])


async def test_what_never_arrived_is_told_with_githubs_reason(bot: Bot, hub: GitHub) -> None:
    hub.webhook_url = "http://127.0.0.1:9/webhooks/github"
    issue = await hub.open_issue("requester", "acme/shop", "Invoices")
    for _ in range(2):
        await hub.comment("requester", "acme/shop", issue, "/claude help")
    await hub.settle()

    assert await found(bot, "arrivals") == snapshot([
        "WRONG arrivals     3 of the last day's 3 never arrived: failed to connect to host (3)",
        "                   see that GitHub can reach PUBLIC_URL; the App's settings show each under Advanced, and the running bot asks for them again",
    ])


async def test_what_arrived_at_a_second_try_has_arrived(bot: Bot, hub: GitHub) -> None:
    hub.webhook_url, hub.postman.losing = DOOR, True
    issue = await hub.open_issue("requester", "acme/shop", "Invoices")
    await hub.comment("requester", "acme/shop", issue, "/claude help")
    await hub.settle()
    settings = Settings.read({**bot.environment, "PORT": "0"})
    async with open_bot(settings, instruments=Instruments()) as (_, port):
        hub.webhook_url, hub.postman.losing = f"http://127.0.0.1:{port}/webhooks/github", False
        for delivery in hub.deliveries:
            await hub.postman.redeliver(delivery.guid)

    assert await found(bot, "arrivals") == snapshot(["ok    arrivals     all of the last day's 2 arrived"])


async def test_a_github_that_refuses_or_is_away_is_told_in_a_sentence(bot: Bot, hub: GitHub) -> None:
    hub.faults.add(Fault(kind="refuse", status=401, route="/app", message="Bad credentials", times=2))
    hub.faults.add(Fault(kind="cut", route="/app/hook/config"))

    lines = await found(bot, "github", "webhook", "clock")
    away = await found(bot, "clock", "github", GITHUB_API_URL="http://127.0.0.1:9")

    assert lines == snapshot([
        "ok    clock        agrees with GitHub's",
        "WRONG github       GitHub does not take this App's signature (describe_app: Bad credentials)",
        "                   look at GITHUB_APP_ID and GITHUB_PRIVATE_KEY, and whether GitHub can be reached",
        "-     webhook      not looked at",
    ])
    assert away == snapshot([
        "-     clock        not looked at",
        "WRONG github       GitHub cannot be reached",
        "                   look at GITHUB_APP_ID and GITHUB_PRIVATE_KEY, and whether GitHub can be reached",
    ])


async def test_where_github_is_wrong_only_that_is_told(bot: Bot) -> None:
    names = [check.name for check in CHECKS]

    lines = await found(bot, *names, GITHUB_API_URL="http://127.0.0.1:9")

    assert [
        line for line in lines if line.split()[1] in {"clock", "github", "owners", "permissions", *HOOK}
    ] == [
        "-     clock        not looked at",
        "WRONG github       GitHub cannot be reached",
        *(f"-     {name:<12} not looked at" for name in ("owners", "permissions", *HOOK)),
    ]


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, "ok    claude       {url} takes the key, and has Claude Opus 5 5"),
        ({"ANTHROPIC_API_KEY": "sk-ant-another"}, "WRONG claude       Claude does not take this key"),
        (
            {"CLAUDE_MODEL": "claude-opus-9"},
            "WRONG claude       Claude does not know the model, or this key may not use it (claude-opus-9)",
        ),
        (
            {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9"},
            "WRONG claude       Claude cannot be reached (http://127.0.0.1:9)",
        ),
    ],
)
async def test_claude_is_asked_for_the_model_with_the_key(
    bot: Bot, claude: Claude, environment: dict[str, str], line: str
) -> None:
    assert (await found(bot, "claude", **environment))[0] == line.format(url=claude.url)
    assert claude.requests == []


async def test_what_is_not_claude_is_told(bot: Bot, hub: GitHub) -> None:
    line = (await found(bot, "claude", ANTHROPIC_BASE_URL=f"{hub.url}/elsewhere"))[0]

    assert line.startswith((
        "WRONG claude       Claude does not know",
        "WRONG claude       what answers there is",
    ))


def test_a_model_of_the_stand_in_is_what_the_sdk_reads() -> None:
    read = ModelInfo.model_validate(model_info("claude-opus-5-5"))

    assert (read.id, read.lifecycle) == ("claude-opus-5-5", "active")
    assert model_info("x").keys() == ModelInfo.model_fields.keys()


@pytest.mark.parametrize(
    ("owners", "line"),
    [
        ("", "ok    owners       the App is installed on acme; served: acme"),
        ("ACME, other", "ok    owners       the App is installed on acme; served: ACME, other"),
        ("acne", "WRONG owners       the App is installed on acme; served: acne"),
    ],
)
async def test_whose_repositories_are_served_is_held_to_where_the_app_is(
    bot: Bot, owners: str, line: str
) -> None:
    assert (await found(bot, "owners", ALLOWED_OWNERS=owners))[0] == line


async def test_an_app_that_is_installed_nowhere_is_told(bot: Bot, hub: GitHub) -> None:
    await hub.uninstall("acme", by="admin")

    assert (await found(bot, "owners"))[0] == "WRONG owners       the App is installed nowhere"


def names_in(directory: Path) -> set[str]:
    return {each.name for each in directory.iterdir()}


STORED: Final = ("database", "secret", "deliveries")


async def test_a_database_that_the_bot_has_begun_is_well(bot: Bot) -> None:
    await bot.starts()
    await bot.stops()

    assert await found(bot, *STORED) == snapshot([
        "ok    database     reached, and its tables are up to date",
        "ok    secret       the one that the database was begun with",
        "ok    deliveries   none was set aside",
    ])


async def test_another_secret_key_is_told(bot: Bot) -> None:
    await bot.starts()
    await bot.stops()

    assert (await found(bot, "secret", SECRET_KEY="k" * 32))[0] == snapshot(
        "WRONG secret       SECRET_KEY: it is not the one that this database was begun with; give that one back"
    )


async def test_where_there_is_no_database_yet_none_is_made(bot: Bot, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none/bot.db"

    assert await found(bot, *STORED, DATABASE_URL=url, SECRET_KEY="") == [
        f"ok    database     none yet at {tmp_path}/none/bot.db; the first start makes it",
        "-     secret       not looked at",
        "-     deliveries   not looked at",
    ]
    assert "none" not in names_in(tmp_path)


async def test_a_file_that_is_no_database_is_told_once(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database\n" * 100)

    assert await found(bot, *STORED, DATABASE_URL=f"sqlite:///{tmp_path}/notes.txt") == snapshot([
        "WRONG database     the database does not answer (file is not a database)",
        "                   look at DATABASE_URL, and whether what it leads to is the bot's own",
        "-     secret       not looked at",
        "-     deliveries   not looked at",
    ])


async def test_a_secret_key_that_is_lost_is_told_and_not_made(bot: Bot, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fresh/bot.db"
    settings = Settings.read({"DATABASE_URL": url})
    async with storage(settings, Nobody(), lambda _: False):
        (tmp_path / "fresh/secret.key").unlink()

    line = (await found(bot, "secret", DATABASE_URL=url, SECRET_KEY=""))[0]

    assert line.startswith(f"WRONG secret       SECRET_KEY: {tmp_path}/fresh/secret.key is gone")
    assert not (tmp_path / "fresh/secret.key").exists()


async def test_no_finding_begins_with_the_name_of_a_class(bot: Bot) -> None:
    names = [check.name for check in CHECKS]

    lines = await found(
        bot, *names, GITHUB_API_URL="http://127.0.0.1:9", ANTHROPIC_BASE_URL="http://127.0.0.1:9"
    )

    said = [line[19:] for line in lines if line.startswith("WRONG")]
    assert len(said) > 1
    assert [each for each in said if re.match(r"[A-Z]\w+(Error|Exception)?: |\[Errno|\(", each)] == []


async def test_a_cache_of_its_own_is_well_and_a_redis_that_is_away_is_told(bot: Bot) -> None:
    own = await found(bot, "cache")
    away = await found(bot, "cache", REDIS_URL="redis://bot:canary-password@127.0.0.1:9/0")

    assert own == snapshot(["ok    cache        each process has its own; REDIS_URL is not set"])
    assert away == snapshot([
        "WRONG cache        Redis does not answer (Error 111 connecting to 127.0.0.1:9. Connect call failed ('127.0.0.1', 9).)",
        "                   look at REDIS_URL, and whether Redis runs; until then each process has a cache of its own",
    ])


async def test_the_data_directory_is_tried_out(bot: Bot, tmp_path: Path) -> None:
    (line,) = await found(bot, "data", DATA_DIR=str(tmp_path / "new"))

    assert line.startswith(f"ok    data         {tmp_path}/new, ")
    assert list((tmp_path / "new").iterdir()) == []


async def test_a_data_directory_that_cannot_be_written_is_told(bot: Bot) -> None:
    lines = await found(bot, "data", DATA_DIR="/proc/claude-bot")

    assert lines == snapshot([
        "WRONG data         No such file or directory: '/proc/claude-bot'",
        "                   set DATA_DIR to a directory that the bot may write, with a gigabyte free",
    ])


def test_every_sentence_is_one() -> None:
    assert [each for each in SENTENCES.values() if not re.fullmatch(r"[a-zA-Z' ,]+[a-zA-Z]", each)] == []


@pytest.mark.parametrize(
    ("rights", "events", "told"),
    [
        (
            ("actions",),
            (),
            "without actions the logs of failing jobs are not seen and no workflow can deploy",
        ),
        (("statuses",), (), "without statuses no repository can say `tester: checks`"),
        ((), ("status",), "without event status commit statuses are seen later"),
        (
            (),
            ("member", "team"),
            "without event member, event team that somebody may do less is noticed a minute later",
        ),
        (
            ("members", "statuses"),
            ("status",),
            "without members, statuses, event status no owner can freeze an account, "
            "no repository can say `tester: checks`, commit statuses are seen later",
        ),
    ],
)
async def test_without_a_right_or_an_event_that_may_be_left_out_the_app_is_well(
    bot: Bot, hub: GitHub, rights: tuple[str, ...], events: tuple[str, ...], told: str
) -> None:
    there = hub.app.permissions.items()
    hub.app.permissions = {name: level for name, level in there if name not in rights}
    hub.app.events = tuple(event for event in hub.app.events if event not in events)

    [line] = await found(bot, "permissions")

    assert line == f"ok    permissions  all that is needed; {told}"


async def test_an_app_that_was_made_before_workflows_could_deploy_is_well(bot: Bot, hub: GitHub) -> None:
    hub.app.permissions = {**hub.app.permissions, "actions": "read"}
    hub.app.events = tuple(event for event in hub.app.events if event != "workflow_run")

    assert await found(bot, "permissions") == snapshot([
        "ok    permissions  all that is needed; without actions: write, event workflow_run no workflow can deploy, the end of a workflow that deploys is looked for and not told"
    ])


async def test_a_right_or_an_event_that_is_needed_is_missed(bot: Bot, hub: GitHub) -> None:
    hub.app.permissions = {
        name: level for name, level in hub.app.permissions.items() if name not in {"checks", "statuses"}
    }
    hub.app.events = tuple(event for event in hub.app.events if event not in {"check_run", "push"})

    [told, *_] = await found(bot, "permissions")

    assert told.endswith("missing: checks: write, event check_run, event push")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {},
            "ok    sign-in      not set up, so nobody can; it takes GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET",
        ),
        (
            {"PUBLIC_URL": PUBLIC_URL},
            f"ok    sign-in      set up; the App's callback URL has to be {PUBLIC_URL}/auth/callback",
        ),
        (
            {"PUBLIC_URL": "http://bot.example.org"},
            "WRONG sign-in      nobody can sign in: http://bot.example.org is not reached over TLS, and cookies have to be",
        ),
    ],
    ids=["not set up", "set up", "plain"],
)
async def test_whether_people_can_sign_in_is_told(bot: Bot, given: dict[str, str], says: str) -> None:
    client = {"GITHUB_CLIENT_ID": "Iv23abc", "GITHUB_CLIENT_SECRET": "c" * 40} if given else {}

    found_ = await found(bot, "sign-in", **given, **client)

    assert found_[0] == says
    assert (len(found_) == 2) == says.startswith("WRONG")
