"""README, the manual and the changelog say what the code does, and lead to what is there."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from app.cli import cli
from app.web.rendering import product_version

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(command: Any, *before: str) -> dict[str, Any]:
    """Every command with the words that call it."""
    if not isinstance(command, TyperGroup):
        return {" ".join(before): command}
    found: dict[str, Any] = {}
    for name, each in command.commands.items():
        found |= commands(each, *before, name)
    return found


COMMANDS = commands(typer.main.get_command(cli))


def called(line: str) -> str:
    """The command that a line such as ``kinebridge admin reset-link EMAIL`` calls; "" for none there is."""
    words = re.sub(r"[\[\]'\"]", " ", line).split()
    return next((name for n in (3, 2, 1) if (name := " ".join(words[1 : n + 1])) in COMMANDS), "")


def test_the_table_of_commands_lists_each_with_all_its_options() -> None:
    rows = re.findall(r"^\| `(kinebridge [^`]*)` \|", README, re.MULTILINE)
    assert sorted(called(row) for row in rows) == sorted(COMMANDS)
    for row in rows:
        options = {name for option in COMMANDS[called(row)].params for name in (*option.opts, *option.secondary_opts)}
        named = set(re.findall(r"--[\w-]+", row))
        usual = {"--worker"}  # what is so unless told otherwise
        assert named == {name for name in options if name.startswith("--")} - usual, row


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_explains_itself(name: str) -> None:
    command = COMMANDS[name]
    assert command.help and command.help[0].isupper() and command.help.rstrip().endswith((".", "!"))
    assert not [option.name for option in command.params if not getattr(option, "help", None)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_shows_is_there(page: Path) -> None:
    text = page.read_text()
    shown = re.findall(r"(?:^|`|&& |exec web |run --rm migrate )(kinebridge [a-z][^`\n]*)", text, re.MULTILINE)
    assert not [
        line for line in shown if not called(line) and not line.startswith(("kinebridge ...", "kinebridge && "))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        file, _, heading = target.partition("#")
        if "://" in target or file == "docs/kinebridge.png":  # made by a script
            continue
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, target


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) < 180


def test_the_newest_release_of_the_changelog_is_this_one_and_each_says_how_to_upgrade() -> None:
    releases = re.findall(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d|unreleased)$", CHANGELOG, re.MULTILINE)
    assert releases[0][0] == product_version()
    numbers = [tuple(int(part) for part in version.split(".")) for version, _ in releases]
    assert numbers == sorted(numbers, reverse=True)
    assert all("### Upgrade notes" in text for text in CHANGELOG.split("\n## ")[1:])
    assert len(CHANGELOG.split("\n## ")) == len(releases) + 1
