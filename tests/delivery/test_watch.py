"""What Cliniko does to deliveries opens and closes the alerts, whoever or whatever notices."""

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.clock import utc_now
from tests.alerts.arrange import bell, execute
from tests.alerts.conftest import Watch
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

PRESIGN = "/v1/patients/*/attachment_presigned_post"
AGO = "now() - interval '3 minutes'"


@pytest.fixture
def client(ana: Browser, clinic: Clinic) -> str:
    """Path of a client whom Ana treats."""
    return ana.open_patient(clinic.add_patient("Olivia", "Hart")).path


@pytest.fixture
def watch(app: FastAPI, database: sa.Engine) -> Watch:
    """The job that looks, on the clock of the wall."""
    return Watch(app, database, utc_now)


def alerts(browser: Browser) -> str:
    return browser.get("/alerts").text


def test_case_26_an_outage_is_one_alert_until_cliniko_answers_again(
    ana: Browser, client: str, cliniko: FakeCliniko, watch: Watch, database: sa.Engine
) -> None:
    cliniko.answer_html("GET", PRESIGN, 503, times=None)
    for _ in range(3):
        send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=3)
    watch.look()
    assert bell(ana) == "Alerts", "it has just begun"
    execute(database, f"UPDATE connections SET failing_since = {AGO} WHERE failing_since IS NOT NULL")
    watch.look()
    assert bell(ana) == "Alerts, 1 new"
    assert "Cliniko does not answer" in alerts(ana) and "3 programs wait" in alerts(ana)
    cliniko.clear_faults()
    ana.run_jobs(hurry=True, rounds=8)
    watch.look()
    assert bell(ana) == "Alerts"
    assert "Cliniko answers again" in alerts(ana)


def test_case_20_and_24_a_key_or_room_that_is_missing_is_told_until_it_is_there(
    ana: Browser, client: str, clinic: Clinic, watch: Watch
) -> None:
    clinic.account.storage_limit_bytes = 1
    send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=2)
    watch.look()
    assert "has no room for more files" in alerts(ana)
    clinic.ana.key_archived = True
    ana.run_jobs(hurry=True, rounds=2)
    watch.look()
    page = alerts(ana)
    assert "Your Cliniko API key is missing or no longer accepted" in page
    assert "Cliniko accepts files again" in page, "with this key nobody knows"
    clinic.ana.key_archived = False
    clinic.account.storage_limit_bytes = None
    ana.save_key(clinic.ana.key)
    ana.run_jobs(hurry=True, rounds=6)
    watch.look()
    assert bell(ana) == "Alerts"
    assert "No program waits for an API key of yours any more" in alerts(ana)
