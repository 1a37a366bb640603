"""The settings: read once, complete or no start, every fault at once; the only reader of the environment."""

import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError

from bot import setting_slack as of_slack
from bot.credentials import AppCredentials
from bot.records import SandboxLimits
from bot.setting_forms import (
    Address,
    Database,
    Directory,
    Hosts,
    Indexes,
    Kept,
    Listed,
    Model,
    Monthly,
    Pools,
    PrivateKey,
    Rates,
    Redis,
    Runs,
    Sandboxes,
    Secret,
    WebhookSecret,
    given_in,
    missing_in,
    parts_of,
    secret_files,
    worded,
)
from bot.setting_values import ApiRates, MonthlyBudget, PoolSizes, Retention, RunLimits

SHORTEST_HIDDEN: Final = 8  # shorter ones would black out ordinary words


class Misconfigured(Exception):
    """The settings do not make a bot; each problem says what to do about it."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Settings(BaseModel):
    """Every setting; a `*_FILE` variant of each reads it from a file."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper, hide_input_in_errors=True)

    host: str = Field("127.0.0.1", description="where the web server listens", examples=["192.0.2.10"])
    port: int = Field(8080, ge=0, le=65535, description="the web server's port", examples=["8080"])
    public_url: Address | None = Field(
        None,
        description="how the outside reaches it; `http://localhost:PORT` if not set",
        examples=["https://bot.example.org"],
    )
    database_url: Database = Field(
        "sqlite:///./data/bot.db",
        repr=False,
        description="the database: one SQLite file, or PostgreSQL",
        examples=["postgresql://bot:password@db/bot"],
    )
    data_dir: Directory | None = Field(
        None,
        description="where the mirrors of the repositories, the working copies and what set-ups installed "
        "are kept, and nothing else; beside the SQLite file if not set, with PostgreSQL in `./data`",
        examples=["/var/lib/claude-bot"],
    )
    redis_url: Redis | None = Field(
        None,
        repr=False,
        description="shared cache, sealed; in the process if not set",
        examples=["redis://cache:6379/0"],
    )
    secret_key: Secret | None = Field(
        None,
        description="encrypts what is stored; on SQLite made on first start and kept beside the database, "
        "with `postgresql://` it must be given",
        examples=["$(openssl rand -hex 32)"],
    )
    github_app_id: str | None = Field(
        None, pattern=r"^[0-9]+$", description="the GitHub App's number", examples=["123456"]
    )
    github_private_key: PrivateKey | None = Field(
        None,
        description="its private key: the PEM, or the path of a file that nobody else may read",
        examples=["/run/secrets/github.pem"],
    )
    github_webhook_secret: WebhookSecret | None = Field(
        None,
        description="signs its deliveries: at least 32 bytes; while it is being changed, the new one and the "
        "old one with a comma between them",
        examples=["$(openssl rand -hex 32)"],
    )
    github_client_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="the App's client id, by which people sign in with GitHub",
        examples=["Iv23abcdef"],
    )
    github_client_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="the App's client secret; nobody can sign in without both",
        examples=["the App's client secret"],
    )
    github_api_url: Address = Field(
        "https://api.github.com",
        description="GitHub's REST API; another on GitHub Enterprise Server",
        examples=["https://github.example.org/api/v3"],
    )
    github_url: Address = Field(
        "https://github.com", description="GitHub's pages", examples=["https://github.example.org"]
    )
    slack_signing_secret: of_slack.Signing = None
    slack_client_id: of_slack.ClientId = None
    slack_client_secret: of_slack.ClientSecret = None
    slack_bot_token: of_slack.BotToken = None
    slack_app_token: of_slack.AppToken = None
    slack_outsiders: of_slack.Outsiders = ()
    slack_api_url: of_slack.Api = "https://slack.com/api/"
    anthropic_api_key: SecretStr | None = Field(
        None,
        min_length=8,
        description="the key for Claude; once a GitHub App is set up, the service `ai` needs it to start",
        examples=["the key from the console"],
    )
    anthropic_base_url: Address | None = Field(
        None, description="where Claude answers, if not at Anthropic", examples=["https://claude.example.org"]
    )
    claude_model: Model = Field(
        "claude-opus-5-5", description="the model that writes and reviews", examples=["claude-opus-5-5"]
    )
    claude_fast_model: Model = Field(
        "claude-haiku-5-5",
        description="the model for small questions: what plain words to the bot mean",
        examples=["claude-haiku-5-5"],
    )
    allowed_owners: Listed = Field(
        (),
        description="accounts whose repositories are served; only the App's own owner if not set",
        examples=["my-org,my-other-org"],
    )
    run_limits: Runs = Field(
        RunLimits(60, 2_000_000, Decimal(5)),
        description="ceilings of one run: turns, tokens, US dollars, minutes of work until it is up for "
        "approval (120 if left out)",
        examples=["60,2000000,5,120"],
    )
    monthly_budget: Monthly = Field(
        MonthlyBudget(Decimal(50)),
        description="US dollars a month for each repository, and for each account (no ceiling if left out)",
        examples=["50,500"],
    )
    sandbox_limits: Sandboxes = Field(
        SandboxLimits(),
        description="ceilings of one test run: seconds (1500 at most), MiB, processes, files",
        examples=["900,2048,256,100000"],
    )
    setup_hosts: Hosts = Field(
        (),
        description="hosts from which a set-up may fetch what the tests need, by HTTPS, or as `host:80` "
        "plain; none if not set, and then nothing is looked for that needs any",
        examples=["index.example.org,files.example.org"],
    )
    setup_indexes: Indexes = Field(
        (),
        description="the package indexes that a set-up asks in place of the tools' own: `python=`, `npm=`, "
        "`go=` and an address without credentials",
        examples=["python=https://index.example.org/simple,npm=https://npm.example.org"],
    )
    retention_days: Kept = Field(
        Retention(30, 90, 30),
        description="days that deliveries, workflows and transcripts are kept, a run's from its end",
        examples=["30,90,30"],
    )
    allow_self_approval: bool = Field(
        default=False,
        description="whether the one who asked may be the only approver; for a single maintainer",
        examples=["true"],
    )
    engine_polls_seconds: float = Field(
        0.2, ge=0.01, le=5, description="how often the engine looks for work", examples=["0.2"]
    )
    drain_seconds: int = Field(
        0, ge=0, le=600, description="seconds that a process told to stop answers on", examples=["15"]
    )
    pool_sizes: Pools = Field(
        PoolSizes(8, 16, 100),
        description="connections: PostgreSQL (the engine as many, plus 10), Redis, and GitHub for each use",
        examples=["8,16,100"],
    )
    metrics_token: SecretStr | None = Field(
        None,
        min_length=16,
        description="bearer token for `/metrics`; this machine alone if not set, nobody with a `PUBLIC_URL`",
        examples=["$(openssl rand -hex 32)"],
    )
    api_rate_limits: Rates = Field(
        ApiRates(100, 1000),
        description="requests to the API a minute and an hour, of each key, and of each address without one",
        examples=["100,1000"],
    )
    trusted_proxies: int = Field(
        0, ge=0, le=9, description="how many proxies in front add to `X-Forwarded-For`", examples=["1"]
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="from which level on things are logged", examples=["info"]
    )
    log_format: Literal["console", "json"] | None = Field(
        None, description="how; `console` on a terminal and else `json` if not set", examples=["json"]
    )

    _secret_files: tuple[Path, ...] = PrivateAttr(default=())

    def model_post_init(self, context: object, /) -> None:
        """The files that it was read from are handed to it beside the values."""
        self._secret_files = context if isinstance(context, tuple) else ()

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings of this environment. Raises Misconfigured with every problem at once."""
        environ = os.environ if environ is None else environ
        given, problems = given_in(cls.names(), environ)
        problems += missing_in(given) + of_slack.at_odds_in(given)
        try:
            settings = cls.model_validate(given, context=secret_files(cls.names(), environ))
        except ValidationError as error:
            raise Misconfigured(
                *problems, *(worded(it, cls.model_fields) for it in error.errors(include_url=False))
            ) from None
        if problems:
            raise Misconfigured(*problems)
        return settings

    @classmethod
    def names(cls) -> list[str]:
        """Every setting's name."""
        return [name.upper() for name in cls.model_fields]

    @property
    def github(self) -> AppCredentials | None:
        """The App, once it is set up."""
        if not (self.github_app_id and self.github_private_key and self.github_webhook_secret):
            return None
        return AppCredentials(
            app_id=self.github_app_id,
            private_key=self.github_private_key.get_secret_value(),
            webhook_secrets=tuple(part.encode() for part in parts_of(self.github_webhook_secret)),
        )

    @property
    def setup_mode(self) -> bool:
        """Without GitHub settings there is only the set-up page, on this machine alone."""
        return self.github is None

    @property
    def listen_host(self) -> str:
        """Where to listen: in set-up mode never beyond this machine."""
        return "127.0.0.1" if self.setup_mode else self.host

    @property
    def address(self) -> str:
        """How the outside reaches the bot."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def data_directory(self) -> Path:
        """Where mirrors and working copies are kept."""
        return self.data_dir or self.beside_the_database

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a file, which takes one process."""
        return self.database_url.startswith("sqlite")

    @property
    def beside_the_database(self) -> Path:
        """The SQLite file's directory; with PostgreSQL ./data."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path).parent if scheme == "sqlite" else Path("data")

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """What no program of a repository may see: data, database, and the files that hold secrets."""
        return (self.data_directory, self.beside_the_database, *self._secret_files)

    def hidden_values(self) -> list[str]:
        """Every value that no log may ever show."""
        hidden = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        parts = [part.strip() for secret in hidden for part in (secret, *secret.split(","))]
        passwords = [unquote(urlsplit(at).password or "") for at in (self.database_url, self.redis_url or "")]
        return sorted({value for value in (*parts, *passwords) if len(value) >= SHORTEST_HIDDEN})
