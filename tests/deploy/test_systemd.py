"""The systemd units are sound and shut off what the service does not need."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
# As systemd-analyze counts, 0 to 10; what takes network and files away from everybody gets below 2.
MOST_EXPOSED = 2.0

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


@needs_systemd
def test_systemd_finds_no_mistake_in_them(tmp_path: Path) -> None:
    for unit in [*SERVICES, *DEPLOY.glob("*.timer")]:
        # The command is not installed here.
        own = tmp_path / unit.name
        own.write_text(unit.read_text().replace("/opt/kinebridge/bin/kinebridge", "/bin/true"))
    units = [str(tmp_path / "kinebridge-worker@1.service" if "@" in u.name else u) for u in tmp_path.iterdir()]
    ended = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_little_of_the_machine_is_open_to_them(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", told)
    assert level is not None and float(level[1]) < MOST_EXPOSED, told


def test_web_and_worker_are_locked_down_alike() -> None:
    def locks(name: str) -> list[str]:
        return re.findall(r"^(?:\w*Protect|Restrict|SystemCall|Private|Memory|Lock|NoNew|Capab).*$",
                          (DEPLOY / name).read_text(), re.MULTILINE)  # fmt: skip

    assert locks("kinebridge.service") == locks("kinebridge-worker@.service") != []


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("", []),
        (
            "LoadCredential=kinebridge_secret_keys:/etc/kinebridge/secret keys\nLoadCredentialEncrypted=other:/a/*\n",
            [
                "--property=LoadCredential=kinebridge_secret_keys:/etc/kinebridge/secret keys",
                "--property=LoadCredentialEncrypted=other:/a/*",
            ],
        ),
    ],
)
def test_a_command_runs_with_all_that_the_service_runs_with(override: str, expected: list[str], tmp_path: Path) -> None:
    unit = (DEPLOY / "kinebridge.service").read_text()
    (tmp_path / "unit").write_text(f"# /etc/systemd/system/kinebridge.service\n{unit}\n[Service]\n{override}")
    for name, script in {"systemctl": f'cat "{tmp_path}/unit"', "systemd-run": "printf '%s\\n' \"$@\""}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    command = ["sh", str(DEPLOY / "kinebridge"), "admin", "reset-link", "a person@practice.example"]
    told = subprocess.run(
        command, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    given = told.stdout.splitlines()
    assert given[-4:] == ["/opt/kinebridge/bin/kinebridge", *command[2:]]
    assert [each for each in given if "Credential" in each] == expected
    for line in ("User", "Group", "EnvironmentFile", "WorkingDirectory", "StateDirectory", "UMask"):
        assert f"--property={re.search(rf'^{line}=.*$', unit, re.MULTILINE)[0]}" in given
