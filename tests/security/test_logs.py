"""Logs at any level, error pages and job rows hold no key, no password, no patient text and nothing that was typed."""

import io
import logging

import pytest
import sqlalchemy as sa

from app.log import make_handler
from tests.fakes.cliniko import FakeCliniko
from tests.support import PASSWORD, Browser, Clinic

SEARCHED = "Quillfeather"
NOTED = "Ondansetron-Zanzibar"


def told_by(caplog: pytest.LogCaptureFixture) -> str:
    """All that was logged: the lines, and every part of each record, exceptions with their traces."""
    formatter = logging.Formatter("%(message)s")
    ours = [record for record in caplog.records if record.name != "httpx2"]  # the test's own browser
    return "".join(formatter.format(record) + repr(vars(record)) for record in ours)


def work(ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> list[str]:
    """Do what a day brings, trouble included; return what must not be told."""
    patient = clinic.add_patient(
        "Wilhelmina",
        "Featherstonehaugh",
        email="wilhelmina@patients.example",
        phone_numbers=[("Mobile", "0491 570 156")],
        date_of_birth="1961-07-04",
    )
    client = ana.open_patient(patient).path
    ana.get(f"/clients?q={SEARCHED}")
    ana.get(client)
    editor = ana.press("New program").path
    form = {"title": f"{NOTED} title", "note": NOTED, "slug-0": "pendulum-swing", "note-0": NOTED, "revision": "0"}
    ana.post(editor, {**form, "action": "save", "revision": "9", "find": SEARCHED})
    cliniko.drop("POST", "/v1/patient_attachments", when="after")
    ana.post(editor, {**form, "action": "assign"})
    ana.run_jobs(hurry=True, rounds=4)
    ana.open_patient(patient)
    ana.run_jobs()
    ana.get(f"/open/cliniko?patient_id=12&q={SEARCHED}")
    ana.post("/account/settings", {"api_key": "bogus-secret-key-0001-au1"})
    ana.get("/account/settings")
    stranger = ana.another()
    stranger.sign_in("featherweight@patients.example", "wrong password of mine")
    stranger.get(f"/join/{SEARCHED}")
    stranger.get(f"/nothing/{SEARCHED}?q={SEARCHED}")
    clinic.ana.key_archived = True
    ana.open_patient(clinic.add_patient("Wilhelmina", "Featherstonehaugh"))
    ana.post(editor, {**form, "action": "save", "revision": "1"})
    return [
        *("Wilhelmina", "Featherstonehaugh", "patients.example", "0491 570", "1961-07-04", NOTED, SEARCHED),
        *(clinic.ana.key, clinic.ana.key.rpartition("-")[0], "bogus-secret-key", PASSWORD, "wrong password of mine"),
        ana.cookies["kinebridge"],
    ]


def test_a_days_work_and_its_troubles_leave_nothing_telling_in_the_logs(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = work(ana, clinic, cliniko)
    told = told_by(caplog)
    assert len(caplog.records) > 50
    assert [secret for secret in secrets if secret in told] == []


def test_a_failure_of_ours_tells_neither_page_nor_log_what_was_typed(
    ana: Browser,
    clinic: Clinic,
    database: sa.Engine,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    client = ana.open_patient(clinic.add_patient("Wilhelmina", "Featherstonehaugh")).path
    ana.get(client)
    editor = ana.press("New program").path
    with database.begin() as connection:
        # NOT VALID: rows that are there already stay. PostgreSQL names the whole refused row in its message.
        connection.exec_driver_sql(
            "ALTER TABLE programs ADD CONSTRAINT broken_on_purpose CHECK (draft_revision < 1) NOT VALID"
        )
    try:
        form = {"title": NOTED, "note": NOTED, "slug-0": "pendulum-swing", "revision": "0", "action": "save"}
        answer = ana.post(editor, form)
    finally:
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE programs DROP CONSTRAINT broken_on_purpose")
    assert answer.status == 500
    told = answer.content.decode() + told_by(caplog) + "".join(capsys.readouterr())
    assert "CheckViolation" in told
    assert [secret for secret in (NOTED, "Wilhelmina", "Featherstonehaugh") if secret in told] == []


def test_a_job_that_fails_in_the_database_does_not_tell_the_row(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Wilhelmina", "Featherstonehaugh")
    ana.open_patient(patient)
    ana.open_patient(patient)
    written = io.StringIO()
    handler = make_handler(written)
    logging.getLogger().addHandler(handler)
    with database.begin() as connection:
        connection.exec_driver_sql(
            "ALTER TABLE clients ADD CONSTRAINT broken_on_purpose CHECK (refreshed_at < '2000-01-01') NOT VALID"
        )
    try:
        ana.run_jobs()
    finally:
        logging.getLogger().removeHandler(handler)
        with database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE clients DROP CONSTRAINT broken_on_purpose")
    told = written.getvalue()
    assert "clients.refresh" in told
    assert "CheckViolation" in told
    assert [secret for secret in ("Wilhelmina", "Featherstonehaugh") if secret in told] == []


def test_jobs_are_told_ids_only(ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine) -> None:
    secrets = work(ana, clinic, cliniko)
    with database.connect() as connection:
        rows = repr(connection.exec_driver_sql("SELECT * FROM procrastinate_jobs").all())
        audit = repr(connection.exec_driver_sql("SELECT action, detail FROM audit_events").all())
    assert "delivery" in rows
    assert "program.assigned" in audit
    assert [secret for secret in secrets if secret in rows + audit] == []
