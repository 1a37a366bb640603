"""Run bandit over these folders, and believe a clean answer only if it looked at every file in them."""

import json
import subprocess
import sys
from pathlib import Path

REPORT = Path("build/bandit.json")


def main(folders: list[str]) -> int:
    """0 where nothing was found and everything was seen."""
    REPORT.parent.mkdir(exist_ok=True)
    # What bandit calls low, ruff looks at already.
    chosen = ["--quiet", "--configfile", "pyproject.toml", "--severity-level", "medium", "--recursive"]
    written = ["--format", "json", "--output", str(REPORT)]
    subprocess.run([sys.executable, "-m", "bandit", *chosen, *written, *folders], check=False)
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    for found in report["results"]:
        print(f"{found['filename']}:{found['line_number']}: {found['test_id']} {found['issue_text']}")
    return verdict(report, files=sum(1 for folder in folders for _ in Path(folder).rglob("*.py")))


def verdict(report: dict[str, object], *, files: int) -> int:
    """Say how much was seen, and what of it."""
    results, metrics = report["results"], report["metrics"]
    seen = len(metrics) - 1 if isinstance(metrics, dict) else 0  # one entry is the sum
    print(
        f"bandit: {seen} of {files} files seen, {len(results) if isinstance(results, list) else '?'} findings"
    )
    return int(bool(results) or report["errors"] != [] or not 0 < seen == files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
