"""The documentation says what the code does."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from bot.command_line import arguments
from bot.services import SERVICES
from bot.settings import Settings
from bot.web import api_refusals, api_words, auth_words
from tests.manners.documents import OPERATIONS, with_settings

ROOT: Final = Path(__file__).parents[2]
DOCUMENT: Final = OPERATIONS.read_text(encoding="utf-8")


def test_the_settings_table_is_the_settings() -> None:
    assert with_settings(DOCUMENT) == DOCUMENT, "python -m tests.manners.documents"


def test_every_setting_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", DOCUMENT, re.MULTILINE)) == set(Settings.names())


PATHS: Final = {
    "auth": "/auth",
    "links": "/slack/link",
    "webhooks": "/webhooks/github",
    "slack": "/slack",
    "setup": "/setup",
    "schemas": "/schemas/claude-bot.json",
    "api": "/api/v1",
    "tokens": "/auth/token",
    "jwks": "/.well-known/jwks.json",
}


def test_the_services_table_is_the_services() -> None:
    def named(names: Iterable[str]) -> str:
        return ", ".join(f"`{name}`" for name in names) or "none"

    rows = [
        f"| `{it.name}` | {named(PATHS[route] for route in it.routes)} | {named(it.queues)} |"
        for it in SERVICES
    ]
    table = DOCUMENT.partition("<!-- services")[2].partition("<!-- /services -->")[0]

    assert [line for line in table.splitlines() if line.startswith("| `")] == rows


def test_every_code_of_the_door_is_explained() -> None:
    sources = [
        (ROOT / f"bot/web/{name}.py").read_text(encoding="utf-8")
        for name in ("webhooks", "slack", "slack_bodies", "reading", "families")
    ]
    codes = {
        code for source in sources for code in re.findall(r'(?:Refused\(\d+, |Unavailable\()"(\w+)"', source)
    }

    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in DOCUMENT} == set()


def test_every_code_of_the_api_is_explained() -> None:
    page = (ROOT / "docs/guide/api.md").read_text(encoding="utf-8")
    sources = [
        path.read_text(encoding="utf-8")
        for name in ("api*.py", "auth*.py", "browser.py")
        for path in (ROOT / "bot/web").glob(name)
    ]
    codes = {
        code for source in sources for code in re.findall(r'(?:Refused\(\d+, |_shaped\(.*, )"(\w+)"', source)
    }

    assert len(codes) > 7
    known = (*codes, *api_words.KEY, *auth_words.WHY, *api_refusals.STATUSES)
    assert {code for code in known if f"`{code}`" not in page} == set()


def test_every_figure_is_explained() -> None:
    source = (ROOT / "bot/infrastructure/metrics.py").read_text(encoding="utf-8")
    figures = set(re.findall(r'"(bot_\w+)"', source))

    assert len(figures) > 5
    assert {figure for figure in figures if f"`{figure}" not in DOCUMENT} == set()


VERBS: Final = {
    "freeze",
    "freezes",
    "unfreeze",
    "run",
    "doctor",
    "receive",
    "deliveries",
    "history",
    "keys",
    "members",
    "passport",
    "verify",
    "rebuild",
}
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_verb_that_is_named_is_one(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert set(named) <= verbs


def test_no_file_names_a_place_that_is_not_the_projects() -> None:
    foreign = re.compile(r"[/]work/(?:main|shared)|[/]tmp/w/|pypi[.]org|pythonhosted[.]org")
    command = ["git", "ls-files", "-z"]
    kept = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  our own
    files = [ROOT / name for name in kept.stdout.split("\0") if name and "tests/contracts/data/" not in name]

    found = [
        str(file.relative_to(ROOT)) for file in files if file.is_file() and foreign.search(readable(file))
    ]

    assert len(files) > 50
    assert found == []


def readable(file: Path) -> str:
    return file.read_bytes().decode("utf-8", errors="replace")


BY_HAND: Final = re.compile(r"^python -m bot ([^#\n]+?) +#", re.MULTILINE)


def test_every_example_of_a_verb_is_one_and_every_verb_has_one() -> None:
    asked = [arguments(line.split()) for line in BY_HAND.findall(DOCUMENT.replace("<id>", "id"))]

    assert {each.verb for each in asked} | {"run"} == VERBS
    assert {name for each in asked for name, given in vars(each).items() if given} >= {"at", "head", "again"}


def test_there_is_a_changelog() -> None:
    assert "## " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_says_a_paragraph_twice(page: Path) -> None:
    lines = FENCED.sub("", page.read_text(encoding="utf-8")).splitlines()
    begun = Counter(line[:45] for line in lines if len(line) > 60 and not line.startswith(("|", "#", "`")))
    assert [line for line, times in begun.items() if times > 1] == []
