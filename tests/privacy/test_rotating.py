"""Secrets are rotated: all that is stored comes under the newest, beside running processes; what is left is told."""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from app.cli import cli
from app.crypto import CannotDecryptError, Vault
from app.privacy import rotating
from app.privacy.rotating import ENCRYPTED, Rotation
from tests.conftest import SECRET
from tests.privacy.arrange import all_tables, treat
from tests.support import PASSWORD, Browser, Clinic

NEWER = "newer-" + "n" * 40
# How everything begins that the vault encrypts (Fernet's version byte, as base64).
MARK = "gAAAA"


@pytest.fixture
def ana(ana: Browser) -> Iterator[Browser]:
    """Afterwards all is as other tests in this database expect it."""
    yield ana
    rotate(ana, Vault([SECRET, NEWER]))


def rotate(browser: Browser, vault: Vault) -> Rotation:
    assert browser.server.portal is not None
    tools = replace(browser.server.app.state.tools, vault=vault)
    result: Rotation = browser.server.portal.call(rotating.rotate, tools)
    return result


def practice_of(browser: Browser, database: sa.Engine) -> str:
    field = browser.get("/account/settings").soup.find("input", {"name": "made_by"})
    assert field is not None
    with database.connect() as connection:
        query = sa.text("SELECT practice_id FROM memberships WHERE id = :id")
        return str(connection.execute(query, {"id": field["value"]}).scalar_one())


def read(database: sa.Engine, table: str, practice: str) -> sa.Row[uuid.UUID, str]:
    with database.connect() as connection:
        query = sa.text(f"SELECT id, {ENCRYPTED[table]} FROM {table} WHERE practice_id = :id")
        return connection.execute(query, {"id": practice}).one()


def test_nothing_else_is_encrypted_than_what_is_rotated(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    treat(ana, clinic)
    found = set()
    with database.connect() as connection:
        for table in all_tables():
            for column in table.columns:
                query = sa.text(f"SELECT count(*) FROM {table.name} WHERE {column.name}::text LIKE '%{MARK}%'")
                if connection.execute(query).scalar_one():
                    found.add((table.name, column.name))
    assert {("connections", "encrypted_key"), ("program_links", "encrypted_code")} <= found <= set(ENCRYPTED.items())
    named = {(t.name, c.name) for t in all_tables() for c in t.columns if c.name.startswith("encrypted_")}
    assert named <= set(ENCRYPTED.items())


def test_afterwards_the_newest_secret_is_enough_and_a_second_time_nothing_changes(
    ana: Browser, clinic: Clinic, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "ROWS_AT_A_TIME", 1)
    treat(ana, clinic)
    page = ana.post("/account/security/two-factor", {"password": PASSWORD, "action": "begin"})
    app_secret = str(page.soup.select_one("strong.reference").get_text()).replace(" ", "")  # type: ignore[union-attr]
    ana.post("/account/security/two-factor/confirm", {"code": pyotp.TOTP(app_secret).now()})
    practice, newest = practice_of(ana, database), Vault([NEWER])
    rotate(ana, Vault([NEWER, SECRET]))
    id_, key = read(database, "connections", practice)
    assert newest.decrypt(key, row=f"connection:{id_}") == clinic.ana.key
    id_, code = read(database, "program_links", practice)
    assert newest.decrypt(code, row=f"program-link:{id_}").isdigit()
    with database.connect() as connection:
        query = sa.text("SELECT practitioners.id, totp_secret FROM practitioners JOIN memberships m "
                        "ON m.practitioner_id = practitioners.id WHERE m.practice_id = :id")  # fmt: skip
        id_, secret = connection.execute(query, {"id": practice}).one()
    assert newest.decrypt(secret, row=f"totp:{id_}") == app_secret
    again = rotate(ana, Vault([NEWER, SECRET]))
    assert not again.renewed and again.new_already.total() >= 3
    assert read(database, "connections", practice)[1] == key


def test_a_key_saved_at_the_same_moment_is_not_overwritten_and_is_told(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    practice = practice_of(ana, database)
    id_, before = read(database, "connections", practice)
    saved = Vault([SECRET]).encrypt(clinic.ben.key, row=f"connection:{id_}")

    class Saving(Vault):
        def renew(self, token: str) -> str | None:
            if token == before:
                with database.begin() as connection:
                    query = sa.text("UPDATE connections SET encrypted_key = :key WHERE id = :id")
                    connection.execute(query, {"key": saved, "id": id_})
            return super().renew(token)

    rotation = rotate(ana, Saving([NEWER, SECRET]))
    assert rotation.changed_meanwhile == {"connections": 1} and rotation.is_unfinished
    assert read(database, "connections", practice)[1] == saved
    rotate(ana, Vault([NEWER, SECRET]))
    assert Vault([NEWER]).decrypt(read(database, "connections", practice)[1], row=f"connection:{id_}") == clinic.ben.key


def test_a_renewed_secret_stays_bound_to_its_row_and_a_lost_one_is_an_error() -> None:
    token = Vault([SECRET]).encrypt("x", row="r")
    renewed = Vault([NEWER, SECRET]).renew(token)
    assert renewed is not None and Vault([NEWER]).decrypt(renewed, row="r") == "x"
    assert Vault([NEWER, SECRET]).renew(renewed) is None
    with pytest.raises(CannotDecryptError):
        Vault([NEWER]).decrypt(renewed, row="s")
    with pytest.raises(CannotDecryptError):
        Vault([NEWER]).renew(token)


def test_what_is_left_is_told_in_words_with_what_to_do() -> None:
    done = Rotation(renewed=Counter(connections=2))
    assert "Cliniko keys: 2 put under the newest secret, 0 were already, 0 left, 0 cannot be read." in done.tell()
    assert "may be removed" in done.tell() and not done.is_unfinished
    left = Rotation(changed_meanwhile=Counter(connections=1), unreadable=Counter(practitioners=1))
    assert "may be removed" not in left.tell() and left.is_unfinished
    assert "run this again" in left.tell() and "no longer in KINEBRIDGE_SECRET_KEYS" in left.tell()


def test_the_command_says_what_it_did_and_shows_no_secret(
    ana: Browser, clinic: Clinic, database: sa.Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", database_url)
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", f"{NEWER},{SECRET}")
    result = CliRunner().invoke(cli, ["admin", "rotate-keys"])
    assert "put under the newest secret" in result.output and not any(
        secret in result.output for secret in (NEWER, SECRET, MARK, clinic.ana.key)
    )
    id_, key = read(database, "connections", practice_of(ana, database))
    assert Vault([NEWER]).decrypt(key, row=f"connection:{id_}") == clinic.ana.key
