"""Which paths of a repository a change may touch: the rule for every path, whoever names it."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

LONGEST_PATH_BYTES: Final = 1024
LONGEST_NAME_BYTES: Final = 255

BOT_CONFIGURATION: Final = (".github/claude-bot.yml", ".github/claude-bot.yaml")
WORKFLOWS: Final = (".github/workflows",)
# What changes who reviews, what runs at a commit, or how git reads the tree: a person approves it by name.
SENSITIVE: Final = (
    ".azure-pipelines", ".azuredevops", ".buildkite", ".builds", ".circleci", ".forgejo", ".gitea",
    ".githooks",
    ".github/actions", ".github/settings.yaml", ".github/settings.yml", ".gitlab", ".harness", ".husky",
    ".jenkins", ".semaphore", ".teamcity", ".tekton", ".woodpecker",
)  # fmt: skip
# Read by editors and agents wherever somebody opens them, and what is in them is run.
SENSITIVE_PLACES: Final = frozenset((
    ".claude",
    ".codex",
    ".cursor",
    ".devcontainer",
    ".gemini",
    ".idea",
    ".vscode",
    ".windsurf",
    ".zed",
))
SENSITIVE_NAMES: Final = frozenset((
    "codeowners",
    ".gitattributes",
    ".gitmodules",
    ".lfsconfig",
    ".envrc",
    ".mcp.json",
    ".renovaterc",
    ".huskyrc",
))
# Other services' own workflows, robots that merge or rewrite, and hooks at a commit.
SENSITIVE_NAME: Final = re.compile(
    r"(?:dependabot|\.?mergify|\.?renovate(?:rc)?|\.?appveyor|\.?bitrise|\.?codemagic|\.?lefthook(?:-local)?"
    r"|azure-pipelines(?:[-.].+)?|bitbucket-pipelines|buildspec(?:[-.].+)?|cloudbuild(?:[-.].+)?|codefresh"
    r"|wercker|\.build|\.cirrus|\.devcontainer|\.drone|\.gitlab-ci(?:[-.].+)?|\.gitpod|\.huskyrc"
    r"|\.pre-commit-(?:config|hooks)|\.readthedocs|\.semaphore|\.travis|\.woodpecker)"
    r"\.(?:ya?ml|json[5c]?|toml|star|jsonnet)|(?:action|render)\.ya?ml|netlify\.toml|vercel\.json"
    r"|jenkinsfile(?:[-.].+)?"
)

# Git's own tables of what a case-folding or ignoring file system takes for `.git` or `.gitmodules`.
GIT_NAME: Final = re.compile(r"\.git|git~\d+", re.IGNORECASE)
# What Windows takes for another file's name, for a part of one, or for a device.
SHORT_NAME: Final = re.compile(r"[^.]{1,7}~\d{1,6}(?:\.[^.]{0,3})?")
DEVICE_NAME: Final = re.compile(r"(?:con|conin\$|conout\$|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

PRINTABLE: Final = frozenset("LMNPS")
# Letters and marks that are shown as nothing (Unicode's Default_Ignorable_Code_Point outside category Cf).
IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

SECRET_NAME: Final = re.compile(
    r"\.env(?!\.(?:example|sample|template|dist)$)(?:\..+)?|\.envrc|.+\.env"
    r"|.+\.(?:pem|key|p12|pfx|jks|keystore|ppk|kdbx|tfstate)|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?"
    r"|\.netrc|\.pypirc|\.npmrc|\.pgpass|\.my\.cnf|\.htpasswd|\.git-credentials|\.dockercfg|\.vault-token"
    r"|(?:credentials|secrets)\.(?:json|ya?ml|toml|ini)|service[-_]account.*\.json",
    re.IGNORECASE,
)
# Where a tool keeps credentials under a name that elsewhere means nothing.
SECRET_PLACE: Final = re.compile(
    r"(?:.*/)?(?:\.aws/credentials|\.docker/config\.json|\.kube/config|\.ssh/(?!known_hosts$|config$)[^/]+)",
    re.IGNORECASE,
)


def check_path(path: str) -> str | None:
    """Why a change may not touch this path, as a stable code; None where it may."""
    return _shape(path) or _characters(path) or _parts(path) or _protected(path)


def is_secret_like(path: str) -> bool:
    """Whether a file of this name usually holds credentials."""
    named = SECRET_NAME.fullmatch(path.rpartition("/")[2])
    return named is not None or SECRET_PLACE.fullmatch(path) is not None


def kept_back(paths: Iterable[str], *, not_secret: Collection[str]) -> list[str]:
    """The files that neither the model nor a test is shown: their names say that they hold credentials.

    `not_secret` are those of which the repository itself says that they hold none.
    """
    return sorted(path for path in paths if is_secret_like(path) and path not in not_secret)


def _shape(path: str) -> str | None:
    if not path:
        return "empty"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "absolute"
    if "\\" in path:
        return "backslash"
    return None


def _characters(path: str) -> str | None:
    if any(unicodedata.category(one) == "Cc" for one in path):
        return "control_character"
    if not all(one == " " or unicodedata.category(one)[0] in PRINTABLE for one in path):
        return "invisible_character"
    if IGNORABLE.search(path):
        return "invisible_character"
    if len(path.encode()) > LONGEST_PATH_BYTES:
        return "too_long"
    return None


def _parts(path: str) -> str | None:
    return next((fault for part in path.split("/") if (fault := _part(part))), None)


def _part(part: str) -> str | None:
    if part in {"", ".", ".."}:
        return "traversal"
    if GIT_NAME.fullmatch(_as_git_reads_it(part)):
        return "git_directory"
    if part != part.strip(" ") or part.endswith("."):
        return "edge_space_or_dot"
    if part.startswith("-"):
        return "leading_dash"
    if _is_reserved(unicodedata.normalize("NFKC", part)):
        return "reserved_name"
    return "too_long" if len(part.encode()) > LONGEST_NAME_BYTES else None


def _is_reserved(part: str) -> bool:
    return bool(":" in part or DEVICE_NAME.fullmatch(part) or SHORT_NAME.fullmatch(part))


def _as_git_reads_it(part: str) -> str:
    """The name as the laxest file system would take it: no stream, no trailing dots or spaces."""
    return unicodedata.normalize("NFKC", part).partition(":")[0].strip(" ").rstrip(" .")


def _protected(path: str) -> str | None:
    folded = unicodedata.normalize("NFKC", path).casefold()
    if folded in BOT_CONFIGURATION:
        return "bot_configuration"
    if _is_under(folded, WORKFLOWS):
        return "workflow"
    return "needs_second_approval" if _is_sensitive(folded) else None


def _is_sensitive(path: str) -> bool:
    name = path.rpartition("/")[2]
    named = name in SENSITIVE_NAMES or SENSITIVE_NAME.fullmatch(name) is not None
    return named or _is_under(path, SENSITIVE) or not SENSITIVE_PLACES.isdisjoint(path.split("/"))


def _is_under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)
