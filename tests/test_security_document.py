"""docs/security.md answers every item of ASVS 5.0, levels 1 and 2, and what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.partition("## ASVS 5.0")[2].splitlines()
    if re.match(r"\| \d", line)
]
# How many items each section has in levels 1 and 2, by their last numbers (OWASP ASVS 5.0.0, 253 items).
SECTIONS = {
    "1.1": range(1, 3),
    "1.2": range(1, 10),
    "1.3": range(1, 12),
    "1.4": range(1, 4),
    "1.5": range(1, 3),
    "2.1": range(1, 4),
    "2.2": range(1, 4),
    "2.3": range(1, 5),
    "2.4": range(1, 2),
    "3.2": range(1, 3),
    "3.3": range(1, 5),
    "3.4": range(1, 7),
    "3.5": range(1, 6),
    "3.7": range(1, 3),
    "4.1": range(1, 4),
    "4.2": range(1, 2),
    "4.3": range(1, 3),
    "4.4": range(1, 5),
    "5.1": range(1, 2),
    "5.2": range(1, 4),
    "5.3": range(1, 3),
    "5.4": range(1, 4),
    "6.1": range(1, 4),
    "6.2": range(1, 13),
    "6.3": range(1, 5),
    "6.4": range(1, 5),
    "6.5": range(1, 6),
    "6.6": range(1, 4),
    "6.8": range(1, 5),
    "7.1": range(1, 4),
    "7.2": range(1, 5),
    "7.3": range(1, 3),
    "7.4": range(1, 6),
    "7.5": range(1, 3),
    "7.6": range(1, 3),
    "8.1": range(1, 3),
    "8.2": range(1, 4),
    "8.3": range(1, 2),
    "8.4": range(1, 2),
    "9.1": range(1, 4),
    "9.2": range(1, 5),
    "10.1": range(1, 3),
    "10.2": range(1, 3),
    "10.3": range(1, 5),
    "10.4": range(1, 12),
    "10.5": range(1, 6),
    "10.6": range(1, 3),
    "10.7": range(1, 4),
    "11.1": range(1, 3),
    "11.2": range(1, 4),
    "11.3": range(1, 4),
    "11.4": range(1, 5),
    "11.5": range(1, 2),
    "11.6": range(1, 2),
    "12.1": range(1, 4),
    "12.2": range(1, 3),
    "12.3": range(1, 5),
    "13.1": range(1, 2),
    "13.2": range(1, 6),
    "13.3": range(1, 3),
    "13.4": range(1, 6),
    "14.1": range(1, 3),
    "14.2": range(1, 5),
    "14.3": range(1, 4),
    "15.1": range(1, 4),
    "15.2": range(1, 4),
    "15.3": range(1, 8),
    "16.1": range(1, 2),
    "16.2": range(1, 6),
    "16.3": range(1, 5),
    "16.4": range(1, 4),
    "16.5": range(1, 4),
    "17.1": range(1, 2),
    "17.2": range(1, 5),
    "17.3": range(1, 3),
}


def items(said: str) -> list[str]:
    """The items a row is about: one, or a stretch that may go over sections."""
    first, _, last = said.partition("-")
    everything = [f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers]
    return everything[everything.index(first) : everything.index(last or first) + 1]


def test_every_item_is_answered_once() -> None:
    answered = [item for row in ROWS for item in items(row[0])]
    assert answered == [f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers]
    assert len(answered) == 253


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_an_answer_names_is_there(row: list[str]) -> None:
    _, about, state, why = row
    assert about and state in ("met", "n/a", "not met", "operator")
    assert why, "why it does not apply, or what would do it"
    named = [name for name in re.findall(r"`([^`]+)`", why) if "/" in name and "=" not in name and " " not in name]
    for name in named:
        if name.startswith("/"):  # an address of the service
            continue
        path, _, test = name.partition("::")
        assert (ROOT / path).exists(), name
        assert not test or f"def {test}(" in (ROOT / path).read_text(), name
    if state == "met":
        assert named or "README" in why or "`pyproject.toml`" in why or "`Dockerfile`" in why, "met: where to see it"


def test_every_file_it_names_elsewhere_is_there() -> None:
    for name in re.findall(r"`((?:app|tests|\.ci)/[\w./-]+)`", TEXT):
        assert (ROOT / name).exists(), name
