"""Ask whether a known weakness is in what is installed, and say honestly when nobody could be asked.

Ends with 1 only for a weakness that was found. pip-audit leaves out what the index has no
advisories for, and then says that no weaknesses are known; so what was left out is counted here.
"""

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "pip_audit", "--skip-editable", "--progress-spinner", "off", "--format", "json"]


def judge(told: str, trouble: str) -> tuple[int, list[str]]:
    """Return the exit code and what to print, from pip-audit's JSON (empty when it failed) and its last words."""
    try:
        packages = json.loads(told)["dependencies"]
    except (ValueError, KeyError):
        return 0, ["Weaknesses: NOT CHECKED, advisories cannot be reached from here.", *trouble.splitlines()[-1:]]
    checked = [package for package in packages if "skip_reason" not in package]
    weak = [package for package in checked if package["vulns"]]
    lines = [
        f"{each['name']} {each['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'none yet'}"
        for each in weak
        for found in each["vulns"]
    ]
    if weak:
        return 1, ["Weaknesses: FOUND", *lines]
    if not checked:
        return 0, [
            f"Weaknesses: NOT CHECKED, this package index has no advisories for any of {len(packages)} packages."
        ]
    left = f"; {len(packages) - len(checked)} NOT CHECKED" if len(checked) < len(packages) else ""
    return 0, [f"Weaknesses: none known in {len(checked)} packages{left}."]


def main() -> int:
    """Run pip-audit and print what it comes to."""
    try:
        # S603: a fixed command, nothing of it from outside.
        done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603
        code, lines = judge(done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        code, lines = judge("", "no answer within five minutes")
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
