"""The list of what is installed, made as for the image (deploy/sbom.sh), must be sound and name every package."""

import json
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def same_name(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def main() -> int:
    """Make the list, and compare it with what Python itself finds."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sbom.json"
        command = [
            "sh",
            "deploy/sbom.sh",
            str(Path(sys.executable).with_name("cyclonedx-py")),
            sys.executable,
            str(file),
        ]
        # S603: a fixed command, nothing of it from outside.
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
        bom = json.loads(file.read_text())
    listed = {(same_name(each["name"]), each["version"]) for each in bom["components"]}
    installed = {(same_name(each.name), each.version) for each in distributions()}
    own = (same_name(bom["metadata"]["component"]["name"]), bom["metadata"]["component"]["version"])
    if missing := installed - listed - {own}:
        print(f"Software bill of materials: {len(missing)} MISSING: {sorted(missing)}")
        return 1
    print(f"Software bill of materials: sound, with {own[0]} {own[1]} and {len(listed)} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
