"""The day's appointments: what is read from Cliniko, what each patient has here, and nothing of what is not shared."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import Tag

from app.privacy.tables import TABLES
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import assign_program, counted_queries
from tests.support import Browser, Clinic, Page
from tests.today.conftest import At


def lines(page: Page) -> list[str]:
    """Each appointment in words."""
    rows = page.soup.find_all(class_="appointment")
    return [" ".join(row.get_text(" ").split()) for row in rows if isinstance(row, Tag)]


def line(page: Page, name: str) -> str:
    return next(words for words in lines(page) if name in words)


def test_who_signs_in_lands_on_the_day_and_the_brand_leads_there(ana: Browser) -> None:
    assert ana.get("/").path == "/today"
    assert ana.page is not None and ana.page.h1 == "Today"
    brand, first = (ana.page.soup.select_one(each) for each in ("a.brand", "nav.site-nav a"))
    assert brand is not None and first is not None
    assert brand["href"] == first["href"] == "/today" and first["aria-current"] == "page"


def test_the_day_says_who_comes_when_and_what_each_has(ana: Browser, clinic: Clinic, at: At) -> None:
    kind = clinic.state.add_appointment_type(clinic.account, "Initial consultation")
    video = clinic.state.add_appointment_type(clinic.account, "Check-up", telehealth_enabled=True)
    clinic.state.add_business(clinic.account, "Harbour Street")
    clinic.state.add_business(clinic.account, "Manly")
    peggy = clinic.add_patient("Margaret", "Lawson", preferred_first_name="Peggy")
    olivia, james = clinic.add_patient("Olivia", "Hart"), clinic.add_patient("James", "Whitlock")
    clinic.book(james, at(14, 30), type_id=video.id, did_not_arrive=True)
    clinic.book(olivia, at(9), type_id=kind.id, patient_arrived=True)
    clinic.book(peggy, at(11, 15))
    assign_program(ana, ana.open_patient(olivia).path)
    ana.run_jobs(hurry=True, rounds=3)
    ana.open_patient(james)
    ana.get("/today")
    page = ana.press("Read today's appointments")
    assert [each.partition(" am")[0].partition(" pm")[0] for each in lines(page)] == ["9:00", "11:15", "2:30"]
    words = line(page, "Olivia Hart")
    assert "Initial consultation · Harbour Street · arrived" in words
    assert "Knee: osteoarthritis and strength , today" in words and "In Cliniko" in words and "New program" in words
    assert "Peggy (Margaret) Lawson" in line(page, "Lawson") and "New here" in line(page, "Lawson")
    assert "New program" not in line(page, "Lawson")
    words = line(page, "Whitlock")
    assert "Check-up · video · Harbour Street · did not arrive" in words and "No program" in words
    assert "Read from Cliniko at" in page.text


def test_one_click_opens_who_is_new_as_the_button_in_cliniko_does(ana: Browser, clinic: Clinic, at: At) -> None:
    clinic.book(clinic.add_patient("Olivia", "Hart"), at(9))
    page = ana.post("/today/read")
    assert "Olivia Hart" not in ana.get("/clients").text
    opened = ana.get(page.link("Open"))
    assert opened.h1 == "Olivia Hart" and opened.path.startswith("/clients/")
    page = ana.get("/today")
    assert "No program" in line(page, "Olivia Hart")
    assert ana.press("New program").path.endswith("/edit")


def test_a_colleagues_client_that_is_not_shared_says_no_more_than_that(
    ana: Browser, ben: Browser, clinic: Clinic, at: At
) -> None:
    olivia = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(olivia).path
    assign_program(ana, client)
    clinic.book(olivia, at(9), whom=clinic.ben)
    page = ben.post("/today/read")
    words = line(page, "Olivia Hart")  # whom Ben's own key shows in Cliniko
    assert "Not shared with you" in words and "New program" not in words
    for secret in ("Knee", "Cliniko", client.rpartition("/")[2], "Ana"):
        assert secret not in words and secret not in str(page.soup.find(class_="appointment"))
    ana.share_with_everyone()
    assert "Knee: osteoarthritis and strength" in line(ben.get("/today"), "Olivia Hart")


def test_who_may_only_look_at_a_client_is_offered_no_new_program(
    ana: Browser, ben: Browser, clinic: Clinic, at: At
) -> None:
    olivia = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(olivia)
    ana.get("/account/sharing")
    ana.press("Save changes", **{"Everyone in the practice": True, "View only": True})
    clinic.book(olivia, at(9), whom=clinic.ben)
    words = line(ben.post("/today/read"), "Olivia Hart")
    assert "No program" in words and "New program" not in words


def test_cancelled_ones_blocks_and_other_peoples_days_are_left_out(ana: Browser, clinic: Clinic, at: At) -> None:
    names = ("Olivia", "Cancelled", "Tomorrow", "Yesterday", "Bens", "Gone")
    patients = {name: clinic.add_patient(name, "Hart") for name in names}
    clinic.book(patients["Olivia"], at(23, 30))
    clinic.book(patients["Cancelled"], at(10), cancelled_at=at(8))
    clinic.book(patients["Gone"], at(10), archived_at=at(8))
    clinic.book(patients["Tomorrow"], at(0, days=1))
    clinic.book(patients["Yesterday"], at(23, 59, days=-1))
    clinic.book(patients["Bens"], at(9), whom=clinic.ben)
    state = clinic.state
    practitioner = next(each for each in state.practitioners.values() if each.user_id == clinic.ana.id)
    state.add_booking(practitioner, next(iter(state.businesses.values())), at(12))
    page = ana.post("/today/read")
    assert len(lines(page)) == 1 and "Olivia Hart" in lines(page)[0]
    tomorrow = ana.get(page.link("Tomorrow"))
    assert tomorrow.h1 == "Tomorrow"
    tomorrow = ana.press("Read this day's appointments")
    assert len(lines(tomorrow)) == 1 and "Tomorrow Hart" in lines(tomorrow)[0]
    assert ana.get(tomorrow.link("Today")).h1 == "Today"


def test_each_patient_of_a_class_has_a_line(ana: Browser, clinic: Clinic, at: At) -> None:
    olivia, noah = clinic.add_patient("Olivia", "Hart"), clinic.add_patient("Noah", "Webb")
    clinic.book(olivia, at(9), is_group=True).patient_ids.append(noah)
    page = ana.post("/today/read")
    assert [("class" in each, "9:00 am" in each) for each in lines(page)] == [(True, True)] * 2
    assert "Noah Webb" in page.text and "Olivia Hart" in page.text


def test_an_empty_day_and_who_is_no_practitioner_are_told_so(ana: Browser, clinic: Clinic) -> None:
    page = ana.post("/today/read")
    assert "No appointments of your own" in page.text and "Ana Ruiz is not a practitioner" in page.text
    clinic.state.add_practitioner(clinic.ana)
    page = ana.post("/today/read", {"day": "2000-01-01"})  # far off: today
    assert page.path == "/today"


def test_without_a_key_the_day_says_what_is_missing_and_asks_nothing(browser: Browser, cliniko: FakeCliniko) -> None:
    browser.sign_up()
    for page in (browser.get("/today"), browser.post("/today/read"), browser.get("/today/appointments")):
        assert page.status == 200 and "Cliniko is not connected yet" in page.text
    assert not cliniko.calls("GET", "/v1/bookings")


def test_the_page_itself_asks_cliniko_nothing_and_its_script_asks_once(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, at: At
) -> None:
    clinic.book(clinic.add_patient("Olivia", "Hart"), at(9))
    before = len(cliniko.log)
    page = ana.get("/today")
    assert len(cliniko.log) == before and "Reading from Cliniko" in page.text
    live = page.soup.find(attrs={"data-live-url": True})
    assert isinstance(live, Tag) and live.has_attr("data-live-now") and live.find(attrs={"data-live": "on"})
    fragment = ana.get(str(live["data-live-url"]))
    assert "Olivia Hart" in fragment.text and fragment.soup.find(attrs={"data-live": "on"}) is None
    assert len(cliniko.log) - before <= 5
    before = len(cliniko.log)
    again = ana.get("/today")
    assert "Olivia Hart" in again.text and not again.soup.find(attrs={"data-live-now": True})
    ana.get(str(live["data-live-url"]))
    ana.post("/today/read")  # a moment after the last time
    assert len(cliniko.log) == before


@pytest.mark.parametrize("patients", [1, 6])
def test_however_many_come_the_day_takes_as_many_queries(
    ana: Browser, clinic: Clinic, at: At, patients: int, database: sa.Engine
) -> None:
    for number in range(patients):
        patient = clinic.add_patient("Olivia", f"Hart{number}")
        clinic.book(patient, at(9) + timedelta(minutes=number))
        assign_program(ana, ana.open_patient(patient).path)
    page = ana.post("/today/read")
    assert len(lines(page)) == patients
    ana.post("/today/hide-first-steps")
    with counted_queries(ana) as queries:
        page = ana.get("/today")
    assert "Waiting to go to Cliniko" in page.text
    # Who asks, their own state, the last reading, the patients, and outages of what is under way.
    assert len(queries) <= 5, queries


def test_what_is_kept_of_a_day_names_nobody_and_is_read_by_its_own_user_only(
    ana: Browser, clinic: Clinic, at: At, database: sa.Engine
) -> None:
    olivia = clinic.add_patient("Olivia", "Hartmann-Quill")
    clinic.book(olivia, at(9))
    ana.post("/today/read")
    with database.connect() as connection:
        stored = connection.exec_driver_sql("SELECT string_agg(t::text, ' ') FROM day_readings t").scalar_one()
    assert "Quill" not in stored and olivia not in stored
    ana.save_key(clinic.ben.key)
    assert "Quill" not in ana.get("/today").text


def test_a_search_and_a_pasted_address_lead_on_from_the_day(ana: Browser, clinic: Clinic) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    ana.get("/today")
    page = ana.press("Search", **{"Find a patient by name": "oliv"})
    assert page.path == "/clients" and page.link("Olivia Hart") == client


def test_deliveries_that_need_the_member_are_told_of_once(ana: Browser, clinic: Clinic) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    assert "of yours" not in ana.get("/today").text
    clinic.ana.key_archived = True
    assign_program(ana, client)
    ana.run_jobs(hurry=True)
    assert "1 delivery of yours needs you before it reaches Cliniko" in ana.get("/today").text


def test_an_erased_client_takes_the_days_that_were_read_along(
    ana: Browser, clinic: Clinic, at: At, database: sa.Engine
) -> None:

    clinic.book(clinic.add_patient("Olivia", "Hart"), at(9))
    client = ana.open_patient(clinic.add_patient("Noah", "Webb")).path.rpartition("/")[2]
    ana.post("/today/read")
    query = sa.text(f"SELECT count(*) FROM day_readings WHERE {TABLES['day_readings'].of_client}")
    with database.connect() as connection:
        assert connection.execute(query, {"client_ids": [client]}).scalar_one() == 1
