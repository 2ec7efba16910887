"""A click while Cliniko is slow, away, over its limit or refuses the key."""

import threading
import time

import pytest
import sqlalchemy as sa

from tests.bridge.rows import clients_of
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic

PATIENT = "/v1/patients/*"


def test_case_25_a_click_waits_out_a_short_429(ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    cliniko.limit_rate("GET", PATIENT, 1)
    assert ana.open_patient(patient).h1 == "Olivia Hart"


def test_case_25_a_long_429_is_told_at_once_and_nothing_is_made(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    cliniko.limit_rate("GET", PATIENT, 50)
    page = ana.open_patient(patient)
    assert page.status == 503
    assert page.link("Try again") == f"/open/cliniko?patient_id={patient}"
    assert clients_of(database, patient) == []


@pytest.mark.parametrize("trouble", ["502", "dropped", "dropped after", "truncated", "malformed", "unexpected"])
def test_trouble_in_cliniko_says_so_offers_another_try_and_leaves_nothing_half_made(
    trouble: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    if trouble == "502":
        cliniko.answer_html("GET", PATIENT, 502)
    elif trouble.startswith("dropped"):
        cliniko.drop("GET", PATIENT, when="after" if trouble.endswith("after") else "before")
    else:
        cliniko.garble("GET", PATIENT, trouble)  # type: ignore[arg-type]  # one of its three words
    page = ana.open_patient(patient)
    assert page.status == 503
    assert clients_of(database, patient) == []
    assert ana.get(page.link("Try again")).h1 == "Olivia Hart"


def test_a_cliniko_that_hangs_gets_its_page_within_ten_seconds(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    hold = cliniko.hold("GET", PATIENT, when="before")
    began = time.monotonic()
    page = ana.open_patient(patient)
    assert hold.reached.is_set()
    assert page.status == 503 and time.monotonic() - began < 10
    hold.release()


def test_a_click_holds_no_transaction_while_cliniko_answers(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    hold = cliniko.hold("GET", PATIENT, when="before")
    click = threading.Thread(target=ana.send, args=("GET", f"/open/cliniko?patient_id={patient}"))
    click.start()
    assert hold.reached.wait(10)
    with database.connect() as connection:
        idle = connection.execute(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%'"
            )
        ).scalar_one()
    hold.release()
    click.join(10)
    assert idle == 0


def test_a_rejected_key_says_so_and_a_new_one_comes_back_to_the_patient(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    clinic.ana.key_archived = True
    page = ana.open_patient(patient)
    assert (page.status, page.h1) == (409, "Cliniko does not accept your API key")
    ana.get(page.link("Paste my API key"))
    assert ana.press("Save changes", **{"Cliniko API key": clinic.ben.key}).h1 == "Olivia Hart"
