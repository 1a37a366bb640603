"""Change the code that guards, one spot at a time, and say how many of the changes the tests notice."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = 90.0  # per cent
SECONDS = 1800
MADE = Path("mutants")
LOG = Path("build/mutants.log")
FIGURES = MADE / "mutmut-cicd-stats.json"


def main(workers: str) -> int:
    """1 where too few are noticed, or where that was not found out."""
    LOG.parent.mkdir(exist_ok=True)
    shutil.rmtree(MADE, ignore_errors=True)
    with LOG.open("w", encoding="utf-8") as log:
        ended = [
            subprocess.run(
                [sys.executable, "-m", "mutmut", *words], check=False, stdout=log, stderr=log, timeout=SECONDS
            )
            for words in (["run", "--max-children", workers], ["export-cicd-stats"])
        ]
    if any(each.returncode for each in ended) or not FIGURES.exists():
        print(f"mutants: not run to the end, see {LOG}")
        return 1
    return verdict(json.loads(FIGURES.read_text(encoding="utf-8")))


def verdict(figures: dict[str, int]) -> int:
    """Noticed is what makes a test fail, or makes it run on and on."""
    noticed, made = figures["killed"] + figures["timeout"], figures["total"]
    score = 100 * noticed / made if made else 0.0
    print(
        f"mutants: {made} made, {figures['killed']} killed, {figures['timeout']} stopped as endless,"
        f" {figures['survived']} survived, {figures['no_tests']} reached by no test;"
        f" score {score:.1f} %, at least {LEAST:.0f} % wanted"
    )
    return int(score < LEAST)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
