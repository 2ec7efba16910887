"""My account > Settings: the Cliniko key, checked at Cliniko, bound to the practice, never shown again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.demo.patients import DemoClinics
from tests.accounts.connecting.keys import ACCOUNT, USER, connection_of, resumed_members, stored_key
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser


def test_a_good_key_shows_clinic_person_and_role(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    page = browser.save_key(clinics.practitioner_1.key)
    assert page.path == "/account/settings"
    assert "The Cliniko API key is saved." in page.text
    secret = clinics.practitioner_1.key.removesuffix("-au1")
    for words in ("Harbour Street Physiotherapy", "Amara Okafor", "Practitioner", f"ends in {secret[-4:]}", "au1"):
        assert words in page.text
    assert "Connected" in page.text


def test_the_first_key_binds_the_practice_to_its_cliniko_account(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    clinics.harbour.patient_word = "client"
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    assert row.cliniko_account_id == clinics.harbour.id
    assert row.cliniko_account_name == "Harbour Street Physiotherapy"
    assert row.cliniko_subdomain == "harbour-street"
    assert row.patient_word == "client"
    assert row.time_zone == "Australia/Sydney"
    assert (row.cliniko_user_id, row.cliniko_user_name) == (clinics.practitioner_1.id, "Amara Okafor")
    assert (row.cliniko_role, row.state, row.shard) == ("practitioner", "working", "au1")


def test_cliniko_is_asked_twice_and_no_more(browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko) -> None:
    browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    assert [(entry.method, entry.path) for entry in cliniko.log] == [("GET", USER), ("GET", ACCOUNT)]


def test_no_transaction_is_open_while_cliniko_is_asked(
    browser: Browser, clinics: DemoClinics, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    browser.sign_up()
    hold = cliniko.hold("GET", USER, when="before")
    with ThreadPoolExecutor() as pool:
        saving = pool.submit(browser.save_key, clinics.practitioner_1.key)
        assert hold.reached.wait(10)
        with database.connect() as connection:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            assert connection.exec_driver_sql(query).scalar_one() == 0
        hold.release()
        assert "is saved" in saving.result().text


def test_white_space_around_a_pasted_key_does_no_harm(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    browser.save_key(f" \u200b{clinics.practitioner_1.key}\r\n")
    assert stored_key(connection_of(database, email)) == clinics.practitioner_1.key


def test_saving_a_key_lets_waiting_pdfs_go_out(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    """Case 20: pasting a key resumes the deliveries that wait for one; the job comes with the key or not at all."""
    email = browser.sign_up()
    browser.save_key("wrong-key-of-some-length-au1")
    assert resumed_members(database) == []
    browser.save_key(clinics.practitioner_1.key)
    assert resumed_members(database) == [str(connection_of(database, email).member_id)]


def test_saving_leads_back_to_the_patient_that_was_clicked(browser: Browser, clinics: DemoClinics) -> None:
    browser.sign_up()
    browser.get("/account/settings?next=/open/cliniko%3Fpatient_id%3D52817")
    browser.press("Save changes", **{"Cliniko API key": "nonsense with spaces"})
    browser.press("Save changes", **{"Cliniko API key": clinics.practitioner_1.key})
    assert browser.hops[1].startswith("http://testserver/open/cliniko?patient_id=52817")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_saving_leads_nowhere_off_this_site(browser: Browser, clinics: DemoClinics, target: str) -> None:
    browser.sign_up()
    data = {"api_key": clinics.practitioner_1.key, "next": target}
    answer = browser.send("POST", "/account/settings", data=data)
    assert answer.headers["location"] == "/account/settings?notice=key-saved"


def test_the_key_is_recorded_by_ids_only(browser: Browser, clinics: DemoClinics, database: sa.Engine) -> None:
    email = browser.sign_up()
    browser.save_key(clinics.practitioner_1.key)
    row = connection_of(database, email)
    with database.connect() as connection:
        query = sa.text("SELECT detail FROM audit_events WHERE practice_id = :id AND action = 'connection.saved'")
        detail = connection.execute(query, {"id": row.practice_id}).scalar_one()
    assert detail == {"connection_id": str(row.id), "cliniko_user_id": clinics.practitioner_1.id}


# Refusals: each its own sentence, and the old key stays
