"""What the doctor finds of the App's webhook, asked of the stand-in; every finding a plain sentence."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.doctor import CHECKS, examine, report
from bot.doors import open_bot
from bot.examining import parts
from bot.instruments import Instruments
from bot.settings import Settings
from bot.troubles import SENTENCES
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
        "WRONG webhook      GitHub cannot be reached",
        "                   in the App's settings point the webhook to PUBLIC_URL/webhooks/github, or mend PUBLIC_URL",
    ])
    assert away == snapshot([
        "WRONG clock        http://127.0.0.1:9/meta: Cannot connect to host 127.0.0.1:9 ssl:default [Connect call failed ('127.0.0.1', 9)]",
        "                   set the clock by NTP: GitHub refuses an App whose clock is off",
        "WRONG github       GitHub cannot be reached",
        "                   look at GITHUB_APP_ID and GITHUB_PRIVATE_KEY, and whether GitHub can be reached",
    ])


async def test_no_finding_begins_with_the_name_of_a_class(bot: Bot) -> None:
    names = [check.name for check in CHECKS]

    lines = await found(
        bot, *names, GITHUB_API_URL="http://127.0.0.1:9", ANTHROPIC_BASE_URL="http://127.0.0.1:9"
    )

    said = [line[19:] for line in lines if line.startswith("WRONG")]
    assert len(said) > 5
    assert [each for each in said if re.match(r"[A-Z]\w+(Error|Exception)?: |\[Errno|\(", each)] == []


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
