"""Asks pip-audit whether a locked package is known to be vulnerable; "not checked" where nobody answers.

Run by ``./run check``. pip-audit alone says "No known vulnerabilities found" even where it was told of none.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements-dev.lock"
NOT_CHECKED = 75
"""The exit code of a check that could not be made; ``./run check`` knows it."""
_LONGEST = 120
_AUDIT = ["-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off", "--timeout=10"]


def verdict(reply: str, complaint: str) -> tuple[int, list[str]]:
    """The exit code, and what is to be said, of what pip-audit wrote."""
    try:
        packages = json.loads(reply)["dependencies"]
    except (ValueError, KeyError, TypeError):
        reason = (complaint.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return NOT_CHECKED, [f"not checked: {reason}"]
    found = [
        f"{each['name']} {each['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions'])}"
        for each in packages
        for flaw in each.get("vulns", ())
    ]
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    said = [f"not checked: {len(unknown)} of {len(packages)} packages"] if unknown else []
    if found:
        return 1, [*found, *said]
    return (NOT_CHECKED, said) if said or not packages else (0, [])


def main() -> int:
    """Ask about every package of the lock file."""
    command = [sys.executable, *_AUDIT, "--format=json", f"--requirement={LOCK}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_LONGEST
        )
        code, said = verdict(done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        code, said = NOT_CHECKED, ["not checked: nobody answered in time"]
    sys.stderr.writelines(f"   {sentence}\n" for sentence in said)
    return code


if __name__ == "__main__":
    sys.exit(main())
