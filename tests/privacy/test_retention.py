"""What has had its time goes, by rules that are shown, counted before, and run by command or by night."""

import re
import uuid
import zipfile
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from typer.testing import CliRunner

from app.cli import cli
from app.privacy.retention import RULES, WAITED
from tests.conftest import SECRET
from tests.privacy.arrange import let_time_pass, mentions, practice_of
from tests.support import Browser, Clinic


@pytest.fixture
def environment(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a command as the application has them."""
    monkeypatch.setenv("KINEBRIDGE_DATABASE_URL", app.state.database_url)
    monkeypatch.setenv("KINEBRIDGE_SECRET_KEYS", SECRET)


def command(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["admin", *arguments])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


def told(output: str) -> dict[str, int]:
    """How many rows of which rule."""
    return {words: int(number) for number, words in re.findall(r"^ *(\d+)  (.+)$", output, re.M)}


def id_of(client: str) -> uuid.UUID:
    return uuid.UUID(client.rpartition("/")[2])


# A row for each rule that has had its time, and one that has not yet.
OLD = {
    "sessions": "INSERT INTO sessions (id, token_digest, practitioner_id, created_at, last_seen_at, expires_at) "
    "SELECT gen_random_uuid(), gen_random_uuid()::text, (SELECT practitioner_id FROM memberships WHERE "
    "practice_id = :practice LIMIT 1), now(), now(), now() - make_interval(days => d) FROM unnest(ARRAY[29, 31]) d",
    "wrong_tries": "INSERT INTO wrong_tries (about, level, counted_at) "
    "SELECT gen_random_uuid()::text, 1, now() - make_interval(hours => h) FROM unnest(ARRAY[20, 25]) h",
    "audit_events": "INSERT INTO audit_events (happened_at, action, practice_id) "
    "SELECT now() - make_interval(years => y), 'client.viewed', :practice FROM unnest(ARRAY[6, 8]) y",
    "outgoing_mails": "INSERT INTO outgoing_mails (id, recipient, subject, text, state, next_attempt_at, give_up_at, "
    "created_at) SELECT gen_random_uuid(), 'a@b.example', 's', '', 'sent', now(), now(), "
    "now() - make_interval(days => d) FROM unnest(ARRAY[29, 31]) d",
    "alert_digests": "INSERT INTO alert_digests (practice_id, day) "
    "SELECT :practice, current_date - d FROM unnest(ARRAY[89, 92]) d",
    "alerts": "INSERT INTO alerts (id, practice_id, cause, opened_at, recovered_at) "
    "SELECT gen_random_uuid(), :practice, 'cliniko_down', now(), now() - make_interval(days => d) "
    "FROM unnest(ARRAY[89, 91]) d",
    "bell_notes": "INSERT INTO bell_notes (id, membership_id, about, said, path, created_at) SELECT gen_random_uuid(), "
    "(SELECT id FROM memberships WHERE practice_id = :practice LIMIT 1), gen_random_uuid(), 'granted', '/', "
    "now() - make_interval(days => d) FROM unnest(ARRAY[89, 91]) d",
    "day_readings": "INSERT INTO day_readings (id, membership_id, day, tried_at) SELECT gen_random_uuid(), "
    "(SELECT id FROM memberships WHERE practice_id = :practice LIMIT 1), current_date - d, "
    "now() - make_interval(days => d) FROM unnest(ARRAY[1, 3]) d",
    "access_requests": "INSERT INTO access_requests (id, practice_id, client_id, asker_id, asked_at, decided_at, "
    "access) SELECT gen_random_uuid(), :practice, :client, (SELECT id FROM memberships WHERE "
    "practice_id = :practice LIMIT 1), now(), now() - make_interval(days => d), 'none' FROM unnest(ARRAY[89, 91]) d",
    "erasures": "INSERT INTO erasures (id, practice_id, client_id, erased_at, audit_years, counts) "
    "SELECT gen_random_uuid(), :practice, gen_random_uuid(), now() - make_interval(years => y), 7, '{}' "
    "FROM unnest(ARRAY[0, 2]) y",
}


@pytest.mark.usefixtures("environment")
def test_a_dry_run_counts_what_the_command_then_removes(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    client = id_of(ana.open_patient(clinic.add_patient("Olivia", "Hart")).path)
    other = id_of(ana.open_patient(clinic.add_patient()).path)
    practice = practice_of(database, client)
    command("retention")  # what other tests have left
    ana.post(f"/clients/{client}/erasure")
    let_time_pass(database, "clients", client)
    with database.begin() as connection:
        for query in OLD.values():
            values = {"practice": practice, "client": other}
            connection.execute(sa.text(query), {name: values[name] for name in values if f":{name}" in query})
    before = mentions(database, client)
    counted = told(command("retention", "--dry-run"))
    assert counted.keys() == {WAITED, *(rule.words for rule in RULES)}
    ours = {words for words in counted if not words.startswith(("Background jobs", "Tries of sending"))}
    assert {words: counted[words] for words in ours} == dict.fromkeys(ours, 1)
    assert mentions(database, client) == before
    assert told(command("retention")) == counted
    assert set(told(command("retention", "--dry-run")).values()) == {0}
    assert "clients" not in mentions(database, client)


def test_every_row_of_each_kind_that_is_still_wanted_stays(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    """An erased client's note outlives a year while the record has a line on them."""
    client = id_of(ana.open_patient(clinic.add_patient("Olivia", "Hart")).path)
    add = sa.text(OLD["erasures"].replace("gen_random_uuid(), now()", ":client, now()"))
    with database.begin() as connection:
        connection.execute(add, {"practice": practice_of(database, client), "client": client})
    ana.run_job("privacy.forget_erasures", timestamp=0)
    with database.connect() as connection:
        query = sa.text("SELECT count(*) FROM erasures WHERE client_id = :id")
        assert connection.execute(query, {"id": client}).scalar_one() == 2


def test_the_page_for_those_who_run_the_practice_tells_every_rule(ana: Browser) -> None:
    page = ana.get("/account/data")
    assert all(rule.words in page.text for rule in RULES)
    assert "is kept for 7 years:" in page.text


def set_last_seen(database: sa.Engine, client: str, years: float) -> None:
    """The client was added so long ago and nothing happened since; their lines in the record are as old."""
    with database.begin() as connection:
        values = {"id": id_of(client), "days": int(years * 365.25) + 1}
        connection.execute(
            sa.text("UPDATE clients SET created_at = now() - make_interval(days => :days) WHERE id = :id"), values
        )
        connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER keep_audit_events")
        connection.execute(
            sa.text("UPDATE audit_events SET happened_at = now() - make_interval(days => :days) WHERE client_id = :id"),
            values,
        )
        connection.exec_driver_sql("ALTER TABLE audit_events ENABLE TRIGGER keep_audit_events")


def test_clients_not_seen_for_years_are_listed_for_a_person_to_decide_and_never_go_by_themselves(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    seen = ana.open_patient(clinic.add_patient("Seen", "Lately")).path
    gone = ben.open_patient(clinic.add_patient("Gone", "Longago", date_of_birth=str(date(1961, 3, 27)))).path
    looked_at = ana.open_patient(clinic.add_patient("Looked", "At")).path
    for client in (gone, looked_at):
        set_last_seen(database, client, 8)
    ana.get(looked_at)
    assert "Choose after how many years" in ana.get("/account/data/unseen").text
    ana.get("/account/data")
    page = ana.press("Save changes", **{"List patients not seen for": "7"})
    assert page.path == "/account/data/unseen" and "Gone Longago" in page.text and "Born 27 Mar 1961" in page.text
    assert "Lately" not in page.text and "Looked" not in page.text and seen
    assert ana.get(page.link("Gone Longago")).has_button("Erase this patient")
    assert "Gone Longago" in ana.get("/account/data/unseen").text  # being looked at here is no sign of them
    ana.run_job("privacy.erase_due", timestamp=0)
    assert ben.get(gone).h1 == "Gone Longago"
    assert ana.post("/account/data/unseen", {"unseen_years": "6.5"}).status == 422
    assert ben.get("/account/data/unseen").status == ben.post("/account/data/unseen").status == 404


@pytest.mark.usefixtures("environment")
def test_a_practice_is_exported_by_command_into_a_new_file_of_ones_own(
    ana: Browser, clinic: Clinic, database: sa.Engine, tmp_path: Path
) -> None:
    practice = practice_of(database, id_of(ana.open_patient(clinic.add_patient("Olivia", "Hart")).path))
    path = tmp_path / "harbour.zip"
    command("export-practice", str(practice), str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as opened:
        assert "Olivia" in opened.read("tables/clients.csv").decode()
    for arguments in ([str(practice), str(path)], [str(uuid.uuid4()), str(tmp_path / "other.zip")]):
        assert CliRunner().invoke(cli, ["admin", "export-practice", *arguments]).exit_code != 0
    assert [each.name for each in tmp_path.iterdir()] == ["harbour.zip"]
