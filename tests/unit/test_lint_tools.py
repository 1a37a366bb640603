"""Which tools a repository has, how they are run, and which of its files say what they do."""

import pytest

from bot.domain.lint_tools import ESLINT, MOST_FILES, MYPY, RUFF, Tool, decides, detect

OWN = Tool(name="own", command=("sh", "check.sh"), configuration=("check.sh", "rules/own"))


@pytest.mark.parametrize(
    ("paths", "texts", "found"),
    [
        ([], {}, []),
        (["ruff.toml"], {}, [RUFF]),
        (["sub/ruff.toml"], {}, []),
        (["pyproject.toml"], {"pyproject.toml": "[tool.ruff.lint]\n[tool.mypy]\n"}, [RUFF, MYPY]),
        (["pyproject.toml"], {"pyproject.toml": "tool = 1\n"}, []),
        (["pyproject.toml"], {"pyproject.toml": "[tool\n"}, []),
        (["setup.cfg"], {"setup.cfg": "[mypy]\nstrict = true\n"}, [MYPY]),
        ([".mypy.ini", "eslint.config.mjs"], {}, [MYPY, ESLINT]),
        ([".eslintrc.json"], {}, [ESLINT]),
    ],
)
def test_what_the_files_configure_is_run(paths: list[str], texts: dict[str, str], found: list[Tool]) -> None:
    assert detect(paths, texts) == found


def test_a_tool_is_given_the_files_that_are_its_business_as_paths() -> None:
    changed = ["b.py", "-rf.py", "a.js"]

    assert RUFF.argv(changed)[-3:] == ["--", "./-rf.py", "./b.py"]
    assert ESLINT.argv(changed)[-1] == "./a.js"
    assert ESLINT.argv(["b.py"]) == []
    assert OWN.argv(changed) == ["sh", "check.sh"]
    assert len(RUFF.files([f"{nth}.py" for nth in range(1_000)])) == MOST_FILES


@pytest.mark.parametrize(
    ("path", "is_so"),
    [
        ("pyproject.toml", True),
        ("deep/in/.eslintrc.cjs", True),
        ("node_modules/eslint/index.js", True),
        ("tsconfig.build.json", True),
        (".npmrc", True),
        ("deep/babel.config.cjs", True),
        ("check.sh", True),
        ("rules/own/no-eval.js", True),
        ("rules/own", True),
        ("rules/owner.js", False),
        ("other.sh", False),
        ("src/pyproject.toml.py", False),
        ("my_ruff.toml.txt", False),
    ],
)
def test_what_decides_counts_as_the_base_has_it(path: str, *, is_so: bool) -> None:
    assert decides(path, [OWN]) is is_so
