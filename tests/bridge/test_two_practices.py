"""Case 9: a click of somebody who works in two practices, each with a Cliniko of its own."""

import pytest
import sqlalchemy as sa

from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, Page

OTHER = "Riverside Podiatry"


@pytest.fixture
def rosa_key(ana: Browser, clinic: Clinic) -> str:
    """Ana's key at the other practice, where she works too; the active one is her own."""
    state = clinic.state
    account = state.add_account(OTHER, "riverside")
    owner = ana.another()
    owner.sign_up(name="Rosa Lind", practice=OTHER)
    ana.get(owner.invite(email_of(ana)))
    ana.press("Join practice")
    key = state.add_user(account, "Ana", "Ruiz", "practitioner").key
    ana.save_key(key)
    switch(ana, "Harbour Physio")
    return key


def email_of(browser: Browser) -> str:
    page = browser.get("/account/team")
    return next(text for text in page.text.split() if text.endswith("@practice.example"))


def switch(browser: Browser, practice: str) -> None:
    browser.get("/clients")
    browser.press(practice)


def practice_at_the_top(page: Page) -> str:
    summary = page.soup.find("summary")
    assert summary is not None
    return " ".join(summary.get_text(" ").split()).removeprefix("Practice: ")


def add_there(clinic: Clinic, first_name: str, **more: str) -> str:
    account = next(each for each in clinic.state.accounts.values() if each.name == OTHER)
    return clinic.state.add_patient(account, first_name, "Marsh", **more).id


def test_case_9_a_patient_of_the_other_practice_opens_there_and_the_page_says_so(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, rosa_key: str, database: sa.Engine
) -> None:
    patient = add_there(clinic, "Noah")
    page = ana.open_patient(patient)
    assert (page.h1, practice_at_the_top(page)) == ("Noah Marsh", OTHER)
    assert "You are now working in the one named at the top" in page.text
    switch(ana, "Harbour Physio")
    assert ana.get(page.path).status == 404  # never in the practice it is not of
    again = ana.open_patient(patient)
    assert (again.path, practice_at_the_top(again)) == (page.path, OTHER)
    calls = len(cliniko.log)
    assert ana.open_patient(patient).path == page.path
    assert len(cliniko.log) == calls


def test_case_9_where_two_practices_may_be_meant_the_practitioner_is_asked(
    ana: Browser, clinic: Clinic, rosa_key: str
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    switch(ana, OTHER)
    theirs = add_there(clinic, "Noah")
    there = ana.open_patient(theirs).path
    clinic.state.patients[theirs].account_id = clinic.account.id  # a number of both clinics: the stand-in has one list
    switch(ana, "Harbour Physio")
    page = ana.open_patient(theirs)
    assert page.h1 == "Which practice is this patient of?"
    assert "Noah" not in page.text
    chosen = ana.press(f"Open in {OTHER}")
    assert (chosen.path, practice_at_the_top(chosen)) == (there, OTHER)
    switch(ana, "Harbour Physio")
    ana.open_patient(theirs)
    ana.page = page
    here = ana.press("Open in Harbour Physio")
    assert here.path != there and practice_at_the_top(here) == "Harbour Physio"
    # From now on the active practice knows the number and comes first.
    assert ana.open_patient(theirs).path == here.path
    assert ana.open_patient(patient).h1 == "Olivia Hart"


def test_case_9_a_colleagues_patient_here_and_mine_there_are_asked_about(
    ana: Browser, ben: Browser, clinic: Clinic, rosa_key: str
) -> None:
    switch(ana, OTHER)
    patient = add_there(clinic, "Noah")
    mine = ana.open_patient(patient).path
    clinic.state.patients[patient].account_id = clinic.account.id
    assert ben.open_patient(patient).h1 == "Noah Marsh"
    switch(ana, "Harbour Physio")
    assert ana.open_patient(patient).h1 == "Which practice is this patient of?"
    assert ana.press("Open in Harbour Physio").h1 == "A colleague has added this patient"
    switch(ana, "Harbour Physio")
    ana.open_patient(patient)
    assert ana.press(f"Open in {OTHER}").path == mine


def test_case_9_nobody_learns_of_practices_that_are_not_theirs(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, rosa_key: str
) -> None:
    patient = add_there(clinic, "Noah")
    ana.open_patient(patient)
    page = ben.open_patient(patient)
    assert page.status == 404 and OTHER not in page.text
    practice = ana.open_patient(patient).soup.find("button", attrs={"name": "practice_id"}, string=OTHER)
    assert practice is not None
    assert ben.post("/open/cliniko/choose", {"patient_id": patient, "practice": practice["value"]}).status == 404
    assert ben.post("/open/cliniko/choose", {"patient_id": "x", "practice": practice["value"]}).status == 400
    switch(ana, "Harbour Physio")
    unknown = ana.open_patient("4711")
    assert unknown.status == 404 and practice_at_the_top(unknown) == "Harbour Physio"
    cliniko.answer_html("GET", "/v1/patients/*", 502, times=None)
    assert ana.open_patient("4712").status == 503
