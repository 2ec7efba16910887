"""A click on a patient who was merged, archived or deleted, or whose id, birthday or name is out of the ordinary."""

import pytest
import sqlalchemy as sa

from tests.bridge.rows import audit_actions, clients_of
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic


def test_case_11_a_merged_patient_opens_the_survivor_and_both_ids_lead_to_one_client(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    first, second, survivor = (clinic.add_patient(name, "Hart") for name in ("Liv", "Livvy", "Olivia"))
    clinic.state.merge_patients(first, into=second)
    clinic.state.merge_patients(second, into=survivor)
    page = ana.open_patient(first)
    assert page.h1 == "Olivia Hart"
    assert "client.merge_followed" in audit_actions(database, page.path.rpartition("/")[2])
    calls = len(cliniko.log)
    assert [ana.open_patient(id_).path for id_ in (first, second, survivor)] == [page.path] * 3
    assert len(cliniko.log) == calls


def test_case_11_merges_in_a_loop_end_at_one_client(ana: Browser, clinic: Clinic) -> None:
    one, two = clinic.add_patient("Liv", "Hart"), clinic.add_patient("Olivia", "Hart")
    clinic.state.merge_patients(one, into=two)
    clinic.state.merge_patients(two, into=one)
    assert ana.open_patient(one).path == ana.open_patient(two).path


def test_case_11_the_survivors_click_finds_the_client_of_the_merged_patient(ana: Browser, clinic: Clinic) -> None:
    old, survivor = clinic.add_patient("Liv", "Hart"), clinic.add_patient("Olivia", "Hart")
    page = ana.open_patient(old)
    clinic.state.merge_patients(old, into=survivor)
    ana.open_patient(old)
    ana.run_jobs()
    opened = ana.open_patient(survivor)
    assert (opened.path, opened.h1) == (page.path, "Olivia Hart")


def test_case_13_an_archived_patient_opens_with_a_notice(ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> None:
    patient = clinic.add_patient("Harold", "Finch")
    clinic.state.archive_patient(patient)
    page = ana.open_patient(patient)
    assert page.h1 == "Harold Finch"
    assert "archived in Cliniko" in page.text
    assert not [entry for entry in cliniko.log if entry.method != "GET"]


def test_case_14_a_patient_this_key_cannot_see_makes_nothing_and_the_page_explains_both_causes(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    clinic.state.delete_patient(patient)
    page = ana.open_patient(patient)
    assert page.status == 404
    assert "key" in page.text and "deleted" in page.text
    assert clients_of(database, patient) == []


def test_case_14_a_known_client_still_opens_marked_as_no_longer_visible(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    clinic.state.delete_patient(patient)
    ana.open_patient(patient)
    ana.run_jobs()
    page = ana.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    assert "no longer visible in Cliniko" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "patient_id=",
        "patient_id=abc",
        "patient_id=-5",
        "patient_id=1.5",
        "patient_id=12345678901234567890",
        "patient_id=1&patient_id=2",
        "patient_id=1%00",
        "patient_id=1%0A",
        "patient_id=%D9%A1%D9%A2",
        "patient_id=1%20or%201",
        "patient=12",
    ],
)
def test_case_15_anything_but_one_id_of_digits_gets_a_page_that_says_what_should_have_come(
    query: str, ana: Browser, cliniko: FakeCliniko
) -> None:
    calls = len(cliniko.log)
    page = ana.get(f"/open/cliniko?{query}")
    assert page.status == 400
    assert "1 to 19 digits" in page.text
    assert len(cliniko.log) == calls


@pytest.mark.parametrize("patient_id", ["9223372036854775807", "007", "5"])
def test_case_15_ids_are_text_of_up_to_19_digits(patient_id: str, ana: Browser, clinic: Clinic) -> None:
    clinic.add_patient("Olivia", "Hart", id=patient_id)
    assert ana.open_patient(patient_id).h1 == "Olivia Hart"


@pytest.mark.parametrize("nonsense", [None, "", "0000-00-00", "31/12/1980", "1066-10-14", "2999-01-01"])
def test_case_16_a_nonsense_date_of_birth_stays_empty(
    nonsense: str | None, ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth=nonsense)
    page = ana.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    with database.connect() as connection:
        born = connection.execute(
            sa.text("SELECT date_of_birth FROM clients WHERE id = :id"), {"id": clients_of(database, patient)[0]}
        ).scalar_one()
    assert born is None


def test_case_17_a_preferred_name_is_shown_and_both_names_are_found(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Margaret", "Lawson", preferred_first_name="Peggy")
    assert ana.open_patient(patient).h1 == "Peggy (Margaret) Lawson"
    for typed in ("peg", "margaret", "lawson peggy"):
        assert "Peggy (Margaret) Lawson" in ana.get(f"/clients?q={typed}").text


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("小明", "王", "小明"),
        ("فاطمة", "الزهراني", "فاطمه"[:4]),
        ("Γιώργος", "Παπαδόπουλος", "παπαδ"),
        ("สมชาย", "ใจดี", "สมชาย"),
        ("Hương", "Nguyễn Thị", "nguyen"),
        ("<b>Bold</b>", "Robin & Co 🦘", "robin"),
        ("Wolfeschlegel", "S" + "teinhausen" * 25, "wolfe"),
        ("Zoe\u0301", "'; DROP TABLE clients; --", "drop"),
    ],
)
def test_case_18_names_of_any_script_are_stored_shown_and_found_and_are_never_markup(
    first: str, last: str, typed: str, ana: Browser, clinic: Clinic
) -> None:
    patient = clinic.add_patient(first, last)
    page = ana.open_patient(patient)
    assert page.status == 200
    import unicodedata

    assert unicodedata.normalize("NFC", f"{first} {last}") == page.h1
    assert page.soup.find("main").find("b") is None  # type: ignore[union-attr]  # a page has a main part
    assert page.h1 in ana.get(f"/clients?q={typed}").text
