"""Clients added by hand, editing details, and linking one to a Cliniko patient (case 29)."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.clients.matching import Likeness, Person, compare, rank
from tests.clients.arrange import id_of
from tests.programs.arrange import add_client, start_from_template
from tests.support import PASSWORD, Browser, Clinic, Page

BORN, OTHER = date(1961, 3, 27), date(1988, 3, 14)


def person(first: str, last: str, born: date | None = None, email: str = "", preferred: str = "") -> Person:
    return Person(first, preferred, last, born, email)


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (person("Olivia", "Hart", BORN), person("OLIVIA", "Hart", BORN), Likeness.NAME_AND_BIRTH),
        (person("Liv", "Hart", BORN), person("Olivia", "Hart", BORN, preferred="Liv"), Likeness.NAME_AND_BIRTH),
        (person("Zoë", "O'Brien", BORN), person("Zoe", "O’Brien", BORN), Likeness.NAME_AND_BIRTH),
        (person("Olivia", "Hart", BORN, "a@b.au"), person("Olivia", "Hart", BORN, "A@B.au "), Likeness.EVERYTHING),
        (person("Olivia", "Hart", BORN, "a@b.au"), person("Olivia", "Lee", BORN, "a@b.au"), Likeness.EMAIL_AND_BIRTH),
        (person("Olivia", "Hart", None, "a@b.au"), person("Olivia", "Hart", BORN, "a@b.au"), Likeness.EMAIL_AND_NAME),
        (person("Olivia", "Hart", BORN, "a@b.au"), person("Tom", "Hart", None, "a@b.au"), Likeness.EMAIL_OTHER_NAME),
        (person("Olivia", "Hart", BORN, "a@b.au"), person("Tom", "Hart", OTHER, "a@b.au"), Likeness.EMAIL_OTHER_BIRTH),
        (person("Olivia", "Hart", BORN), person("Olivia", "Hart", OTHER), None),
        (person("Olivia", "Hart"), person("Olivia", "Hart"), None),
        (person("", "", BORN), person("", "", BORN), None),
        (person("Tom", "Hart", BORN), person("Tim", "Hart", BORN), None),
    ],
)
def test_case_29_the_same_email_or_the_same_name_and_birthday_come_into_question(
    one: Person, other: Person, likeness: Likeness | None
) -> None:
    assert compare(one, other) == compare(other, one) == likeness


def test_case_29_the_most_alike_comes_first_and_an_email_alone_is_doubtful() -> None:
    me = person("Olivia", "Hart", BORN, "family@hart.au")
    child, same = person("Tom", "Hart", OTHER, "family@hart.au"), person("Olivia", "Hart", BORN)
    ranked = rank(me, [("child", child), ("same", same), ("stranger", person("A", "B", OTHER))])
    assert [name for name, _ in ranked] == ["same", "child"]
    assert [likeness.is_doubtful for _, likeness in ranked] == [False, True]
    assert all(likeness.words for likeness in Likeness)


def add_by_hand(browser: Browser, **fields: str) -> Page:
    browser.get("/clients")
    assert browser.page is not None
    browser.get(browser.page.link("Add a patient"))
    return browser.press("Add patient", **{label.replace("_", " "): value for label, value in fields.items()})


def test_a_client_is_added_by_hand_once_and_their_pdf_stays_here(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    ana.get("/clients/new")
    page = ana.press("Add patient", **{"First name": " ", "Date of birth": "1661-03-27", "Email": "olivia"})
    assert page.status == 422 and "first or a last name" in page.text and "Check the year" in page.text
    fields = {"First name": "Olivia", "Last name": "Hart", "Date of birth": "1961-03-27", "Email": "olivia@hart.au"}
    fields |= {"Phone numbers": "Mobile: 0491 570 006\n02 5550 1234", "Time zone": "Perth", "Pronouns": "she/her"}
    page = ana.press("Add patient", **fields)
    assert page.h1 == "Olivia Hart" and "added here by hand" in page.text
    for told in ("27 Mar 1961", "0491 570 006", "(02) 5550 1234", "olivia@hart.au", "she/her"):
        assert told in page.text
    sent = {"id": id_of(page.path), "first_name": "Olivia", "last_name": "Hart"}
    assert ana.post("/clients/new", sent).path == page.path  # pressed twice
    assert ana.get("/clients?q=hart").text.count("Olivia Hart") == 1
    start_from_template(ana, page.path)
    assigned = ana.press("Assign program")
    assert "not linked to Cliniko" in assigned.text and "Not in Cliniko" in assigned.text
    version = re.sub("/edit$", "/versions/1/send", start_from_template(ana, page.path).path)
    assert ana.post(version, {}).status == 404  # not assigned yet
    assert ana.post("/clients/new", sent | {"made_by": "00000000-0000-0000-0000-000000000000"}).status == 409


def test_what_was_typed_after_the_session_ended_is_kept_for_after_signing_in(ana: Browser) -> None:
    email = str(ana.get("/account/security").soup.find("input", type="email")["value"])
    ana.get("/clients/new")
    ana.cookies.clear()
    page = ana.press("Add patient", **{"First name": "Olivia", "Last name": "Hart"})
    assert page.status == 401 and "Olivia" not in page.soup.decode()
    ana.press("Sign in", Email=email, Password=PASSWORD)
    path = ana.press("Send what you typed").path
    assert ana.page.h1 == "Olivia Hart"
    ana.cookies.clear()
    assert ana.post(f"{path}/edit", {"was_first_name": "Olivia", "first_name": "Olive"}).status == 401
    ana.press("Sign in", Email=email, Password=PASSWORD)
    assert ana.press("Send what you typed").h1 == "Olive Hart"


def test_case_29_a_client_added_by_hand_is_offered_linked_and_then_delivered_to(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    by_hand = add_by_hand(
        ana, First_name="Olivia", Last_name="Hart", Date_of_birth="1961-03-27", Pronouns="she/her"
    ).path
    program = start_from_template(ana, by_hand).path.removesuffix("/edit")
    ana.press("Assign program")
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27")
    page = ana.open_patient(patient)
    assert page.path != by_hand and "the same name and date of birth" in page.text
    assert "check carefully" not in page.text
    linked = ana.press("Same person, link them")
    assert linked.path == page.path and "she/her" in linked.text
    assert ana.get(by_hand).path == page.path
    assert not linked.has_button("Same person, link them")
    form, _ = linked.form("Send to Cliniko")
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE clients SET archived_at = now() WHERE id = :id"), {"id": id_of(page.path)})
    refused = ana.post(form.attrib["action"], {})  # case 13: archived meanwhile
    assert refused.status == 409 and "asks you to confirm" in refused.text
    assert not ana.get(page.path).has_button("Send to Cliniko")  # but a link to where it is asked
    ana.get(ana.get(page.path).link("Send to Cliniko"))
    assert "on its way" in ana.press("Send although archived").text
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE clients SET archived_at = NULL WHERE id = :id"), {"id": id_of(page.path)})
    ana.post(form.attrib["action"], {})  # pressed twice
    ana.post(program.replace(by_hand, page.path) + "/revise", {})
    ana.press("Assign program")
    ana.run_jobs(hurry=True, rounds=3)
    assert len(clinic.state.files_of(patient)) == 2
    sent = ana.get(page.path)
    assert "In Cliniko" in sent.text and not sent.has_button("Send to Cliniko")
    ana.get(page.path)
    assert ana.press("Make them two patients again").path == by_hand
    assert "she/her" not in ana.get(page.path).text
    assert not ana.get(page.path).has_button("Same person, link them")  # answered once
    with database.connect() as connection:
        actions = connection.execute(
            sa.text("SELECT action FROM audit_events WHERE client_id = :id ORDER BY id"), {"id": id_of(page.path)}
        ).scalars()
        assert {"client.combined", "client.combining_undone"} <= set(actions)


def test_case_29_an_email_alone_is_asked_about_with_care_and_never_links(ana: Browser, clinic: Clinic) -> None:
    by_hand = add_by_hand(ana, First_name="Tom", Last_name="Hart", Email="Family@hart.au").path
    patient = clinic.add_patient("Olivia", "Hart", email="family@HART.au", date_of_birth="1961-03-27")
    page = ana.open_patient(patient)
    assert page.path != by_hand and "check carefully" in page.text
    ana.press("Different people")
    assert "Tom Hart" not in ana.open_patient(patient).text
    assert ana.get(by_hand).h1 == "Tom Hart"


def test_case_29_of_many_with_the_clinics_own_address_only_the_likeliest_few_are_asked_about(
    browser: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    me = browser.sign_up()
    browser.save_key(clinic.ana.key)
    for number in range(25):
        add_client(database, me, last_name=f"N{number}", patient_id=None, is_hand_made=True, email="none@clinic.au")
    same = {"first_name": "Olivia", "last_name": "HART", "email": "none@clinic.au"}
    add_client(database, me, patient_id=None, is_hand_made=True, **same)
    page = browser.open_patient(clinic.add_patient("Olivia", "Hart", email="none@clinic.au"))
    assert page.text.count("Is this the same person") == 3
    assert page.text.index("Olivia HART") < page.text.index("Ana N")


def test_case_29_a_colleagues_client_is_not_revealed_and_not_linked(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    bens = add_by_hand(ben, First_name="Olivia", Last_name="Hart", Email="olivia@hart.au", Pronouns="secret").path
    patient = clinic.add_patient("Olivia", "Hart", email="olivia@hart.au")
    page = ana.open_patient(patient)
    assert "Is this the same person" not in page.text
    assert ana.post(f"{page.path}/same-person", {"other": id_of(bens)}).status == 404
    ben.share_with_everyone()
    assert "added by Ben Cole" in ana.open_patient(patient).text
    # Two Cliniko patients are never made one by hand.
    other = ana.open_patient(clinic.add_patient("Oliver", "Hart")).path
    assert ana.post(f"{page.path}/same-person", {"other": id_of(other)}).status == 409
    assert ana.get(other).path == other


def test_two_clients_added_by_hand_are_made_one_and_two_again(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    first = add_by_hand(ana, First_name="Olivia", Last_name="Hart", Email="olivia@hart.au").path
    twice = add_by_hand(ana, First_name="Liv", Last_name="Hart", Pronouns="she/her").path
    start_from_template(ana, twice)
    program = ana.press("Assign program").link("Knee: osteoarthritis")
    page = ana.get(ana.get(first).link("This is the same person as"))
    assert page.path == f"{first}/same-person" and page.text.count("added by hand") == 1  # not with herself
    ana.get(page.link("Same person"))
    page = ana.press("Make them one patient")
    assert (page.path, page.h1) == (first, "Olivia Hart") and "she/her" in page.text
    assert ana.get(twice).path == first and "Combined with Liv Hart" in page.text
    assert ana.get(program.replace(twice, first)).status == 200
    assert "In Cliniko" not in ana.get(f"{first}/edit").text
    ana.get(first)
    back = ana.press("Make them two patients again")
    assert (back.path, back.h1) == (twice, "Liv Hart") and ana.get(program).status == 200
    assert "she/her" not in ana.get(first).text


def test_a_client_added_by_hand_is_linked_to_a_patient_of_cliniko_from_either_page(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    by_hand = add_by_hand(ana, First_name="Olivia", Last_name="Hart").path
    patient = ana.open_patient(clinic.add_patient("Livvy", "Heart")).path
    others = ben.open_patient(clinic.add_patient("Livia", "Heart")).path
    page = ana.get(f"{by_hand}/same-person?q=liv")
    assert "Livvy Heart" in page.text and "Livia" not in page.text
    ana.get(page.link("Same person"))
    linked = ana.press("Make them one patient")
    assert linked.path == patient and ana.get(by_hand).path == patient
    assert ana.post(f"{patient}/same-person", {"other": id_of(others)}).status == 404
    assert "Merge the two in Cliniko" not in ana.get(f"{patient}/same-person").text
    ana.open_patient(clinic.add_patient("Otto", "Other"))
    assert "Merge the two in Cliniko" in ana.get(f"{patient}/same-person").text


def test_linking_by_hand_takes_no_client_from_a_colleague_who_shares_it(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    cleo.save_key(clinic.ana.key)
    bens = add_by_hand(ben, First_name="Olivia", Last_name="Hart", Email="o@hart.au").path
    ben.share_with_everyone()
    linked = cleo.open_patient(clinic.add_patient("Olivia", "Hart", email="o@hart.au")).path
    asked = cleo.page
    assert asked is not None and "ask Ben Cole to link the two" in asked.text
    assert asked.has_button("Different people") and not asked.has_button("Same person, link them")
    own = add_by_hand(cleo, First_name="Liv", Last_name="Hart").path
    refused = cleo.post(f"{linked}/same-person", {"other": id_of(bens)})
    assert refused.status == 403 and "Ask Ben Cole" in refused.text
    assert cleo.post(f"{bens}/same-person", {"other": id_of(linked)}).status == 403
    assert ben.get(bens).path == bens
    # Of two added by hand her own becomes part of his, whichever page she does it on.
    assert cleo.post(f"{own}/same-person", {"other": id_of(bens)}).path == bens
    assert ben.get(f"{bens}/sharing").status == 200 and cleo.get(f"{bens}/sharing").status == 403


def test_linking_by_hand_makes_nobody_see_a_client_for_longer_than_they_were_let(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    by_hand = add_by_hand(ana, First_name="Olivia", Last_name="Hart").path
    own = add_by_hand(ben, First_name="Liv", Last_name="Hart").path
    with database.connect() as connection:
        query = sa.text("SELECT owner_id FROM clients WHERE id = :id")
        ben_id = connection.execute(query, {"id": id_of(own)}).scalar_one()
    until = {"colleague": str(ben_id), "access": "edit", "until": f"{date.today() + timedelta(days=2)}"}
    assert ana.post(f"{by_hand}/sharing", until).status == 200
    assert ben.get(by_hand).has_button("New program")
    refused = ben.post(f"{by_hand}/same-person", {"other": id_of(own)})
    assert refused.status == 403 and "Ask Ana Ruiz" in refused.text
    assert ben.get(own).path == own
