"""A test page goes the way of programs, to whom somebody has chosen and confirmed, and is none."""

import io
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import counted_queries
from tests.support import Browser, Clinic, Page
from tests.today.conftest import At
from tests.today.test_first_steps import PROGRAM, steps

TITLE = "Kinebridge test page, may be deleted"


@pytest.fixture
def olivia(clinic: Clinic) -> str:
    return clinic.add_patient("Olivia", "Hart", preferred_first_name="Liv", date_of_birth="1988-03-14")


def send_to(browser: Browser, patient: str) -> Page:
    browser.get("/today/test-page")
    browser.press("Continue", **{"Patient in Cliniko": patient})
    return browser.press("Send the test page")


def test_from_a_pasted_address_to_the_file_in_cliniko_and_out_again(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, olivia: str
) -> None:
    ana.get("/today")
    ana.get(ana.page.link("Send a test page") if ana.page else "")
    page = ana.press("Continue", **{"Patient in Cliniko": f"{cliniko.url}/patients/{olivia}/files"})
    assert page.h1 == "Send a test page to Liv (Olivia) Hart?" and "14 Mar 1988" in page.text
    assert f"“{TITLE}” is added to this patient's Files" in page.text
    assert clinic.state.files_of(olivia) == [] and "Hart" not in ana.get("/clients").text  # nothing done yet
    page = send_to(ana, olivia)
    assert page.h1 == "Test page" and "Waiting to go to Cliniko" in page.text
    assert f'data-live-url="{page.path}/state"' in page.content.decode()
    ana.run_jobs(hurry=True, rounds=3)
    (file,) = clinic.state.files_of(olivia)
    assert file.description is not None and file.description.startswith(f"{TITLE} (Kinebridge ")
    assert file.filename.endswith(".pdf") and "hart" not in file.filename
    words = " ".join(PdfReader(io.BytesIO(file.content)).pages[0].extract_text().split())
    assert "Harbour Physio" in words and "It is no exercise program" in words and "Liv (Olivia) Hart" in words
    state = ana.get(f"{page.path}/state")
    assert "In Cliniko" in state.text and 'data-live="on"' not in state.content.decode()
    assert state.link("Open the patient in Cliniko") == f"{cliniko.url}/patients/{olivia}"
    ana.get(page.path)
    page = ana.press("Archive it in Cliniko")
    assert "is archived in Cliniko" in page.text and "Archived in Cliniko" in page.text
    assert clinic.state.files_of(olivia) == []
    assert not page.has_button("Archive it in Cliniko")
    record = ana.get("/account/activity").text
    assert "sent a test page to" in record and "archived a test page of" in record


def test_case_30_it_says_before_anything_is_sent_that_the_privacy_policy_was_not_accepted(
    ana: Browser, clinic: Clinic
) -> None:
    said = "has not accepted your privacy policy"
    for accepted in (False, True, None):
        patient = clinic.add_patient("Olivia", "Hart", accepted_privacy_policy=accepted)
        page = ana.get(f"/today/test-page?patient={patient}")
        assert page.has_button("Send the test page") and (said in page.text) == (accepted is False)


def test_case_11_merged_into_another_since_it_is_archived_where_it_went(
    ana: Browser, clinic: Clinic, olivia: str
) -> None:
    sent = send_to(ana, olivia).path
    ana.run_jobs(hurry=True, rounds=3)
    survivor = clinic.add_patient("Olivia", "Hart-Lee")
    clinic.state.merge_patients(olivia, into=survivor)
    (file,) = clinic.state.files_of(survivor)
    ana.get(sent)
    assert "is archived in Cliniko" in ana.press("Archive it in Cliniko").text
    assert clinic.state.files_of(survivor) == [] and clinic.state.attachments[file.id].archived_at
    gone = send_to(ana, clinic.add_patient("Noah", "Webb")).path
    ana.run_jobs(hurry=True, rounds=3)
    ana.get(gone)
    clinic.state.attachments.clear()
    page = ana.press("Archive it in Cliniko")
    assert "The file was not found in Cliniko, also where patients are merged into others" in page.text


def test_it_is_no_program_and_deliveries_say_what_it_is(ana: Browser, clinic: Clinic, olivia: str) -> None:
    send_to(ana, olivia)
    ana.run_jobs(hurry=True, rounds=3)
    assert steps(ana.get("/today"))[PROGRAM] == "To do"
    page = ana.get("/deliveries")
    assert f"{TITLE} · sent" in page.text and "In Cliniko" in page.text
    assert "No programs yet" in ana.get(page.link("Liv (Olivia) Hart")).text


def test_pressed_twice_it_is_one_page(ana: Browser, clinic: Clinic, olivia: str) -> None:
    first = send_to(ana, olivia).path
    assert ana.post("/today/test-page", {"patient_id": olivia}).path == first
    ana.run_jobs(hurry=True, rounds=3)
    assert ana.post("/today/test-page", {"patient_id": olivia}).path == first
    assert len(clinic.state.files_of(olivia)) == 1


def test_one_of_todays_patients_can_be_chosen_by_name(ana: Browser, clinic: Clinic, olivia: str, at: At) -> None:
    clinic.book(olivia, at(9))
    ana.post("/today/read")
    page = ana.get(ana.get("/today/test-page").link("Liv (Olivia) Hart"))
    assert page.h1 == "Send a test page to Liv (Olivia) Hart?"


def test_without_a_working_key_it_waits_for_one_as_programs_do(ana: Browser, clinic: Clinic, olivia: str) -> None:
    clinic.ana.key_archived = True
    page = ana.get(f"/today/test-page?patient={olivia}")
    assert page.status == 422 and "Cliniko does not accept your API key" in page.text
    clinic.ana.key_archived = False
    ana.save_key(clinic.ana.key)
    page = send_to(ana, olivia)
    clinic.ana.key_archived = True
    ana.run_jobs(hurry=True)
    page = ana.get(page.path)
    assert "Needs a new key" in page.text
    clinic.ana.key_archived = False
    ana.save_key(clinic.ana.key)
    ana.run_jobs(hurry=True, rounds=3)
    assert (
        "It works. Programs you assign arrive the same way" in ana.get(page.path).text
        and len(clinic.state.files_of(olivia)) == 1
    )


@pytest.mark.parametrize(
    "typed", ["Olivia Hart", "12345678901234567890", "https://evil.example/patients/1", "-1", "0x1"]
)
def test_what_names_no_patient_is_asked_for_again(ana: Browser, typed: str, cliniko: FakeCliniko) -> None:
    before = len(cliniko.log)
    page = ana.get("/today/test-page?" + urlencode({"patient": typed}))
    assert page.status == 422 and "does not look like the address of a patient's page" in page.text
    assert len(cliniko.log) == before


@pytest.mark.parametrize(("status", "words"), [(404, "cannot see this patient"), (403, "role"), (500, "trouble")])
def test_what_cliniko_says_of_the_patient_is_told(
    ana: Browser, cliniko: FakeCliniko, olivia: str, status: int, words: str
) -> None:
    cliniko.answer("GET", "/v1/patients/*", status, times=None)
    for page in (ana.get(f"/today/test-page?patient={olivia}"), ana.post("/today/test-page", {"patient_id": olivia})):
        assert page.status == 422 and words in page.text


def test_a_colleagues_client_gets_one_only_from_who_may_edit(
    ana: Browser, ben: Browser, clinic: Clinic, olivia: str, database: sa.Engine
) -> None:
    ana.open_patient(olivia)
    page = ben.get(f"/today/test-page?patient={olivia}")
    assert page.status == 422 and "does not share them with you" in page.text and "Ana" not in page.text
    assert ben.send("POST", "/today/test-page", data={"patient_id": olivia}).status == 404
    ana.get("/account/sharing")
    ana.press("Save changes", **{"Everyone in the practice": True, "View only": True})
    assert "but not change anything" in ben.get(f"/today/test-page?patient={olivia}").text
    assert ben.send("POST", "/today/test-page", data={"patient_id": olivia}).status == 403
    ana.get("/account/sharing")
    ana.press("Save changes", **{"Everyone in the practice": True, "View and edit": True})
    assert send_to(ben, olivia).h1 == "Test page"
    mine = ben.page.path if ben.page else ""
    for path in (mine, f"{mine}/state"):
        assert ana.get(path).status == 404  # a delivery of Ben's key; she has Deliveries
    assert ana.post(f"{mine}/archive").status == 404
    ana.get("/account/sharing")
    ana.press("Save changes", Nobody=True)
    for path in (mine, f"{mine}/state", "/today"):
        page = ben.get(path)
        assert page.status == 200 and "Hart" not in page.content.decode() and f"/patients/{olivia}" not in str(page)


def test_only_what_is_surely_ours_is_archived(ana: Browser, clinic: Clinic, cliniko: FakeCliniko, olivia: str) -> None:
    sent = send_to(ana, olivia).path
    assert ana.post(f"{sent}/archive").status == 404  # it has not arrived
    ana.run_jobs(hurry=True, rounds=3)
    (file,) = clinic.state.files_of(olivia)
    file.content += b"somebody else's"
    page = ana.post(f"{sent}/archive")
    assert "was not found in Cliniko" in page.text and len(clinic.state.files_of(olivia)) == 1
    file.content = file.content.removesuffix(b"somebody else's")
    cliniko.answer("POST", "/v1/patient_attachments/*/archive", 500)
    assert "having trouble" in ana.post(f"{sent}/archive").text
    cliniko.drop("POST", "/v1/patient_attachments/*/archive", when="after")
    assert "did not answer" in ana.post(f"{sent}/archive").text
    assert clinic.state.files_of(olivia) == []
    assert "Archived in Cliniko" in ana.post(f"{sent}/archive").text  # done before, known only now


def test_the_page_of_a_test_page_takes_few_queries(ana: Browser, olivia: str) -> None:
    sent = send_to(ana, olivia).path
    with counted_queries(ana) as queries:
        ana.get(f"{sent}/state")
    assert len(queries) <= 4, queries
