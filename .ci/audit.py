"""Ask whether a pinned dependency has a known vulnerability. Answers: clean, found, or not run and why."""

import json
import subprocess
import sys
from pathlib import Path

REPORT = Path("build/audit.json")


def main(requirements: list[str]) -> int:
    """1 where something was found; 0 where nothing was, or where nobody could be asked."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    files = [part for name in requirements for part in ("--requirement", name)]
    command = ["pip_audit", "--strict", "--disable-pip", "--require-hashes", *files]
    report = ["--format", "json", "--output", str(REPORT), "--progress-spinner", "off"]
    asked = subprocess.run(
        [sys.executable, "-m", *command, *report], check=False, capture_output=True, text=True
    )
    if not REPORT.exists():
        print(f"audit: not run ({(asked.stderr.strip() or 'no answer').splitlines()[-1]})")
        return 0
    return verdict(json.loads(REPORT.read_text(encoding="utf-8"))["dependencies"])


def verdict(dependencies: list[dict[str, list[dict[str, str]]]]) -> int:
    """Clean only if every dependency was looked up."""
    found = [(it["name"], flaw["id"]) for it in dependencies for flaw in it.get("vulns", [])]
    for name, flaw in found:
        print(f"{name}: {flaw}")
    skipped = sum("skip_reason" in it for it in dependencies)
    if skipped or not dependencies:
        print(f"audit: not run for {skipped} of {len(dependencies)} dependencies")
    else:
        print(f"audit: {'found' if found else 'clean'} ({len(dependencies)} dependencies looked up)")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
