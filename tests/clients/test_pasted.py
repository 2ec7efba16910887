"""A Cliniko address pasted into the search box opens its patient, and says why it does not."""

import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import set_practice
from tests.support import Browser, Clinic

TYPING = {"X-Kinebridge-Typing": "yes"}
CLINIKO = "https://api.{shard}.cliniko.com/v1"


def paste(browser: Browser, address: str) -> str:
    """Paste an address into the search box and press Search; returns the path that follows."""
    browser.get("/clients")
    browser.press("Search", **{"Find a patient by name": address})
    return browser.hops[1].partition("testserver")[2] if len(browser.hops) > 1 else ""


def test_the_address_of_a_patients_page_opens_the_patient_as_a_click_would(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    path = paste(ana, f"{cliniko.url}/patients/{patient}/files?name=Olivia")
    assert path == f"/open/cliniko?patient_id={patient}"
    assert ana.page is not None and ana.page.h1 == "Olivia Hart"


def test_an_address_typed_so_far_opens_nobody_and_offers_the_patient(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    page = ana.send("GET", f"/clients?q={cliniko.url}/patients/{patient}", headers=TYPING)
    assert page.status == 200
    assert page.link("Open the patient") == f"/open/cliniko?patient_id={patient}"
    assert not cliniko.calls("GET", "/v1/patients/*")


@pytest.fixture
def connected(browser: Browser, settings: Settings, database: sa.Engine) -> Browser:
    """Somebody whose practice is connected to the real Cliniko's harbour-street; nothing is sent there."""
    set_practice(database, browser.sign_up(practice="Harbour Physio"), cliniko_subdomain="harbour-street")
    state = browser.server.app.state  # type: ignore[attr-defined]  # our app's
    object.__setattr__(state.tools, "settings", settings.model_copy(update={"cliniko_api_url": CLINIKO}))
    return browser


def test_an_address_of_another_clinic_is_refused_and_both_are_named(connected: Browser) -> None:
    assert paste(connected, "https://riverside.au1.cliniko.com/patients/12") == ""
    assert connected.page is not None
    words = connected.page.text
    assert 'This patient is at "riverside" in Cliniko, but Harbour Physio is connected to "harbour-street".' in words
    assert "Nobody found" not in words
    # One of this practice's clinic is looked for nowhere else: ids of two clinics may be the same.
    path = paste(connected, "https://Harbour-Street.au2.cliniko.com/patients/12")
    assert path.startswith("/open/cliniko?patient_id=12&practice=")


def test_an_address_of_a_clinic_of_my_other_practice_says_where_to_change(
    connected: Browser, database: sa.Engine
) -> None:
    other = connected.another()
    set_practice(database, other.sign_up(practice="Riverside Podiatry"), cliniko_subdomain="riverside")
    with database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO memberships (id, practice_id, practitioner_id, role) SELECT gen_random_uuid(), "
            "(SELECT id FROM practices WHERE name = 'Riverside Podiatry' ORDER BY created_at DESC LIMIT 1), "
            "practitioner_id, 'practitioner' FROM memberships WHERE practice_id = "
            "(SELECT id FROM practices WHERE name = 'Harbour Physio' ORDER BY created_at DESC LIMIT 1)"
        )
    paste(connected, "https://riverside.au1.cliniko.com/patients/12")
    assert connected.page is not None
    assert "You also work at Riverside Podiatry: change to it at the top, then paste again." in connected.page.text


def test_a_page_of_cliniko_that_is_no_patients_is_told_apart(connected: Browser) -> None:
    assert paste(connected, "https://harbour-street.au1.cliniko.com/appointments") == ""
    assert connected.page is not None
    assert "This address leads to Cliniko, but not to a patient." in connected.page.text


def test_before_a_key_is_saved_the_address_leads_to_saving_one(connected: Browser, database: sa.Engine) -> None:
    connected.another()
    nobody_yet = connected.another()
    nobody_yet.sign_up()
    assert paste(nobody_yet, "https://riverside.au1.cliniko.com/patients/12") == "/open/cliniko?patient_id=12"
    assert nobody_yet.page is not None and nobody_yet.page.h1 == "Connect Cliniko first"


def test_names_are_searched_as_ever(ana: Browser, clinic: Clinic) -> None:
    ana.open_patient(clinic.add_patient("Olivia", "O'Brien-Hart"))
    for typed in ("o'brien", "hart", "patients/12"):
        assert ana.get(f"/clients?q={typed}").path == "/clients"
    assert "Olivia O'Brien-Hart" in ana.get("/clients?q=brien").text
