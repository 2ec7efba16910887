"""The check for known weaknesses fails for one that was found, and never says "none" for what it could not ask."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

JUDGE = runpy.run_path(str(Path(__file__).parent.parent / ".ci" / "audit.py"))["judge"]
FINE: dict[str, Any] = {"name": "jinja2", "version": "3.1.6", "vulns": []}
WEAK = {"name": "h11", "version": "0.1", "vulns": [{"id": "CVE-1", "fix_versions": ["0.2"]}]}
LEFT_OUT = {"name": "alembic", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("packages", "code", "words"),
    [
        ([FINE], 0, "none known in 1 packages."),
        ([FINE, LEFT_OUT], 0, "none known in 1 packages; 1 NOT CHECKED."),
        ([LEFT_OUT], 0, "NOT CHECKED, this package index has no advisories for any of 1 packages."),
        ([FINE, WEAK, LEFT_OUT], 1, "h11 0.1: CVE-1, mended in 0.2"),
        (None, 0, "NOT CHECKED, advisories cannot be reached from here."),
    ],
)
def test_weaknesses_fail_and_what_was_not_asked_is_said(packages: Any, code: int, words: str) -> None:
    told = "" if packages is None else json.dumps({"dependencies": packages, "fixes": []})
    got, lines = JUDGE(told, "ConnectionError: x")
    assert got == code and words in "\n".join(lines)
