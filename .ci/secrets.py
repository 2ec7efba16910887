"""No key, password or token may get into what we publish; ends with 1 and names the place when one seems to.

A finding that is none: look at it, then write what stands in the file now into `.secrets.baseline` with
`.venv/bin/python .ci/secrets.py --accept`. A finding is known by its file, kind and digest; it may move to another
line.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BASELINE = ROOT / ".secrets.baseline"
PUBLISHED = (
    *("app", "alembic", "docs", "deploy", ".ci"),
    *("README.md", "CHANGELOG.md", "compose.yaml", "Dockerfile", "pyproject.toml"),
)
NOT_READ = r"__pycache__|common_passwords\.txt$"
# Tests are full of made-up passwords and keys: there only what has the form of a real one counts.
GUESSES = ("KeywordDetector", "BasicAuthDetector", "Base64HighEntropyString", "HexHighEntropyString")
Finding = tuple[str, str, str]


def scan(*paths: str, without: tuple[str, ...] = ()) -> dict[Finding, int]:
    """Return the lines of what looks like a secret, by file, kind and digest."""
    command = [
        sys.executable,
        "-m",
        "detect_secrets",
        "scan",
        "--all-files",
        "--no-verify",
        "--exclude-files",
        NOT_READ,
    ]
    command += [word for plugin in without for word in ("--disable-plugin", plugin)]
    # S603: a fixed command, nothing of it from outside.
    done = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    results = json.loads(done.stdout)["results"]
    return {
        (file, found["type"], found["hashed_secret"]): found["line_number"]
        for file, all_found in results.items()
        for found in all_found
    }


def main() -> int:
    """Scan, and print what is new."""
    published = scan(*PUBLISHED)
    if sys.argv[1:] == ["--accept"]:
        BASELINE.write_text(json.dumps(sorted(published), indent=1) + "\n")
        return 0
    known = {(file, kind, digest) for file, kind, digest in json.loads(BASELINE.read_text())}
    found = {each: line for each, line in published.items() if each not in known} | scan("tests", without=GUESSES)
    for (file, kind, _), line in sorted(found.items()):
        print(f"{file}:{line}: {kind}")
    print("Secrets: FOUND" if found else f"Secrets: none found ({len(known)} looked at and known not to be).")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
