"""README, guide and security page say what the code does."""

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from bot.application.configuration import Configuration
from bot.application.configuration_schema import schema_text
from bot.domain.states import MOVES
from bot.services import NAMES
from bot.settings import Settings
from handlers import COMMANDS, SLACK_COMMANDS
from tests.manners.pages import GUIDE, PARTS, README, ROOT, SCHEMA, as_generated

DOCS: Final = ROOT / "docs"
PAGES: Final = [README, *sorted(DOCS.rglob("*.md"))]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", [README, GUIDE], ids=named)
def test_what_is_generated_is_what_the_code_says(page: Path) -> None:
    assert as_generated(text(page)) == text(page), "python -m tests.manners.pages"


def test_every_part_is_shown_somewhere() -> None:
    shown = re.findall(r"<!-- (\w+): generated", text(README) + text(GUIDE))

    assert set(shown) == set(PARTS)


def test_the_readme_draws_every_move() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", text(README), re.MULTILINE))

    assert drawn == {(str(start), str(end)) for start, ends in MOVES.items() for end in ends}


def test_every_state_is_explained() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", text(GUIDE).partition("## When it fails")[0], re.MULTILINE)

    assert rows == [str(state) for state in MOVES]


def test_every_command_that_is_mentioned_is_one() -> None:
    spoken = {word for page in PAGES for word in re.findall(r"/claude ([a-z]+)", text(page))}

    assert spoken <= {*COMMANDS, *SLACK_COMMANDS}
    assert "integrate" in spoken


def test_the_page_of_slack_shows_each_command_as_it_is_typed_there() -> None:
    shown = re.findall(r"^\| `/claude ([^`]+)` \|", text(DOCS / "guide/slack.md"), re.MULTILINE)

    assert sorted(shown) == sorted(command.usage for command, _ in SLACK_COMMANDS.values())


def test_the_example_configuration_is_a_valid_one_and_shows_every_key() -> None:
    example = re.search(r"```yaml\n(.*?)```", text(GUIDE), re.DOTALL)

    assert example is not None
    assert set(yaml.safe_load(example[1])) == set(Configuration.model_fields)
    assert Configuration.model_validate(yaml.safe_load(example[1])).command


def test_the_schema_that_is_kept_here_is_the_one_that_is_published() -> None:
    assert text(SCHEMA) == schema_text(), "python -m tests.manners.pages"


SHELL: Final = re.compile(r"^ *```\n((?: *(?:make|export|\.venv/bin/python) .*\n)+) *```", re.MULTILINE)


def shell_lines() -> list[str]:
    return [line.strip() for block in SHELL.findall(text(README)) for line in block.splitlines()]


def test_every_line_for_the_shell_names_what_there_is() -> None:
    verbs = re.findall(r"^([a-z]+):.*## ", text(ROOT / "Makefile"), re.MULTILINE)
    known = [
        *(rf"make {verb}" for verb in verbs),
        *(rf"export {name}=\S+" for name in Settings.names()),
        r"\.venv/bin/python -m bot (?:run|doctor|receive|history|verify|rebuild)",
    ]

    assert len(shell_lines()) >= 9
    assert [line for line in shell_lines() if not re.fullmatch("|".join(known), line)] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_and_folder_of_ours_that_is_named_is_there(page: Path) -> None:
    ours = re.findall(r"`((?:bot|handlers|prompts|standins|tests|docs|benchmarks)/[\w./-]*)`", text(page))

    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_every_setting_that_is_named_is_one() -> None:
    spoken = {word for page in PAGES for word in re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", text(page))}

    assert spoken - set(Settings.names()) <= {
        "TEST_POSTGRES_URL",
        "TEST_REDIS_URL",
        "PR_AGENT_PYTHON",
        "NAME_FILE",
    }


def test_the_five_services_are_named() -> None:
    assert [name for name in NAMES if f"`{name}`" not in text(DOCS / "architecture.md")] == []


PROMISE: Final = re.compile(r"^\| ([A-Z]+-\d\d) \| \S.*\. \|$", re.MULTILINE)


def promised() -> list[str]:
    return PROMISE.findall(text(DOCS / "security.md"))


def held() -> set[str]:
    """The rows after which some test is named."""
    sources = (text(path) for path in sorted((ROOT / "tests").rglob("test_*.py")))
    names = (name for source in sources for name in re.findall(r"def test_\w+", source))
    return {f"{kind.upper()}-{number}" for name in names for kind, number in ROW.findall(name)}


ROW: Final = re.compile(r"_(wh|sl|id|pi|rc|sb|sx|out|web|sm|ab|sc)_(\d\d)(?=_)")


def test_every_promise_of_the_security_page_is_held_by_a_test_of_its_name() -> None:
    assert len(promised()) > 50
    assert sorted(set(promised()) - held()) == []
    assert len(promised()) == len(set(promised()))


def test_every_promise_that_a_test_is_named_after_is_on_the_security_page() -> None:
    assert sorted(held() - set(promised())) == []


def test_every_picture_asks_nobody_for_anything() -> None:
    pictures = sorted((DOCS / "images").glob("*.svg"))

    assert [
        named(each) for each in pictures if re.search(r"(?:href=|src=|url\()\W*https?:", text(each))
    ] == []
    assert pictures != []
