"""Lines as the bot counts them, and as git does."""

import subprocess
from pathlib import Path

from bot.domain.lines import lines_of
from tests.unit.test_lines import NO_ENDS


def test_git_counts_the_lines_alike(tmp_path: Path) -> None:
    text = "".join(f"a{sign}b\n" for sign in NO_ENDS)
    (tmp_path / "odd.txt").write_text(text, encoding="utf-8", newline="")
    command = ["git", "grep", "--no-index", "--text", "-c", "a"]

    ran = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603  our own words

    assert ran.stdout.decode() == f"odd.txt:{len(lines_of(text))}\n"
