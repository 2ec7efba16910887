"""What is installed on one day is what was tested on another: every package has a version written down."""

import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LINES = (ROOT / "constraints.txt").read_text().splitlines()
PINS = dict(line.split("==") for line in LINES if not line.startswith("#"))
VERSIONS = {canonicalize_name(name): version for name, version in PINS.items()}
ASKED = [
    requirement
    for each in chain(PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
    if (requirement := Requirement(each)).name != PROJECT["name"]
]


@pytest.mark.parametrize("requirement", ASKED, ids=str)
def test_what_is_asked_for_has_a_version_that_fits(requirement: Requirement) -> None:
    assert requirement.specifier.contains(VERSIONS[canonicalize_name(requirement.name)])


def test_what_that_asks_for_in_turn_has_a_version_too() -> None:
    queue, seen = list(ASKED), set[tuple[str, str]]()
    while queue:
        asked = queue.pop()
        for extra in {"", *asked.extras}:
            if (asked.name, extra) in seen or asked.name == "pip":  # it does the installing
                continue
            seen.add((asked.name, extra))
            assert canonicalize_name(asked.name) in VERSIONS, asked
            try:
                needs = metadata.requires(asked.name) or []
            except metadata.PackageNotFoundError:
                continue  # of an extra that is not installed here
            further = map(Requirement, needs)
            queue += [each for each in further if each.marker is None or each.marker.evaluate({"extra": extra})]
    assert len(seen) > len(ASKED)


def test_those_versions_run_on_every_python_that_is_promised() -> None:
    first = PROJECT["requires-python"].removeprefix(">=") + ".0"
    asked = {each.name: each.metadata["Requires-Python"] for each in metadata.distributions()}
    of_ours = {name: python for name, python in asked.items() if python and canonicalize_name(name) in VERSIONS}
    assert len(of_ours) > 100
    assert [name for name, python in of_ours.items() if not SpecifierSet(python).contains(first)] == []


@pytest.mark.parametrize("path", ["README.md", "Dockerfile", "docs/running.md", ".ci/run"])
def test_every_place_that_installs_takes_those_versions(path: str) -> None:
    calls = (ROOT / path).read_text().split("pip install")[1:]
    assert calls and all("-c constraints.txt" in call.split("\n")[0] for call in calls)
