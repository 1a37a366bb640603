"""Tools that a repository configures for itself: which it has, how they are run, and what they read of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain import toml

# What must be read to tell; every other file counts by its name alone.
TELLING_FILES: Final = ("pyproject.toml", "setup.cfg")
REPORT: Final = ".claude-bot-report.json"
FILES: Final = "{files}"
# More of them no command line takes, and nobody reads what comes of it.
MOST_FILES: Final = 300
_PYTHON: Final = (".py", ".pyi")
_SCRIPT: Final = (".js", ".jsx", ".cjs", ".mjs", ".ts", ".tsx", ".cts", ".mts", ".vue", ".svelte")
_RUFF: Final = frozenset(("ruff.toml", ".ruff.toml"))
_MYPY: Final = frozenset(("mypy.ini", ".mypy.ini"))
_MYPY_SECTION: Final = re.compile(r"^\[mypy\]", re.MULTILINE)
_ESLINT: Final = re.compile(r"eslint\.config\.[cm]?[jt]s|\.eslintrc(?:\.(?:[cm]?js|ya?ml|json))?")
# What tools and their plugins are told by, in any folder; what is installed is nobody's to bring along.
_CONFIGURATION: Final = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.cfg|tox\.ini|\.?ruff\.toml|\.?mypy\.ini|\.?pylintrc(?:\.toml)?|\.flake8"
    r"|\.bandit|pyrightconfig\.json|eslint\.config\.\w+|\.eslintrc(?:\.\w+)?|\.eslintignore|package\.json"
    r"|\.npmrc|\.yarnrc(?:\.yml)?|\.pnp\.\w+|\.babelrc(?:\.\w+)?|babel\.config\.\w+|\.browserslistrc"
    r"|tsconfig[^/]*\.json|jsconfig\.json|biome\.jsonc?|\.prettier[^/]*|prettier\.config\.\w+|\.stylelint[^/]*"
    r"|stylelint\.config\.\w+|\.editorconfig|\.golangci\.\w+|\.rubocop\.yml|clippy\.toml|\.clippy\.toml"
    r"|\.shellcheckrc|\.yamllint(?:\.ya?ml)?|\.markdownlint[^/]*|\.semgrep[^/]*|phpstan[^/]*\.neon"
    r"|\.gitignore|\.ignore|\.claude-bot-report\.json)$"
    r"|(?:^|/)node_modules/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: its command, of which `{files}` stands for those that change, and of what endings they are.

    What it says is in the file `report` afterwards, or, without one, line by line in what it prints.
    """

    name: str
    command: tuple[str, ...]
    endings: tuple[str, ...] = ()
    report: str = ""
    configuration: tuple[str, ...] = ()

    def paths(self, changed: Collection[str]) -> tuple[str, ...]:
        """Those of these that it is about, as many as are given to it."""
        meant = sorted(path for path in changed if not self.endings or path.endswith(self.endings))
        return tuple(meant[:MOST_FILES])

    def files(self, changed: Collection[str]) -> list[str]:
        """The same as they are given: a name that looks like an option is a path."""
        return [f"./{path}" for path in self.paths(changed)]

    def argv(self, changed: Collection[str]) -> list[str]:
        """Its command for these files; nothing where none of them is its business."""
        files = self.files(changed)
        if not files:
            return []
        return [word for part in self.command for word in (files if part == FILES else [part])]


# What was installed, and nothing of the working copy: there a change could lay a module of the tool's name.
_INSTALLED: Final = (
    "import runpy, sys; from os import environ, getcwd, pathsep, sep; here = getcwd() + sep; "
    "given = environ.get('PYTHONPATH', '').split(pathsep); "
    "sys.path += [each for each in given if each and not (each + sep).startswith(here)]; "
    "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
)
_RUN: Final = ("python", "-I", "-c", _INSTALLED)
RUFF: Final = Tool(
    name="ruff",
    command=(
        *(*_RUN, "ruff", "check", "--no-cache", "--force-exclude", "--no-fix"),
        *("--output-format=sarif", f"--output-file={REPORT}", "--", FILES),
    ),
    endings=_PYTHON,
    report=REPORT,
)
MYPY: Final = Tool(
    name="mypy",
    command=(
        *(*_RUN, "mypy", "--no-error-summary", "--no-pretty", "--no-color-output"),
        *("--show-error-codes", "--show-column-numbers", "--cache-dir=/dev/null", "--", FILES),
    ),
    endings=_PYTHON,
)
ESLINT: Final = Tool(
    name="eslint",
    command=(
        *("npx", "--silent", "--no-install", "eslint", "--no-error-on-unmatched-pattern", "--format=json"),
        *(f"--output-file={REPORT}", "--", FILES),
    ),
    endings=_SCRIPT,
    report=REPORT,
)


def detect(paths: Collection[str], texts: Mapping[str, str]) -> list[Tool]:
    """Those that these files configure; `texts` holds what was read of those that tell."""
    tools, names = _sections(texts.get("pyproject.toml", "")), {*paths}
    found = (
        (RUFF, bool(_RUFF & names) or "ruff" in tools),
        (
            MYPY,
            bool(_MYPY & names) or "mypy" in tools or bool(_MYPY_SECTION.search(texts.get("setup.cfg", ""))),
        ),
        (ESLINT, any(map(_ESLINT.fullmatch, names))),
    )
    return [tool for tool, is_there in found if is_there]


def decides(path: str, tools: Sequence[Tool]) -> bool:
    """Whether it says what a tool does, and so counts as the base has it."""
    named = [each for tool in tools for each in tool.configuration]
    return bool(_CONFIGURATION.search(path)) or any(f"{path}/".startswith(f"{each}/") for each in named)


def _sections(text: str) -> Collection[str]:
    """The names below `[tool]`; a file that is no TOML has none."""
    try:
        tools = toml.parsed(text).get("tool")
    except (ValueError, RecursionError):
        return ()
    return tools if isinstance(tools, dict) else ()
