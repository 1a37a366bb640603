"""The settings: complete or no start, every fault at once, each with what to do."""

import re
import stat
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.application.setting_up import LONGEST_SECONDS
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.engine import STEP_SECONDS
from bot.infrastructure.resilience import POLICIES
from bot.records import SandboxLimits
from bot.secret_key import secret_key_of
from bot.setting_forms import LONGEST_TEST_RUN
from bot.setting_values import MonthlyBudget, PoolSizes, Retention, RunLimits
from bot.settings import Misconfigured, Settings
from bot.sharing import sharing

KEY: Final = "-----BEGIN PRIVATE KEY-----\nMIIcanary\n-----END PRIVATE KEY-----"
SECRET: Final = "a-webhook-secret-of-32-characters"
APP: Final = {"GITHUB_APP_ID": "17", "GITHUB_PRIVATE_KEY": KEY, "GITHUB_WEBHOOK_SECRET": SECRET}


def problems(**environ: str) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as refused:
        Settings.read(environ)
    return refused.value.problems


def test_an_empty_environment_is_set_up_mode_on_this_machine_alone() -> None:
    settings = Settings.read({"HOST": "0.0.0.0", "UNRELATED": "x"})  # noqa: S104

    assert (settings.setup_mode, settings.listen_host) == (True, "127.0.0.1")
    assert (settings.address, settings.data_directory) == ("http://localhost:8080", Path("data"))


@pytest.mark.parametrize(
    ("url", "given", "kept"),
    [
        ("sqlite:////srv/bot/bot.db", None, "/srv/bot"),
        ("sqlite:////srv/bot/bot.db", "/var/cache/bot", "/var/cache/bot"),
        ("postgresql://bot@db/bot", None, "data"),
        ("postgresql://bot@db/bot", "/var/cache/bot", "/var/cache/bot"),
    ],
)
def test_mirrors_are_kept_where_data_dir_says_or_beside_the_database(
    url: str, given: str | None, kept: str
) -> None:
    data_dir = {"DATA_DIR": given} if given else {}

    settings = Settings.read({"DATABASE_URL": url, "SECRET_KEY": "k" * 32, **data_dir})

    assert settings.data_directory == Path(kept)


@pytest.mark.parametrize(
    "url",
    ["cache:6379", "http://cache", "redis://", "redis://cache:port", "redis://cache:0", "redis://cache/db"],
)
def test_a_redis_that_cannot_be_one_stops_the_start(url: str) -> None:
    assert problems(REDIS_URL=url) == (
        "REDIS_URL: give redis://host:6379/0, or rediss:// for one that speaks TLS; "
        "for example REDIS_URL=redis://cache:6379/0",
    )


@pytest.mark.parametrize(
    "url",
    ["redis://cache", "rediss://bot:word@cache:6380/1", "redis://[::1]:6379/", "redis://c/0?protocol=2"],
)
def test_a_redis_is_taken_as_it_is_written(url: str) -> None:
    assert Settings.read({"REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize("more", ["colour=red", "socket_timeout=long", "protocol=9"])
async def test_what_redis_cannot_be_asked_for_stops_the_start(more: str) -> None:
    settings = Settings.read({"REDIS_URL": f"redis://:canary-word@cache/0?{more}"})

    with pytest.raises(Misconfigured, match="REDIS_URL") as refused:
        await AsyncExitStack().enter_async_context(sharing(settings, Crypto(b"k" * 32)))

    assert "canary" not in str(refused.value)


def test_a_data_directory_that_is_a_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert problems(DATA_DIR=str(tmp_path / "file")) == (
        "DATA_DIR: there is a file; give a directory; for example DATA_DIR=/var/lib/claude-bot",
    )


def test_the_secret_key_stays_beside_the_database_wherever_the_mirrors_are(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/database/bot.db"
    made = secret_key_of(Settings.read({"DATABASE_URL": url}))

    moved = Settings.read({"DATABASE_URL": url, "DATA_DIR": str(tmp_path / "elsewhere")})

    assert secret_key_of(moved) == made


@pytest.mark.parametrize(
    ("given", "read"),
    [("20", MonthlyBudget(Decimal(20))), ("20, 100.5", MonthlyBudget(Decimal(20), Decimal("100.5")))],
)
def test_a_month_has_a_budget_for_each_repository_and_one_for_each_account(
    given: str, read: MonthlyBudget
) -> None:
    assert Settings.read({"MONTHLY_BUDGET": given}).monthly_budget == read


def test_the_defaults_are_the_contract_with_operators() -> None:
    settings = Settings.read({})

    assert settings.run_limits == RunLimits(60, 2_000_000, Decimal(5), 120)
    assert settings.monthly_budget == MonthlyBudget(Decimal(50))
    assert settings.sandbox_limits == SandboxLimits()
    assert settings.retention_days == Retention(30, 90, 30)
    assert (settings.claude_model, settings.claude_fast_model) == ("claude-opus-5-5", "claude-haiku-5-5")
    assert (settings.github_api_url, settings.github_url) == ("https://api.github.com", "https://github.com")
    assert (settings.allow_self_approval, settings.allowed_owners) == (False, ())


def test_with_the_app_it_listens_where_it_is_told() -> None:
    settings = Settings.read(APP | {"HOST": "0.0.0.0"})  # noqa: S104

    assert (settings.setup_mode, settings.listen_host) == (False, "0.0.0.0")  # noqa: S104
    assert settings.github is not None
    assert settings.github.app_id == "17"
    assert settings.github.webhook_secrets == (SECRET.encode(),)
    assert settings.github.private_key == KEY


def test_values_are_read_as_people_write_them() -> None:
    settings = Settings.read({
        "RUN_LIMITS": " 10, 1_000, 0.50",
        "SANDBOX_LIMITS": "60,512,64,1000",
        "RETENTION_DAYS": "7, 30, 1",
        "ALLOWED_OWNERS": " my-org ,, other",
        "PUBLIC_URL": "https://bot.example.org/",
        "ALLOW_SELF_APPROVAL": "yes",
    })

    assert settings.run_limits == RunLimits(10, 1000, Decimal("0.50"))
    assert settings.sandbox_limits == SandboxLimits(seconds=60, memory_mib=512, processes=64, files=1000)
    assert settings.retention_days == Retention(7, 30, 1)
    assert settings.allowed_owners == ("my-org", "other")
    assert (settings.address, settings.allow_self_approval) == ("https://bot.example.org", True)


def test_hosts_and_indexes_of_a_set_up_are_named_exactly() -> None:
    settings = Settings.read({
        "SETUP_HOSTS": "Index.example.org, files.example.org:443,plain.example.org:80",
        "SETUP_INDEXES": "python=https://index.example.org/simple/, npm=https://npm.example.org",
    })

    assert settings.setup_hosts == ("index.example.org", "files.example.org", "plain.example.org:80")
    assert settings.setup_indexes == (
        ("PIP_INDEX_URL", "https://index.example.org/simple"),
        ("NPM_CONFIG_REGISTRY", "https://npm.example.org"),
    )


@pytest.mark.parametrize(
    "hosts",
    [
        *("10.0.0.5", "[::1]", "*.example.org", ".example.org", "localhost", "https://index.example.org"),
        *("index.example.org:8080", "index.example.org/simple", ","),
    ],
)
def test_sb_02_a_host_of_a_set_up_is_a_whole_name_and_nothing_wider(hosts: str) -> None:
    (problem,) = problems(SETUP_HOSTS=hosts)

    assert "give names of hosts" in problem


@pytest.mark.parametrize(
    ("indexes", "told"),
    [
        ("ruby=https://gems.example.org", "give python=address, npm=address, go=address"),
        ("https://index.example.org", "give python=address"),
        ("python=ftp://index.example.org", "give an http or https address"),
        ("python=https://user:key@index.example.org/simple", "without credentials"),
        (",", "give python=address"),
    ],
)
def test_sx_06_an_index_of_a_set_up_has_no_credentials(indexes: str, told: str) -> None:
    (problem,) = problems(SETUP_INDEXES=indexes)

    assert told in problem


def test_a_test_run_is_no_longer_than_its_step_can_hold() -> None:
    (problem,) = problems(SANDBOX_LIMITS="1501,512,64,1000")

    assert "SANDBOX_LIMITS" in problem
    assert "1500 seconds at most" in problem


def test_what_judges_a_change_fits_into_its_step_and_a_run_into_its_place() -> None:
    assert 4 * LONGEST_TEST_RUN + 2 * LONGEST_SECONDS < STEP_SECONDS
    assert POLICIES["sandbox"]["attempt_seconds"] > LONGEST_TEST_RUN


def test_a_run_has_two_hours_where_its_minutes_are_not_said() -> None:
    said = Settings.read({"RUN_LIMITS": "60, 2_000_000, 5, 45"})
    not_said = Settings.read({"RUN_LIMITS": "60, 2_000_000, 5"})

    assert (said.run_limits.minutes, not_said.run_limits.minutes) == (45, 120)


def test_every_problem_is_told_at_once_with_what_to_do() -> None:
    found = problems(
        PORT="many",
        DATABASE_URL="mysql://x",
        RUN_LIMITS="60",
        RETENTION_DAYS="1, 1, 1",
        PUBLIC_URL="bot.example.org",
        LOG_LEVEL="loud",
        GITHUB_APP_ID="my-app",
    )

    assert found == snapshot((
        "GITHUB_PRIVATE_KEY: it is missing; a GitHub App needs id, private key and webhook secret",
        "GITHUB_WEBHOOK_SECRET: it is missing; a GitHub App needs id, private key and webhook secret",
        "PORT: give a whole number; for example PORT=8080",
        "PUBLIC_URL: give an http or https address; for example PUBLIC_URL=https://bot.example.org",
        "DATABASE_URL: give sqlite:///path/to/file.db or postgresql://user:password@host/name; for example DATABASE_URL=postgresql://bot:password@db/bot",
        "GITHUB_APP_ID: it does not look like one; for example GITHUB_APP_ID=123456",
        "RUN_LIMITS: give 4 numbers with commas between them; for example RUN_LIMITS=60,2000000,5,120",
        "RETENTION_DAYS: give at least 7, 30, 1; for example RETENTION_DAYS=30,90,30",
        "LOG_LEVEL: give debug, info, warning or error; for example LOG_LEVEL=info",
    ))


@pytest.mark.parametrize("value", ["!", "99999", "-1", "nan", "x y"])
def test_no_problem_is_told_in_the_words_of_a_library(value: str) -> None:
    told = "\n".join(problems(**dict.fromkeys(Settings.names(), value)))

    assert told.count("; for example ") > 8
    assert not re.search(r"Input|String|Value|pattern|should|validation|cannot be read|{", told), told


def test_every_example_that_is_a_value_is_a_good_one_and_can_be_pasted() -> None:
    shown = {
        name.upper(): str(field.examples[0])
        for name, field in Settings.model_fields.items()
        if field.examples
    }
    values = {name: each for name, each in shown.items() if not re.search(r"[ $]|^/run/", each)}

    assert set(shown) - set(values) == {
        *("SECRET_KEY", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET", "METRICS_TOKEN"),
        *("GITHUB_CLIENT_SECRET", "ANTHROPIC_API_KEY", "SLACK_SIGNING_SECRET"),
        *("SLACK_APP_TOKEN", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN"),
    }
    slack = {"SLACK_CLIENT_SECRET": "c" * 32, "SLACK_SIGNING_SECRET": "s" * 32}
    with_secrets = {**APP, **values, **slack, "SECRET_KEY": "k" * 32, "GITHUB_CLIENT_SECRET": "c" * 40}
    assert Settings.read(with_secrets).run_limits.turns == 60


@pytest.mark.parametrize("owners", [", ,", ",", " "])
def test_owners_without_a_name_are_none(owners: str) -> None:
    assert problems(ALLOWED_OWNERS=owners) == (
        "ALLOWED_OWNERS: there is no name in it; give one or more, with commas between them; "
        "for example ALLOWED_OWNERS=my-org,my-other-org",
    )


@pytest.mark.parametrize(
    "secret", ["", "   ", "short", "a" * 31, f"{SECRET},short", f"{SECRET},{SECRET},{SECRET}"]
)
def test_wh_01_wh_02_an_empty_or_short_webhook_secret_stops_the_start(secret: str) -> None:
    found = problems(**APP | {"GITHUB_WEBHOOK_SECRET": secret})

    assert [problem.split(":")[0] for problem in found] == ["GITHUB_WEBHOOK_SECRET"]


def test_wh_02_an_empty_webhook_secret_alone_is_no_set_up_mode() -> None:
    found = problems(GITHUB_WEBHOOK_SECRET="")

    assert {problem.split(":")[0] for problem in found} == set(APP)


def test_wh_15_two_secrets_are_good_while_one_replaces_the_other() -> None:
    new = "b" * 32
    settings = Settings.read(APP | {"GITHUB_WEBHOOK_SECRET": f"{new}, {SECRET}"})

    assert settings.github is not None
    assert settings.github.webhook_secrets == (new.encode(), SECRET.encode())


@pytest.mark.parametrize("name", list(APP))
def test_half_an_app_is_no_app(name: str) -> None:
    found = problems(**{key: value for key, value in APP.items() if key != name})

    assert found == (f"{name}: it is missing; a GitHub App needs id, private key and webhook secret",)


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")

    settings = Settings.read({"SECRET_KEY_FILE": str(tmp_path / "secret")})

    assert secret_key_of(settings) == SECRET.encode()


def test_a_file_that_is_not_there_and_a_value_given_twice_are_problems(tmp_path: Path) -> None:
    found = problems(SECRET_KEY_FILE=str(tmp_path / "none"), HOST="a", HOST_FILE="b")

    assert [problem.split(":")[0] for problem in found] == ["HOST", "SECRET_KEY"]


def private_key_at(path: Path, mode: int) -> str:
    path.write_text(KEY)
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("name", ["GITHUB_PRIVATE_KEY", "GITHUB_PRIVATE_KEY_FILE"])
def test_a_private_key_is_read_from_its_path(tmp_path: Path, name: str) -> None:
    rest = {key: value for key, value in APP.items() if key != "GITHUB_PRIVATE_KEY"}

    settings = Settings.read(rest | {name: private_key_at(tmp_path / "app.pem", 0o600)})

    assert settings.github is not None
    assert settings.github.private_key == KEY


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_sx_11_a_private_key_that_others_may_read_stops_the_start(tmp_path: Path, mode: int) -> None:
    (problem,) = problems(**APP | {"GITHUB_PRIVATE_KEY": private_key_at(tmp_path / "app.pem", mode)})

    assert problem.startswith("GITHUB_PRIVATE_KEY: others may read its file: chmod 600 it")


@pytest.mark.parametrize(
    "text", ["-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END", "no/such/file", KEY[:40]]
)
def test_what_is_no_private_key_stops_the_start(text: str) -> None:
    (problem,) = problems(**APP | {"GITHUB_PRIVATE_KEY": text})

    assert problem.startswith("GITHUB_PRIVATE_KEY: it is n")


def test_a_private_key_on_one_line_is_understood() -> None:
    settings = Settings.read(APP | {"GITHUB_PRIVATE_KEY": KEY.replace("\n", "\\n")})

    assert settings.github is not None
    assert settings.github.private_key == KEY


def test_with_postgresql_the_secret_key_must_be_given() -> None:
    found = problems(DATABASE_URL="postgresql://bot@db/bot")

    assert found == ("SECRET_KEY: with PostgreSQL it must be given: openssl rand -hex 32",)


def test_on_sqlite_the_secret_key_is_made_once_and_only_ours_to_read(tmp_path: Path) -> None:
    settings = Settings.read({"DATABASE_URL": f"sqlite:///{tmp_path}/fresh/bot.db"})

    made, again = secret_key_of(settings), secret_key_of(settings)

    kept = tmp_path / "fresh/secret.key"
    assert made == again
    assert len(made) == 64
    assert (stat.S_IMODE(kept.stat().st_mode), [path.name for path in kept.parent.iterdir()]) == (
        0o600,
        ["secret.key"],
    )


def test_a_kept_secret_key_that_others_may_read_stops_the_start(tmp_path: Path) -> None:
    settings = Settings.read({"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})
    secret_key_of(settings)
    (tmp_path / "secret.key").chmod(0o644)

    with pytest.raises(Misconfigured, match="chmod 600"):
        secret_key_of(settings)


def test_sx_04_no_secret_shows_in_a_settings_repr_or_in_a_problem() -> None:
    canary = "canary-of-thirty-two-characters-x"
    given = APP | {
        "SECRET_KEY": canary,
        "ANTHROPIC_API_KEY": canary,
        "GITHUB_CLIENT_ID": "Iv23abcdef",
        "GITHUB_CLIENT_SECRET": canary,
        "METRICS_TOKEN": canary,
        "DATABASE_URL": f"postgresql://bot:{canary}@db/bot",
        "REDIS_URL": f"redis://:{canary}@cache/0",
    }

    settings = Settings.read(given)
    told = problems(**given | {"GITHUB_PRIVATE_KEY": canary, "DATABASE_URL": f"mysql://{canary}"})

    assert canary not in f"{settings!r} {settings} {settings.github!r} {told}"
    assert "MIIcanary" not in f"{settings!r} {settings.github!r}"
    assert {canary, SECRET, KEY} == set(settings.hidden_values())


def test_settings_do_not_change() -> None:
    settings = Settings.read({})

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize("given", ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"])
def test_one_half_of_what_signing_in_takes_stops_the_start(given: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        Settings.read({given: "a" * 20})

    (other,) = {"GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"} - {given}
    problem = f"{other}: it is missing; signing in takes the client id and the client secret"
    assert problem in refused.value.problems


def test_pools_have_a_size_each() -> None:
    given = Settings.read({"POOL_SIZES": "4, 2, 10"})

    assert (given.pool_sizes, Settings.read({}).pool_sizes) == (PoolSizes(4, 2, 10), PoolSizes(8, 16, 100))
    assert problems(POOL_SIZES="4,0,10")[0].startswith("POOL_SIZES: give at least 1, 1, 1")
    assert problems(POOL_SIZES="4")[0].startswith("POOL_SIZES: give 3 numbers with commas between them")


SLACK: Final = {"SLACK_SIGNING_SECRET": "s" * 32}
CLIENT: Final = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c" * 32}
TOKEN: Final = {"SLACK_BOT_TOKEN": "xoxb-1234-abcdefgh"}


@pytest.mark.parametrize(
    "given", [SLACK, {**SLACK, **CLIENT}, {**SLACK, **TOKEN}], ids=["heard", "many", "one"]
)
def test_a_slack_app_is_for_many_workspaces_or_for_one(given: dict[str, str]) -> None:
    assert Settings.read(given).slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**SLACK, "SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET: it is missing"),
        ({**SLACK, "SLACK_CLIENT_SECRET": "c" * 32}, "SLACK_CLIENT_ID: it is missing"),
        ({**SLACK, **CLIENT, **TOKEN}, "SLACK_BOT_TOKEN: it is for one workspace, SLACK_CLIENT_ID for many"),
        (CLIENT, "SLACK_SIGNING_SECRET: it is missing"),
        (TOKEN, "SLACK_SIGNING_SECRET: it is missing"),
        ({**SLACK, "SLACK_BOT_TOKEN": "token"}, "SLACK_BOT_TOKEN: it does not look like one"),
        ({"SLACK_APP_TOKEN": "xoxb-1234-abcdefgh"}, "SLACK_APP_TOKEN: it does not look like one"),
        ({"SLACK_API_URL": "https://slack.com/"}, "SLACK_API_URL: it has to end in /api/"),
    ],
)
def test_half_a_slack_app_and_two_of_them_stop_the_start(given: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured) as stopped:
        Settings.read(given)

    assert told in str(stopped.value)


def test_slacks_api_is_written_with_a_slash_at_its_end_or_without() -> None:
    ends = [Settings.read({"SLACK_API_URL": f"https://slack-gov.com/api{each}"}) for each in ("", "/")]

    assert {each.slack_api_url for each in ends} == {"https://slack-gov.com/api/"}
