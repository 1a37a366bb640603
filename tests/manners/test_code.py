"""The code's manners that no linter knows."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LONGEST_FILE: Final = 300
TABLES: Final = {
    "bot/application/asked.py",
    "bot/domain/events.py",
    "bot/domain/integration.py",
    "standins/stories.py",
}  # one class, or one case, for each event or each thing that may be asked; a repository as text


def modules(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert found, f"no module in {folders}"
    return found


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


OURS: Final = modules("bot", "handlers", "standins")
TESTS: Final = modules("tests")
ALL: Final = [*OURS, *TESTS, *modules("benchmarks")]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_modules_first_line_says_what_lives_there(path: Path) -> None:
    first = text(path).partition("\n")[0]

    assert re.match(r'"""\S.*', first), f"{named(path)} begins with {first!r}"


def test_no_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = {named(path) for path in OURS if text(path).count("\n") > LONGEST_FILE}

    assert long <= TABLES


def test_there_are_two_nets_and_no_other_broad_except() -> None:
    nets = {named(path) for path in OURS if path.parts[-2] != "standins" and broad(text(path))}

    assert nets == {"bot/web/gateway.py", "bot/application/intake.py"}


def broad(source: str) -> bool:
    return any(
        isinstance(node, ast.ExceptHandler) and is_broad(node.type) for node in ast.walk(ast.parse(source))
    )


def is_broad(caught: ast.expr | None) -> bool:
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(kind is None or ast.unparse(kind) in {"Exception", "BaseException"} for kind in kinds)


def test_one_module_reads_the_environment() -> None:
    readers = {
        named(path) for path in modules("bot", "handlers") if re.search(r"os\.(environ|getenv)", text(path))
    }

    assert readers == {"bot/settings.py"}


PATCHES: Final = re.compile(r"monkeypatch\.(?:setattr|setitem|delattr)|mock\.patch|unittest\.mo[c]k|mocker\.")


def test_no_test_patches_anything() -> None:
    assert [named(path) for path in TESTS if PATCHES.search(text(path))] == []


def test_no_test_sleeps_for_a_fixed_time() -> None:
    assert [named(path) for path in TESTS if sleeps(ast.parse(text(path)))] == []


def sleeps(tree: ast.AST) -> set[ast.AST]:
    """Every sleep for longer than nothing that is no pause between two looks at a condition."""
    looking = {call for loop in ast.walk(tree) if isinstance(loop, ast.While) for call in naps(loop)}
    return naps(tree) - looking


def naps(tree: ast.AST) -> set[ast.AST]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {c for c in calls if ast.unparse(c.func).endswith(".sleep") and ast.unparse(c.args[0]) != "0"}


def test_a_skip_has_its_reason() -> None:
    skips = [
        call
        for path in TESTS
        for call in re.findall(r"(?:mark\.skip\w*|pytest\.skip|importorskip)\b(?:\([^)]*\))?", text(path))
        if path != Path(__file__)
    ]

    assert [call for call in skips if "reason=" not in call] == []


def test_the_bot_and_its_stand_ins_do_not_know_each_other() -> None:
    bots = [
        named(path)
        for path in modules("bot", "handlers")
        if re.search(r"^\s*(from|import) standins", text(path), re.MULTILINE)
    ]
    doubles = [
        named(path)
        for path in modules("standins")
        if re.search(r"^\s*(from|import) (bot|handlers)\b", text(path), re.MULTILINE)
    ]

    assert (bots, doubles) == ([], [])


FORBIDDEN: Final = ("utils", "helpers", "common", "misc", "base", "core", "manager")


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [named(path) for path in ALL if path.stem in FORBIDDEN] == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    empty = re.compile(r"^class (Abstract\w+|\w+(Manager|Helper|Utils|Impl|Service))\b", re.MULTILINE)

    found = {named(path) for path in OURS if empty.search(text(path))}

    assert found <= {"bot/services.py"}  # the five deployment units


def test_wh_04_signatures_are_compared_in_constant_time() -> None:
    source = text(ROOT / "bot/domain/signatures.py")

    assert "hmac.compare_digest(" in source
    assert not any(isinstance(node, ast.Compare) for node in ast.walk(ast.parse(source)))


def test_dependencies_are_pinned_with_hashes() -> None:
    pins = re.compile(r"^[a-zA-Z0-9._-]+==\S+", re.MULTILINE)
    for name in ("requirements.txt", "requirements-dev.txt"):
        lines = text(ROOT / name)

        assert len(pins.findall(lines)) > 10
        assert all("--hash=sha256:" in part for part in re.split(r"\n(?=[a-z])", lines))


def test_every_verb_of_the_makefile_is_listed() -> None:
    makefile = text(ROOT / "Makefile")

    listed = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert listed == {
        *("help", "demo", "run", "test", "check", "cover", "mutants", "audit", "crash"),
        *("faults", "bench", "lock", "clean"),
    }
