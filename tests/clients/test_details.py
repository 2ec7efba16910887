"""What changes in Cliniko is seen, told, and never overwrites what was edited here."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.clients.details import WORDS, edit, fill, from_data, to_data, weigh, write
from tests.clients.arrange import id_of, look_again
from tests.support import Browser, Clinic

BORN = date(1961, 3, 27)


def person(**details: Any) -> dict[str, Any]:
    empty = dict.fromkeys(WORDS, "") | {"date_of_birth": None, "phone_numbers": [], "time_zone": None}
    return empty | {"accepted_privacy_policy": None, "archived_at": None} | details


def own(cliniko: Any, *, settled: bool = True) -> dict[str, Any]:
    return {"cliniko": cliniko, "settled": settled}


@pytest.mark.parametrize(
    ("ours", "own_fields", "theirs", "values", "kept", "changes"),
    [
        ("a", {}, "a", {"email": "a"}, {}, 0),
        ("a", {}, "b", {"email": "b"}, {}, 1),
        ("mine", {"email": own("a")}, "a", {}, {"email": own("a")}, 0),
        ("mine", {"email": own("a")}, "b", {}, {"email": own("b", settled=False)}, 1),
        ("mine", {"email": own("b", settled=False)}, "b", {}, {"email": own("b", settled=False)}, 0),
        ("mine", {"email": own("a")}, "mine", {"email": "mine"}, {}, 1),
    ],
)
def test_a_field_edited_here_stays_and_cliniko_is_kept_beside_it(
    ours: str, own_fields: dict[str, Any], theirs: str, values: dict[str, Any], kept: dict[str, Any], changes: int
) -> None:
    weighed = weigh(person(email=ours), own_fields, {"email": theirs})
    assert (weighed.values, weighed.own_fields, len(weighed.changes)) == (values, kept, changes)


def test_an_edit_is_ours_until_it_says_what_cliniko_says() -> None:
    edited = edit(person(email="a"), {}, {"email": "b", "title": ""}, is_linked=True)
    assert (edited.values, edited.own_fields) == ({"email": "b"}, {"email": own("a")})
    assert edit(person(email="b"), edited.own_fields, {"email": "a"}, is_linked=True).own_fields == {}
    assert edit(person(), {}, {"email": "b"}, is_linked=False).own_fields == {}
    filled = fill(person(email="a"), {}, person(email="b", pronouns="they"))
    assert (filled.values, filled.own_fields) == ({"pronouns": "they"}, {"pronouns": own("")})


def test_details_keep_their_kind_and_are_written_in_words() -> None:
    assert from_data("date_of_birth", to_data(BORN)) == BORN
    assert write("date_of_birth", to_data(BORN)) == "27 Mar 1961"
    assert write("phone_numbers", [{"type": "Home", "number": "1"}, {"type": "", "number": "2"}]) == "Home: 1, 2"
    assert (
        write("archived_at", to_data(datetime(2026, 1, 1, tzinfo=UTC))) == "yes" and write("archived_at", None) == "no"
    )
    assert write("accepted_privacy_policy", False) == "not accepted"


def test_what_changed_in_cliniko_is_told_on_the_page_field_by_field(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart", email="old@hart.au")
    client = ana.open_patient(patient).path
    assert "Changed in Cliniko" not in ana.get(client).text
    clinic.state.update_patient(patient, last_name="Hart-Lee", email="new@hart.au", date_of_birth="1961-03-27")
    look_again(ana, patient)
    page = ana.get(client)
    assert "Changed in Cliniko just now: last name, date of birth, email" in page.text
    assert "last name, Hart → Hart-Lee" in page.text and "email, old@hart.au → new@hart.au" in page.text


def test_only_the_latest_changes_are_kept(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = {"id": id_of(ana.open_patient(patient).path)}
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO client_changes (client_id, seen_at, fields) "
                "SELECT :id, now() - interval '20 days', '[]' FROM generate_series(1, 25)"
            ),
            client,
        )
    clinic.state.update_patient(patient, pronouns="she/her")
    look_again(ana, patient)
    with database.connect() as connection:
        kept = connection.execute(
            sa.text("SELECT fields FROM client_changes WHERE client_id = :id ORDER BY id"), client
        ).scalars()
        assert [bool(fields) for fields in kept] == [False] * 19 + [True]


def test_an_edited_field_is_not_overwritten_and_can_be_given_back_to_cliniko(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart", email="a@hart.au", phone_numbers=[("Mobile", "0491 570 006")])
    client = ana.open_patient(patient).path
    ana.get(ana.page.link("Edit details") if ana.page else "")
    assert (
        "Your changes are saved" in ana.press("Save changes", **{"Email": "mine@hart.au", "Last name": "Hartley"}).text
    )
    clinic.state.update_patient(patient, preferred_first_name="Liv", phone_numbers=[("Home", "02 5550 1234")])
    look_again(ana, patient)
    page = ana.get(client)
    assert page.h1 == "Liv (Olivia) Hartley" and "mine@hart.au" in page.text and "(02) 5550 1234" in page.text
    assert not page.has_button("Keep ours for email")  # nothing new of what was edited
    assert "In Cliniko: a@hart.au." in ana.get(f"{client}/edit").text
    clinic.state.update_patient(patient, email="b@hart.au", last_name="Hart-Lee")
    look_again(ana, patient)
    page = ana.get(client)
    assert page.h1 == "Liv (Olivia) Hartley" and "b@hart.au" in page.text
    clinic.state.update_patient(patient, email="c@hart.au")
    look_again(ana, patient)
    ana.page = page  # read before Cliniko changed it once more
    assert ana.press("Keep ours for email").status == 409
    ana.get(client)
    ana.press("Keep ours for email")
    page = ana.press("Take Cliniko's last name")
    assert page.h1 == "Liv (Olivia) Hart-Lee" and "mine@hart.au" in page.text
    assert not page.has_button("Take Cliniko's email")
    look_again(ana, patient)
    assert not ana.get(client).has_button("Take Cliniko's email")
    assert ana.get("/clients?q=hart-lee").text.count("Hart-Lee") == 1
    assert ana.post(f"{client}/fields", {"field": "owner_id", "action": "take"}).status == 400


def test_what_changed_while_the_form_was_open_is_not_put_back_by_saving_it(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart", phone_numbers=[("Mobile", "call her mother")])
    client = ana.open_patient(patient).path
    ana.get(f"{client}/edit")
    form = ana.page
    clinic.state.update_patient(patient, last_name="Hart-Lee")
    look_again(ana, patient)
    ana.page = form
    page = ana.press("Save changes", Title="Dr")
    assert page.h1 == "Olivia Hart-Lee"
    clinic.state.update_patient(patient, last_name="Hart-Ng")
    look_again(ana, patient)
    assert ana.get(client).h1 == "Olivia Hart-Ng"
