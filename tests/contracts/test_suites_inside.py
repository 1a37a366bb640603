"""Real suites of Python repositories, run in the sandbox with the bot's own interpreter and runner."""

from collections.abc import AsyncIterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

import pytest

from bot.domain.suites import PYTEST
from bot.infrastructure import custody
from bot.records import Outcome, SandboxLimits
from tests.contracts.test_sandbox import sandbox_in

LIMITS: Final = SandboxLimits(seconds=60, memory_mib=512, processes=64)
PASSES: Final = {"tests/test_cart.py": "def test_total():\n    assert 1 + 1 == 2\n"}


@pytest.fixture
async def copy(tmp_path: Path) -> AsyncIterator[Path]:
    directory = tmp_path / "copy"
    directory.mkdir()
    yield directory
    await custody.remove(directory)


async def outcome_of(copy: Path, files: Mapping[str, str], *options: str) -> Outcome:
    """How the suite of a repository with these files ends."""
    for path, text in files.items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text, encoding="utf-8")
    return await sandbox_in(None).run([*PYTEST, *options], directory=copy, limits=LIMITS)


async def test_no_plugin_is_loaded_that_the_suite_does_not_name(copy: Path) -> None:
    outcome = await outcome_of(copy, PASSES, "-v")

    assert len(entry_points(group="pytest11")) > 5  # of the bot's own tests
    assert (outcome.status, "1 passed" in outcome.output) == (0, True)
    assert "plugins:" not in outcome.output


async def test_options_and_fixtures_that_our_plugins_have_too_are_the_repositorys(copy: Path) -> None:
    files = {
        "conftest.py": (
            "import pytest\n"
            "def pytest_addoption(parser):\n"
            "    parser.addoption('--timeout', default='7')\n"
            "    parser.addoption('--cov', default='none')\n"
            "    parser.addini('asyncio_mode', 'ours', default='shop')\n"
            "@pytest.fixture\n"
            "def anyio_backend(request): return request.config.getini('asyncio_mode')\n"
        ),
        "test_cart.py": (
            "def test_ours(anyio_backend, request):\n"
            "    assert (anyio_backend, request.config.getoption('--timeout')) == ('shop', '7')\n"
        ),
    }

    outcome = await outcome_of(copy, files)

    assert (outcome.status, outcome.output.count("passed")) == (0, 1), outcome.output


async def test_a_suite_that_takes_warnings_for_errors_sees_none_of_ours(copy: Path) -> None:
    files = {**PASSES, "pytest.ini": "[pytest]\naddopts = --strict-config --strict-markers -W error\n"}

    outcome = await outcome_of(copy, files)

    assert outcome.status == 0, outcome.output


async def test_a_plugin_that_the_suite_names_is_loaded(copy: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = -p pytest_asyncio.plugin\nasyncio_mode = auto\n",
        "test_cart.py": "async def test_total():\n    assert 1 + 1 == 2\n",
    }

    outcome = await outcome_of(copy, files)

    assert (outcome.status, "1 passed" in outcome.output) == (0, True), outcome.output


async def test_a_plugin_that_the_repository_brings_is_loaded_by_itself(copy: Path) -> None:
    files = {
        "src/shop_plugin.py": "def pytest_report_header(config):\n    return 'the shop is open'\n",
        "src/shop-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n",
        "src/shop-1.0.dist-info/entry_points.txt": "[pytest11]\nshop = shop_plugin\n",
        **PASSES,
    }

    outcome = await outcome_of(copy, files, "-v")

    assert (outcome.status, "the shop is open" in outcome.output) == (0, True), outcome.output


async def test_of_what_the_toolchain_offers_the_plugins_alone_are_hidden(copy: Path) -> None:
    program = "from importlib.metadata import entry_points; print(sorted(entry_points().groups))"

    outcome = await sandbox_in(None).run(["python", "-c", program], directory=copy, limits=LIMITS)

    here = set(entry_points().groups)
    assert "pytest11" in here
    assert outcome.output == f"{sorted(here - {'pytest11'})}\n"
