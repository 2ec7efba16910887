"""Case 8: who works in two clinics pastes the key of the wrong one first, and is not bound to it for good."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.demo.patients import DemoClinics, fill
from tests.clients.arrange import run_beside
from tests.fakes.cliniko import FakeCliniko
from tests.leaving.arrange import email_of, end
from tests.support import Browser, Page

NOAH = "1618820034417750912"  # of the demo's other clinic
WRONG_CLINIC = "Is Riverside Podiatry the wrong clinic?"


@pytest.fixture
def clinics(cliniko: FakeCliniko) -> DemoClinics:
    """Two clinics at this test's Cliniko, in both of which the owner works."""
    return fill(cliniko.state)


@pytest.fixture
def misled(browser: Browser, clinics: DemoClinics) -> Browser:
    """An owner whose new practice is connected to the other clinic they work in."""
    browser.sign_up(practice="Harbour Physio")
    browser.save_key(clinics.podiatrist.key)
    return browser


def leave(browser: Browser) -> Page:
    browser.post("/account/settings/remove-key")
    assert WRONG_CLINIC in browser.get("/account/settings").text
    return browser.press("Disconnect")


def test_case_8_a_practice_connected_to_the_wrong_clinic_first_changes_to_the_right_one(
    misled: Browser, clinics: DemoClinics
) -> None:
    page = misled.save_key(clinics.practitioner_1.key)
    assert page.status == 422 and 'is connected to "Riverside Podiatry"' in page.text
    assert WRONG_CLINIC not in page.text
    assert "The practice is disconnected." in leave(misled).text
    page = misled.save_key(clinics.practitioner_1.key)
    assert "is saved" in page.text and "Harbour Street Physiotherapy" in page.text
    assert "Riverside" not in page.text
    assert misled.post("/account/settings/wrong-clinic").status == 409


def test_case_8_once_a_patient_was_opened_the_practice_stays_connected(misled: Browser, clinics: DemoClinics) -> None:
    misled.open_patient(NOAH)
    page = leave(misled)
    assert page.status == 409
    assert "Patients of Riverside Podiatry have been opened here" in page.text
    assert misled.save_key(clinics.practitioner_1.key).status == 422


def test_case_8_while_a_colleagues_key_is_saved_the_practice_stays_connected(
    misled: Browser, clinics: DemoClinics
) -> None:
    colleague = misled.invite_colleague()
    colleague.save_key(clinics.podiatrist.key)
    page = leave(misled)
    assert page.status == 409 and "A key of Riverside Podiatry is still saved" in page.text


def test_case_8_a_deactivated_colleagues_key_does_not_keep_the_practice_at_the_wrong_clinic_for_good(
    misled: Browser, clinics: DemoClinics
) -> None:
    misled.invite_colleague().save_key(clinics.podiatrist.key)
    end(misled, "Lee Okafor", "Deactivate")
    page = leave(misled)
    assert page.status == 409 and "of a colleague who is deactivated. Remove them under Team first" in page.text
    end(misled, "Lee Okafor")
    assert "The practice is disconnected." in leave(misled).text


def test_case_8_what_is_remembered_of_the_clinic_just_left_goes_with_it(misled: Browser, database: sa.Engine) -> None:
    whose = {"email": email_of(misled)}
    of_lead = "id = (SELECT active_practice_id FROM practitioners WHERE email = :email)"
    with database.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE practices SET patient_word = 'client', button_seen_at = now() WHERE {of_lead}"), whose
        )
        poll = f"INSERT INTO patient_polls (practice_id, updated_since) SELECT id, now() FROM practices WHERE {of_lead}"
        connection.execute(sa.text(poll), whose)
    assert "As in Cliniko: client" in misled.get("/account/practice/settings").text
    leave(misled)
    assert "As in Cliniko: patient" in misled.get("/account/practice/settings").text
    with database.connect() as connection:
        left = (
            "SELECT button_seen_at, updated_since FROM practices "
            f"LEFT JOIN patient_polls ON practice_id = practices.id WHERE {of_lead}"
        )
        assert connection.execute(sa.text(left), whose).one() == (None, None)


def test_case_8_who_runs_the_practice_no_more_by_then_disconnects_nothing(
    misled: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    lead = {"email": email_of(misled)}
    misled.post("/account/settings/remove-key")
    misled.get("/account/settings")
    whose = "practitioner_id = (SELECT id FROM practitioners WHERE email = :email)"
    with database.begin() as connection:
        of_lead = f"SELECT id FROM practices WHERE id = (SELECT practice_id FROM memberships WHERE {whose}) FOR UPDATE"
        connection.execute(sa.text(of_lead), lead)
        done = run_beside(database, lambda: misled.press("Disconnect"))
        connection.execute(sa.text(f"UPDATE memberships SET role = 'practitioner' WHERE {whose}"), lead)
        connection.commit()
        (page,) = done()
    assert page.status == 403
    refused = misled.save_key(clinics.practitioner_1.key)
    assert refused.status == 422 and 'is connected to "Riverside Podiatry"' in refused.text


@pytest.mark.parametrize("joins", [False, True], ids=["left", "joined-another"])
def test_case_8_a_patient_of_the_clinic_just_left_is_not_added(
    joins: bool, misled: Browser, clinics: DemoClinics, cliniko: FakeCliniko
) -> None:
    other_tab = misled.another()
    other_tab.cookies = misled.cookies
    hold = cliniko.hold("GET", f"/v1/patients/{NOAH}", when="before")
    with ThreadPoolExecutor() as pool:
        click = pool.submit(other_tab.get, f"/open/cliniko?patient_id={NOAH}")
        assert hold.reached.wait(10)
        assert "The practice is disconnected." in leave(misled).text
        if joins:
            misled.save_key(clinics.practitioner_1.key)
        hold.release()
        page = click.result()
    assert page.status == 409 and "Nothing was added." in page.text
    assert "Noah" not in misled.get("/clients").text
