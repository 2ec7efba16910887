"""``kinebridge check`` as whoever runs the service uses it."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner

from app.checks.network import TEST_SUBJECT
from app.cli import cli
from app.crypto import Vault
from app.db import sqlalchemy_url
from app.embedded import NoEmbeddedServerError, embedded_server
from app.health import CHECK_HEADER, write_check
from app.settings import Settings
from app.web.rendering import product_version
from tests import logs
from tests.conftest import SECRET
from tests.fakes.smtp import FakeSmtp
from tests.processes import COMMAND, free_port, running, wait_until
from tests.security.test_behind_a_proxy import PROXY, VISITOR, behind
from tests.support import Browser
from tests.test_cli import answers

MAIL_PASSWORD = "hush-" + uuid.uuid4().hex


@pytest.fixture
def environment(database_url: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of the command; nothing listens at the public URL."""
    monkeypatch.delenv("KINEBRIDGE_TEST_DATA")  # of the tests themselves, and no setting
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KINEBRIDGE_{name.upper()}", raising=False)
    own = {
        "DATABASE_URL": database_url,
        "SECRET_KEYS": SECRET,
        "CLINIKO_API_URL": settings.cliniko_api_url,
        "DATA_DIR": str(tmp_path / "var"),
        "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
    }
    for name, value in own.items():
        monkeypatch.setenv(f"KINEBRIDGE_{name}", value)


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    """A mail server with a password, which the settings have."""
    with FakeSmtp(password=MAIL_PASSWORD) as server:
        own = {"HOST": "127.0.0.1", "PORT": str(server.port), "TLS": "off", "USER": "kb", "PASSWORD": MAIL_PASSWORD}
        for name, value in own.items():
            monkeypatch.setenv(f"KINEBRIDGE_SMTP_{name}", value)
        monkeypatch.setenv("KINEBRIDGE_MAIL_FROM", "kb@practice.example")
        yield server


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """URL of an empty database."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server_url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def check(*options: str) -> tuple[int, dict[str, dict[str, str]], str]:
    """Run the command; returns its exit code, its findings by name (of several of one name the last), its output."""
    with logs.as_before(), patch("app.cli.configure_logging", logs.configure):
        result = CliRunner().invoke(cli, ["check", "--json", *options])
    told: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, {each["name"]: each for each in told["findings"]}, result.output


def sent_by_check(server: FakeSmtp) -> list[EmailMessage]:
    """What the command sent; the running service sends letters of its own."""
    return [message for message in server.messages if message["Subject"] == TEST_SUBJECT]


@pytest.mark.usefixtures("environment")
def test_beside_a_running_service_all_is_well_and_nobody_gets_a_mail_unasked(
    mail_server: FakeSmtp, tmp_path: Path, ana: Browser
) -> None:
    given = {name: value for name, value in os.environ.items() if name.startswith("KINEBRIDGE_")}
    own = {name.removeprefix("KINEBRIDGE_").lower(): value for name, value in given.items()}
    port = own["public_url"].rpartition(":")[2]
    with running("serve", "--port", port, log=tmp_path / "log", **own):
        wait_until(lambda: answers(f"{own['public_url']}/readyz"), "serve is ready")
        code, found, told = check()
        assert {name: each["state"] for name, each in found.items() if each["state"] != "ok"} in ({}, {"user": "warn"})
        assert code == 0
        assert {
            "database",
            "schema",
            "secrets",
            "stored keys",
            "worker",
            "public url",
            "cliniko",
            "mail",
        } <= found.keys()
        assert "lets us in" in found["mail"]["found"] and sent_by_check(mail_server) == []
        assert "401" in found["cliniko"]["found"]
        assert check("--mail-to", "it@practice.example")[0] == 0
    (mail,) = sent_by_check(mail_server)
    assert mail["To"] == "it@practice.example"
    for secret in (SECRET, MAIL_PASSWORD):
        assert secret not in told


@pytest.mark.usefixtures("environment")
def test_a_database_that_is_away_is_told_and_the_rest_still_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://kine:very-private@127.0.0.1:{free_port()}/kinebridge"
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", url)
    code, found, told = check()
    assert code == 1 and found["database"]["state"] == "fail"
    assert "schema" not in found and found["cliniko"]["state"] == "ok" and "disk" in found
    assert "very-private" not in told


@pytest.mark.usefixtures("environment")
def test_an_empty_database_wants_migrating(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", empty_url)
    code, found, _ = check()
    assert code == 1
    assert (found["database"]["state"], found["schema"]["state"]) == ("ok", "fail")
    assert found["schema"]["mend"] == "Run kinebridge migrate."


@pytest.mark.usefixtures("environment", "ana")
def test_stored_keys_are_counted_by_the_secret_they_are_under(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", f"{'newest9' * 6},{SECRET}")
    assert check()[1]["stored keys"]["state"] == "warn"
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", "newest9" * 6)
    code, found, _ = check()
    assert (code, found["stored keys"]["state"]) == (1, "fail")


@pytest.mark.usefixtures("environment")
def test_a_refused_mail_password_is_told_and_not_repeated(
    mail_server: FakeSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINEBRIDGE_SMTP_PASSWORD", "another one, wrong")
    code, found, told = check()
    assert code == 1 and "KINEBRIDGE_SMTP_PASSWORD" in found["mail"]["mend"]
    assert "another one, wrong" not in told
    assert mail_server.messages == []


def test_mistakes_in_the_settings_are_the_findings() -> None:
    settings = {"KINEBRIDGE_SECRET_KEYS": "changeme", "KINEBRIDGE_PUBLIC_URL": "nonsense"}
    ended = subprocess.run([COMMAND, "check"], env=settings, capture_output=True, text=True)
    assert ended.returncode == 1
    assert [line[:4] for line in ended.stdout.splitlines() if "KINEBRIDGE_" in line] == ["FAIL", "FAIL"]
    assert "changeme" not in ended.stdout and "Traceback" not in ended.stderr


def test_where_nothing_was_started_yet_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINEBRIDGE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("KINEBRIDGE_CLINIKO_API_URL", f"http://127.0.0.1:{free_port()}/v1")
    _, found, _ = check()
    assert (found["database"]["state"], found["secrets"]["state"]) == ("warn", "warn")
    assert not (tmp_path / "var").exists()


def test_a_data_folder_of_another_user_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("18")
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder another user's")
    os.chown(folder, 1, 1)
    with pytest.raises(NoEmbeddedServerError, match="belongs to the user"), embedded_server(tmp_path):
        pass
    assert folder.stat().st_uid == 1


def test_whose_request_was_seen_is_told_to_holders_of_the_secrets_only(server: TestClient, app: FastAPI) -> None:
    through = behind(server, ["10.0.0.5/32"], PROXY)
    sent = {"x-forwarded-for": f"192.0.2.1, {VISITOR}"}
    plain = {"status": "ok", "version": product_version()}
    assert through.get("/healthz", headers=sent).json() == plain
    for forged in ("check", write_check(Vault(["another-" + "x" * 40]))):
        assert through.get("/healthz", headers=sent | {CHECK_HEADER: forged}).json() == plain
    signed = {CHECK_HEADER: write_check(app.state.tools.vault)}
    seen = {"seen_as": VISITOR, "forwarded": f"192.0.2.1, {VISITOR}"}
    assert through.get("/healthz", headers=sent | signed).json() == plain | seen
