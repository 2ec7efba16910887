"""The click on "Open in Kinebridge": where it leads, what it makes, what it asks of Cliniko."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.bridge.rows import audit_actions, client_count, clients_of
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic

PATIENT = "/v1/patients/*"


def test_an_unknown_patient_becomes_a_client_after_one_request(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1988-03-14", email="olivia@example.com")
    page = ana.open_patient(patient)
    assert (page.status, page.h1) == (200, "Olivia Hart")
    assert page.path == f"/clients/{clients_of(database, patient)[0]}"
    assert len(cliniko.calls("GET", PATIENT)) == 1
    assert cliniko.calls("GET", PATIENT)[0].user_id == clinic.ana.id
    assert "client.made" in audit_actions(database, page.path.rpartition("/")[2])


def test_a_second_click_opens_the_same_client_without_a_call_to_cliniko(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    first = ana.open_patient(patient)
    calls = len(cliniko.log)
    second = ana.open_patient(patient)
    assert second.path == first.path
    assert len(cliniko.log) == calls
    assert client_count(database, patient) == 1


def test_details_are_refreshed_in_the_background_after_the_click(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    clinic.state.update_patient(patient, last_name="Hart-Lee", preferred_first_name="Liv")
    assert ana.open_patient(patient).h1 == "Olivia Hart"
    ana.run_jobs()
    assert ana.open_patient(patient).h1 == "Liv (Olivia) Hart-Lee"
    assert ana.get("/clients?q=lee").text.count("Hart-Lee") == 1


def test_case_1_two_tabs_that_race_make_one_client(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    holds = [cliniko.hold("GET", PATIENT, when="after"), cliniko.hold("GET", PATIENT, when="after")]
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(ana.send, "GET", f"/open/cliniko?patient_id={patient}") for _ in range(2)]
        for hold in holds:
            assert hold.reached.wait(10)
        for hold in holds:
            hold.release()
        answers = [click.result(20) for click in clicks]
    assert [answer.status for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert client_count(database, patient) == 1


def test_case_2_two_colleagues_at_once_make_one_client_and_the_other_is_judged_by_sharing(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    holds = [cliniko.hold("GET", PATIENT, when="after"), cliniko.hold("GET", PATIENT, when="after")]
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(who.send, "GET", f"/open/cliniko?patient_id={patient}") for who in (ana, ben)]
        for hold in holds:
            assert hold.reached.wait(10)
        for hold in holds:
            hold.release()
        statuses = sorted(click.result(20).status for click in clicks)
    assert statuses == [303, 404]
    assert client_count(database, patient) == 1


def test_case_3_signing_in_leads_straight_on_to_the_patient(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    with database.connect() as connection:
        email = connection.execute(
            sa.text("SELECT email FROM practitioners WHERE name = 'Ana Ruiz' ORDER BY created_at DESC LIMIT 1")
        ).scalar_one()
    stranger = ana.another()
    page = stranger.open_patient(patient)
    assert page.path == "/sign-in"
    page = stranger.press("Sign in", Email=email, Password="not the right password")
    assert page.path == "/sign-in" and page.status >= 400
    assert stranger.sign_in(email).h1 == "Olivia Hart"


def test_case_3_signing_up_and_saving_a_key_keep_the_patient_in_mind(browser: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    browser.open_patient(patient)
    assert browser.page is not None
    browser.get(browser.page.link("Create an account"))
    page = browser.press(
        "Create account",
        **{
            "Your name": "Noor Haddad",
            "Email": f"noor{time.monotonic_ns()}@practice.example",
            "Password": "correct horse battery staple",
            "Practice name": "Noor Physio",
            "Country": "AU",
        },
    )
    assert page.h1 == "Connect Cliniko first"
    browser.get(page.link("Paste my API key"))
    assert browser.press("Save changes", **{"Cliniko API key": clinic.ana.key}).h1 == "Olivia Hart"


def test_case_4_every_patient_page_says_who_is_signed_in_and_switching_keeps_the_target(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    page = ana.open_patient(patient)
    header = page.soup.find("header")
    assert header is not None
    words = " ".join(header.get_text(" ").split())
    assert "Ana Ruiz" in words and "Harbour Physio" in words
    switched = ana.press("Switch")
    assert switched.path == "/sign-in"
    assert page.path in switched.url.replace("%2F", "/")


def test_case_5_a_shared_client_opens_for_a_colleague_and_the_audit_log_says_so(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    ana.share_with_everyone()
    calls = len(cliniko.log)
    page = ben.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    assert len(cliniko.log) == calls
    assert "client.opened_shared" in audit_actions(database, page.path.rpartition("/")[2])


def test_case_6_a_client_not_shared_is_a_404_that_says_whom_to_ask(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    page = ben.open_patient(patient)
    assert page.status == 404
    assert "Ana Ruiz" in page.text and "Sharing" in page.text
    assert "Olivia" not in page.content.decode()
    assert client_count(database, patient) == 1


@pytest.mark.parametrize("trouble", ["no key", "not visible", "cliniko down"])
def test_case_6_the_colleague_is_named_only_to_those_whose_own_key_sees_the_patient(
    trouble: str, ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    if trouble == "no key":
        ben.get("/account/settings")
        ben.press("Remove key")
    elif trouble == "not visible":
        clinic.state.delete_patient(patient)
    else:
        cliniko.answer_html("GET", PATIENT, 502, times=None)
    page = ben.open_patient(patient)
    assert page.status == 404
    assert "Ana Ruiz" not in page.content.decode()
    assert "A colleague has added this patient" in page.text


def test_case_10_the_same_patient_id_in_two_practices_is_two_clients(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    other = ana.another()
    other.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    other.save_key(clinic.ben.key)
    assert other.open_patient(patient).h1 == "Olivia Hart"
    assert len(set(clients_of(database, patient))) == 2
