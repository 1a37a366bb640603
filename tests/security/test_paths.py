"""RC-05 and RC-06: the paths that a change may never touch, and those it may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.paths import check_path, is_secret_like, kept_back

REFUSED = {
    "empty": [""],
    "absolute": ["/etc/passwd", "/", "//host/share", "C:/x", "c:x", "~root/.ssh/id", "~/x"],
    "backslash": ["a\\b", "..\\..\\x", "\\\\host\\share", ".git\\config"],
    "control_character": ["a\0b", "a\nb", "a\rb", "a\tb", "\x1b[31mred", "a\x7f", "a\x85b"],
    "invisible_character": [
        ".g\u200cit/config", ".git\u200d/config", "\ufeff.git/hooks/x", ".gi\u2060t/x", "a\u202etxt.exe",
        "a\u2066b", "a\u3164b", "a\U000e0041b", "a\ufe0fb", "a\u2028b", "a\u00a0b", "a\u3000b", "a\u00adb",
        "a\udcffb", "a\ue000b", "a\u034fb", "a\u115fb",
    ],
    "traversal": ["..", ".", "../x", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", "a/../../etc/passwd"],
    "git_directory": [
        ".git", ".git/config", ".GIT/config", ".Git/hooks/pre-commit", "a/.git/config", "git~1/config",
        "GIT~12/x",
        ".git /config", ".git./config", ".git. ./x", ".git::$INDEX_ALLOCATION/config", ".git:x", " .git/x",
        "\uff0egit/config", ".g\uff49t/config",
    ],
    "edge_space_or_dot": ["a ", " a", "a./b", "a/b.", "a /b", "..."],
    "leading_dash": ["-x", "a/--upload-pack=x", "-"],
    "reserved_name": ["con", "NUL.txt", "a/aux", "com1", "LPT9.log", "gitmod~1", "GITHUB~1/x", "gi7eba~1",
        "ab:c",        ".github::$INDEX_ALLOCATION/workflows/x.yml",
        ".github/workflows::$INDEX_ALLOCATION/x.yml",
        "CODEOWNERS::$DATA", ".github/claude-bot.yml:x", ".github:x/workflows/a", ".gitmodules:x", "a\uff1ab",
        ".github/CLAUDE~1.YML", "CODEOW~1", "DOCS~1/a", "CODEO~12", "conin$", "CONOUT$.txt",
        "com\u00b9", "lpt\u00b3.x", "com0", "x\uff5e1"],
    "too_long": ["a" * 256, "é" * 128, "/".join(["abcdefg"] * 130)],
    "workflow": [
        ".github/workflows/ci.yml", ".github/workflows", ".GitHub/Workflows/x.yml", ".github/workflows/a/b",
        ".github/work\uff46lows/x.yml", ".github/workflow\u017f/x.yml", ".g\uff29thub/WORKFLOWS/x.yml",
        ".github/wor\u212aflows/x.yml",
    ],
    "bot_configuration": [".github/claude-bot.yml", ".github/Claude-Bot.YML", ".github/claude-bot.yaml"],
    "needs_second_approval": [
        ".gitmodules", ".gitattributes", "sub/.gitattributes", "CODEOWNERS", "docs/codeowners",
        ".github/CODEOWNERS", ".github/dependabot.yml", ".github/actions/x/action.yml", "action.yml",
        ".husky/pre-commit", ".githooks/pre-push",
        ".circleci/config.yml", ".CircleCI/config.yml", ".gitlab-ci.yml", ".GitLab-CI.yml", ".travis.yml",
        "azure-pipelines.yml", "Azure-Pipelines-release.yaml", "Jenkinsfile", "ci/Jenkinsfile.prod",
        ".drone.yml",        "bitbucket-pipelines.yml", ".pre-commit-config.yaml", ".pre-commit-hooks.yaml",
        ".claude/settings.json",        "sub/.claude/commands/x.md", ".Claude/x", ".mcp.json",
        "sub/.MCP.json", ".vscode/tasks.json",
        ".devcontainer/devcontainer.json", ".devcontainer.json", ".mergify.yml", ".github/mergify.yml",
        "renovate.json", ".github/renovate.json5", ".renovaterc", ".renovaterc.json",
        ".buildkite/pipeline.yml",        ".woodpecker.yml", ".forgejo/workflows/x.yml", "appveyor.yml",
        "cloudbuild.yaml", "buildspec.yml",
        ".cirrus.star", "lefthook.toml", ".lfsconfig", ".envrc", ".readthedocs.yaml", "netlify.toml",
        "vercel.json", ".gitpod.yml", ".github/settings.yml", ".cursor/mcp.json", "\uff0ecircleci/config.yml",
        ".travi\u017f.yml", "\u2024mcp.json", "\uff2aenkinsfile",
    ],
}  # fmt: skip
CASES = [(path, code) for code, paths in REFUSED.items() for path in paths]

ALLOWED = (
    "a", "src/app.py", "README.md", ".gitignore", ".github/ISSUE_TEMPLATE/bug.md", ".github/workflows.md",
    "docs/.git-notes.md", "gitlab/x", "a b/c d.txt", "größe.py", "日本語/ファイル.py", "a-b_c+d@e.txt",
    "x/.env.example", "src/actions/pay.yml", "renovate.py", "docs/renovate.md",
    "claude/x", "x/mcp.json", "src/[id]/page.tsx", "a/(group)/b", "c#/x.cs", "a..b", "..a", "digit/x",
)  # fmt: skip


PROTECTED = ("workflow", "bot_configuration", "needs_second_approval")


@pytest.mark.parametrize("path", [path for code in PROTECTED for path in REFUSED[code]])
def test_rc_05_what_runs_or_decides_elsewhere_is_refused_however_it_is_spelled(path: str) -> None:
    assert check_path(path) in PROTECTED


@pytest.mark.parametrize("path", REFUSED["reserved_name"])
def test_rc_05_rc_06_a_name_that_windows_takes_for_another_is_refused(path: str) -> None:
    assert check_path(path) == "reserved_name"


@pytest.mark.parametrize(("path", "code"), CASES)
def test_rc_06_a_path_that_leaves_or_deceives_is_refused(path: str, code: str) -> None:
    assert check_path(path) == code


def test_rc_06_the_corpus_is_as_large_as_promised() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize("path", ALLOWED)
def test_an_ordinary_path_is_allowed(path: str) -> None:
    assert check_path(path) is None


@given(st.text())
def test_every_path_gets_an_answer(path: str) -> None:
    assert check_path(path) is None or check_path(path) in REFUSED


@given(st.text(max_size=40), st.sampled_from([".git", ".github/workflows", "../up"]))
def test_rc_05_no_words_around_it_open_a_protected_place(name: str, place: str) -> None:
    assert check_path(f"{place}/{name}") is not None


@pytest.mark.parametrize(
    "path",
    [".env", "a/.env.local", ".envrc", "prod.env", "x.pem", "k.KEY", "id_ed25519", "id_ecdsa_sk", ".npmrc",
     "secrets.yaml", ".aws/credentials", "home/.docker/config.json", ".kube/config", ".ssh/deploy",
     "a.tfstate"],
)  # fmt: skip
def test_sx_07_files_of_credentials_are_known_by_their_names(path: str) -> None:
    assert is_secret_like(path)


@pytest.mark.parametrize(
    "path",
    [".env.example", "a/.env.template", "env.py", "keys.py", "monkey", "secrets.py", "credentials",
     "config.json", "kube/config", ".ssh/known_hosts", ".ssh/config", "id_rsa.pub"],
)  # fmt: skip
def test_sx_07_other_files_are_shown(path: str) -> None:
    assert not is_secret_like(path)


def test_sx_07_a_file_that_the_repository_vouches_for_is_shown() -> None:
    paths = ["src/app.py", "tests/server.key", "server.key", ".env"]

    assert kept_back(paths, not_secret=["tests/server.key", "src/app.py"]) == [".env", "server.key"]
