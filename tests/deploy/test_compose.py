"""The compose file hands on what there is to set, and gives no container more than it needs. Docker is not needed."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from app.web.rendering import product_version

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = ("web", "worker", "migrate")
ALL_SETTINGS = {f"KINEBRIDGE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["pids_limit"]
    assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "devices"}
    assert "healthcheck" in service or name == "web"  # the image's own
    assert re.search(r":\d", service["image"]), "pinned by its tag"
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["database"]["networks"] == SERVICES["backup"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"] == {"internal": True}


def test_the_proxys_address_is_the_one_that_is_believed() -> None:
    address = SERVICES["proxy"]["networks"]["front"]["ipv4_address"]
    assert f":-{address}}}" in SERVICES["web"]["environment"]["KINEBRIDGE_TRUSTED_PROXIES"]


def test_every_setting_is_handed_on_and_no_other() -> None:
    for name in OURS:
        assert SERVICES[name]["user"] == "10001:10001"
        given = {key for key in SERVICES[name]["environment"] if key.startswith("KINEBRIDGE_")}
        files = {secret["target"].upper() for secret in SERVICES[name]["secrets"]}
        assert given | files == ALL_SETTINGS and not given & files
    used = set(re.findall(r"\$\{(KINEBRIDGE_\w+)", (ROOT / "compose.yaml").read_text()))
    assert used - ALL_SETTINGS == {"KINEBRIDGE_DOMAIN"}


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = [name for name, value in SERVICES["web"]["environment"].items() if str(value).endswith(":-}")]
    for name in empty:
        monkeypatch.setenv(name, "")
    given = {name.removeprefix("KINEBRIDGE_").lower() for name in empty}
    assert {name: getattr(Settings(), name) for name in given} == {
        name: Settings.model_fields[name].get_default() for name in given
    }


def test_secrets_are_made_once_and_fit_the_settings(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    for _ in range(2):
        made = subprocess.run(["sh", str(ROOT / "deploy" / "make-secrets.sh"), str(folder)], capture_output=True)
        assert made.returncode == 0, made.stderr
        read = {file.name: file.read_text() for file in folder.iterdir()}
    assert set(COMPOSE["secrets"]) == read.keys()
    assert folder.stat().st_mode & 0o077 == 0
    settings = Settings(database_url=read["database_url"], secret_keys=[read["secret_keys"]])
    assert settings.database_url == f"postgresql://kinebridge:{read['database_password']}@database/kinebridge"
    assert subprocess.run(["sh", str(ROOT / "deploy" / "make-secrets.sh"), str(folder)]).returncode == 0
    assert {file.name: file.read_text() for file in folder.iterdir()} == read


def test_the_image_is_this_release_and_runs_as_nobody_special() -> None:
    assert f'version="{product_version()}"' in DOCKERFILE
    assert all(SERVICES[name]["image"] == f"kinebridge:{product_version()}" for name in OURS)
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert "USER 10001:10001" in last and "/healthz" in last and "--start-period" in last
    assert "sbom.json" in DOCKERFILE and "pip install" not in last


def test_what_the_image_is_built_from_is_what_dockerignore_lets_through() -> None:
    copied = {
        part for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for part in line.split()[:-1]
    }
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_through
    assert all((ROOT / each).exists() for each in copied)
