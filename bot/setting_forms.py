"""What a setting may look like: from the text of an environment to a value, or a reason why not."""

import re
import stat
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.records import SandboxLimits
from bot.setting_values import ApiRates, MonthlyBudget, PoolSizes, Retention, RunLimits

_TOGETHER: Final = "a GitHub App needs id, private key and webhook secret"
_THE_APP: Final = ("GITHUB_APP_ID", "GITHUB_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET")
_HOST: Final = re.compile(r"(?=[a-z0-9.-]*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::80)?")
# What each tool reads its index from.
_INDEXES: Final = {"python": "PIP_INDEX_URL", "npm": "NPM_CONFIG_REGISTRY", "go": "GOPROXY"}
# Empty, each of these would let in whoever signs with nothing: that is no way of leaving one out.
_NEVER_EMPTY: Final = ("GITHUB_WEBHOOK_SECRET", "SLACK_SIGNING_SECRET")
SHORTEST_SECRET: Final = 32  # bytes
LONGEST_TEST_RUN: Final = 1500  # seconds: a change is judged by up to four in one step of the engine


# What is wrong with a value, by pydantic's own name for it: what to give instead.
SENTENCES: Final[Mapping[str, str]] = {
    "bool_parsing": "give true or false",
    "decimal_parsing": "give a number",
    "finite_number": "give a number",
    "float_parsing": "give a number",
    "greater_than_equal": "give {ge} or more",
    "int_parsing": "give a whole number",
    "less_than_equal": "give {le} or less",
    "literal_error": "give {expected}",
    "string_pattern_mismatch": "it does not look like one",
    "too_short": "it must have at least {min_length} characters",
}


def sentence_of(kind: str, told: str, facts: Mapping[str, object]) -> str:
    """What to give instead; what a form of ours told stands as it is."""
    if kind == "value_error":
        return told.removeprefix("Value error, ")
    plain = {name: str(fact).replace("'", "") for name, fact in facts.items()}
    return SENTENCES.get(kind, "it cannot be read").format_map(plain)


def worded(fault: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    """One problem for a person: which setting, what is wrong, what would be right; never the value."""
    name = str(fault["loc"][0])
    reason = sentence_of(fault["type"], fault["msg"], fault.get("ctx", {}))
    example = (fields[name.lower()].examples or [""])[0]
    return f"{name}: {reason}; for example {name}={example}"


def _listed(text: object) -> object:
    if not isinstance(text, str):
        return text
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not names:
        raise ValueError("there is no name in it; give one or more, with commas between them")
    return names


def _hosts(given: object) -> object:
    if not isinstance(given, str):
        return given
    names = [part.strip().lower().removesuffix(":443") for part in given.split(",") if part.strip()]
    if not names or not all(map(_HOST.fullmatch, names)):
        raise ValueError(
            "give names of hosts with commas between them, none by its address; a port may be :80"
        )
    return tuple(names)


def _indexes(given: object) -> object:
    if not isinstance(given, str):
        return given
    parts = [part.strip().partition("=") for part in given.split(",") if part.strip()]
    if not parts or not all(tool in _INDEXES for tool, _, _ in parts):
        raise ValueError(f"give {', '.join(f'{tool}=address' for tool in _INDEXES)}, or some of them")
    if any("@" in urlsplit(_address(address)).netloc for _, _, address in parts):
        raise ValueError("give addresses without credentials: what runs there could read them")
    return tuple((_INDEXES[tool], _address(address)) for tool, _, address in parts)


def _numbers(text: object, least: tuple[int, ...]) -> list[Decimal]:
    parts = str(text).replace("_", "").split(",")
    if len(parts) != len(least) or not all(re.fullmatch(r"\s*\d+(\.\d+)?\s*", part) for part in parts):
        raise ValueError(f"give {len(least)} numbers with commas between them")
    numbers = [Decimal(part.strip()) for part in parts]
    if any(number < floor for number, floor in zip(numbers, least, strict=True)):
        raise ValueError(f"give at least {', '.join(map(str, least))}")
    return numbers


def _run_limits(given: object) -> object:
    if isinstance(given, RunLimits):
        return given
    parts = 3 if str(given).count(",") == 2 else 4  # noqa: PLR2004  the minutes came later
    turns, tokens, dollars, *minutes = _numbers(given, least=(1, 1, 0, 1)[:parts])
    return RunLimits(int(turns), int(tokens), dollars, *map(int, minutes))


def _monthly_budget(given: object) -> object:
    if isinstance(given, MonthlyBudget):
        return given
    return MonthlyBudget(*_numbers(given, least=(0, 0)[: 1 + ("," in str(given))]))


def _sandbox_limits(given: object) -> object:
    if isinstance(given, SandboxLimits):
        return given
    seconds, memory_mib, processes, files = map(int, _numbers(given, least=(1, 64, 1, 1)))
    if seconds > LONGEST_TEST_RUN:
        raise ValueError(f"a test run may take {LONGEST_TEST_RUN} seconds at most")
    return SandboxLimits(seconds=seconds, memory_mib=memory_mib, processes=processes, files=files)


def _retention(given: object) -> object:
    if isinstance(given, Retention):
        return given
    # A delivery must be known again for as long as GitHub may send it again: seven days; the engine, thirty.
    return Retention(*map(int, _numbers(given, least=(7, 30, 1))))


def _rates(given: object) -> object:
    return given if isinstance(given, ApiRates) else ApiRates(*map(int, _numbers(given, least=(1, 1))))


def _pools(given: object) -> object:
    return given if isinstance(given, PoolSizes) else PoolSizes(*map(int, _numbers(given, least=(1, 1, 1))))


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("give an http or https address")
    return text.rstrip("/")


def _database(text: str) -> str:
    if re.fullmatch(r"sqlite:///(?!:memory:).+", text):
        return text
    if text.startswith("postgresql://") and urlsplit(text).hostname:
        return text
    raise ValueError("give sqlite:///path/to/file.db or postgresql://user:password@host/name")


def _redis(text: str) -> str:
    parts = urlsplit(text)
    place = parts.hostname and re.fullmatch(r"(/\d*)?", parts.path) and not parts.fragment
    if parts.scheme not in {"redis", "rediss"} or not place or not is_port(parts):
        raise ValueError("give redis://host:6379/0, or rediss:// for one that speaks TLS")
    return text


def is_port(parts: SplitResult) -> bool:
    """Whether the port, where there is one, is a number that a port can have."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _directory(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise ValueError("there is a file; give a directory")
    return path


def _long_enough(secret: SecretStr, remedy: str = "openssl rand -hex 32") -> SecretStr:
    if len(secret.get_secret_value().strip().encode()) < SHORTEST_SECRET:
        raise ValueError(f"it must have at least {SHORTEST_SECRET} bytes: {remedy}")
    return secret


def _webhook_secrets(secret: SecretStr, remedy: str = "openssl rand -hex 32") -> SecretStr:
    parts = parts_of(secret)
    if len(parts) > 2:  # noqa: PLR2004  the new one and the old one
        raise ValueError("give one secret, or two with a comma between them while one replaces the other")
    for part in parts:
        _long_enough(SecretStr(part), remedy)
    return secret


def _signing_secrets(secret: SecretStr) -> SecretStr:
    return _webhook_secrets(secret, "copy it whole from the Slack app's page, Basic Information")


def parts_of(secret: SecretStr | None) -> tuple[str, ...]:
    """Each of the secrets that one setting holds, with commas between them."""
    return () if secret is None else tuple(part.strip() for part in secret.get_secret_value().split(","))


def _private_key(secret: SecretStr) -> SecretStr:
    """A PEM, or the path of one that nobody else may read."""
    text = secret.get_secret_value().strip().replace("\\n", "\n")
    if not text.startswith("-----BEGIN"):
        text = _read_private(Path(text)).strip()
    if not re.fullmatch(r"-----BEGIN (RSA )?PRIVATE KEY-----[^-]+-----END (RSA )?PRIVATE KEY-----", text):
        raise ValueError("it is no unencrypted private key in PEM form: generate one in the App's settings")
    return SecretStr(text)


def _read_private(path: Path) -> str:
    if not path.is_file():
        raise ValueError("it is neither a PEM nor the path of a file")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError("others may read its file: chmod 600 it")
    return path.read_text(encoding="utf-8")


def secret_files(names: Iterable[str], environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that settings were read from; the private key may be given as the path of one."""
    key = environ.get("GITHUB_PRIVATE_KEY", "").strip()
    given = [environ.get(f"{name}_FILE") for name in names]
    return tuple(Path(path) for path in (*given, key) if path and not path.startswith("-----BEGIN"))


def given_in(names: list[str], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What this environment gives for these settings, and what is wrong with how."""
    given: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        try:
            text = _text(name, environ)
        except ValueError as error:
            problems.append(f"{name}: {error}")
        else:
            given |= {name: text} if text or (name in _NEVER_EMPTY and text is not None) else {}
    return given, problems


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    """What is given for a setting, here or in its file; the private key's form reads its file itself."""
    path = environ.get(f"{name}_FILE")
    if path and name in environ:
        raise ValueError(f"give it or {name}_FILE, not both")
    if not path or name == "GITHUB_PRIVATE_KEY":
        return path or environ.get(name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"{name}_FILE names no file that can be read as text") from None


def missing_in(given: Mapping[str, str]) -> list[str]:
    """What must be given because something else is."""
    missing = [name for name in _THE_APP if name not in given]
    is_begun = any(name.startswith("GITHUB_") and not name.endswith("_URL") for name in given)
    problems = [f"{name}: it is missing; {_TOGETHER}" for name in missing if is_begun]
    both = [name for name in ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET") if name not in given]
    if len(both) == 1:
        problems.append(f"{both[0]}: it is missing; signing in takes the client id and the client secret")
    if given.get("DATABASE_URL", "").startswith("postgresql://") and "SECRET_KEY" not in given:
        problems.append("SECRET_KEY: with PostgreSQL it must be given: openssl rand -hex 32")
    return problems


Hosts = Annotated[tuple[str, ...], BeforeValidator(_hosts)]
Indexes = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_indexes)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Address = Annotated[str, AfterValidator(_address)]
Model = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*$")]
Secret = Annotated[SecretStr, AfterValidator(_long_enough)]
Database = Annotated[str, AfterValidator(_database)]
Directory = Annotated[Path, AfterValidator(_directory)]
Redis = Annotated[str, AfterValidator(_redis)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secrets)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secrets)]
PrivateKey = Annotated[SecretStr, AfterValidator(_private_key)]
Runs = Annotated[RunLimits, BeforeValidator(_run_limits)]
Monthly = Annotated[MonthlyBudget, BeforeValidator(_monthly_budget)]
Sandboxes = Annotated[SandboxLimits, BeforeValidator(_sandbox_limits)]
Pools = Annotated[PoolSizes, BeforeValidator(_pools)]
Rates = Annotated[ApiRates, BeforeValidator(_rates)]
Kept = Annotated[Retention, BeforeValidator(_retention)]
