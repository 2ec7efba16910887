"""What goes back when a combination is undone, and who sees what then (cases 12, 27 and 29)."""

import sqlalchemy as sa

from tests.clients.arrange import id_of, look_again, merged_pair
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic


def deliveries_of(database: sa.Engine, client_path: str) -> list[tuple[str, str]]:
    """State and reason of a client's deliveries, oldest first."""
    query = sa.text("SELECT state, reason FROM deliveries WHERE client_id = :id ORDER BY created_at")
    with database.connect() as connection:
        return [(state, reason) for state, reason in connection.execute(query, {"id": id_of(client_path)})]


def test_case_27_a_pdf_sent_while_linked_stops_when_the_two_are_told_apart_again(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    by_hand = _add_by_hand(ana)
    program = start_from_template(ana, by_hand).path.removesuffix("/edit")
    ana.press("Assign program")
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27")
    kept = ana.open_patient(patient).path
    ana.press("Same person, link them")
    ana.press("Send to Cliniko")
    ana.post(program.replace(by_hand, kept) + "/revise", {})
    ana.press("Assign program")
    ana.get(kept)
    with database.begin() as connection:  # a worker has the first of them in hand
        in_hand = "UPDATE deliveries SET state = 'uploading', claim = 1 WHERE id = (SELECT id FROM deliveries "
        in_hand += "WHERE client_id = :id ORDER BY created_at LIMIT 1) RETURNING id"
        upload = connection.execute(sa.text(in_hand), {"id": id_of(kept)}).scalar_one()
    assert ana.press("Make them two patients again").path == by_hand
    with database.connect() as connection:  # and may write nothing more
        claim = sa.text("SELECT claim FROM deliveries WHERE id = :id")
        assert connection.execute(claim, {"id": upload}).scalar_one() == 2
    ana.run_jobs(hurry=True, rounds=3)
    # Both PDFs are the other person's: nothing of them may get into this patient's Files.
    assert not clinic.state.files_of(patient)
    assert deliveries_of(database, kept) == []
    assert deliveries_of(database, by_hand) == [("failed", "patient_changed")] * 2
    assert ana.get(by_hand).text.count("another Cliniko patient") == 1


def _add_by_hand(browser: Browser) -> str:
    browser.get("/clients/new")
    return browser.press(
        "Add patient", **{"First name": "Olivia", "Last name": "Hart", "Date of birth": "1961-03-27"}
    ).path


def test_case_12_a_version_assigned_since_goes_back_with_its_program(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    program = start_from_template(ana, absorbed).path.removesuffix("/edit")
    ana.press("Assign program")
    look_again(ana, away)
    ana.post(program.replace(absorbed, kept) + "/revise", {})
    ana.press("Assign program")
    ana.get(kept)
    assert ana.press("Make them two patients again").path == absorbed
    with database.connect() as connection:
        newest = connection.execute(
            sa.text("SELECT id FROM deliveries WHERE client_id = :id ORDER BY created_at DESC LIMIT 1"),
            {"id": id_of(absorbed)},
        ).scalar_one()
    assert len(deliveries_of(database, absorbed)) == 2 and not deliveries_of(database, kept)
    assert ana.get(f"/deliveries/{newest}/program.pdf").status == 200
    assert ben.get(f"/deliveries/{newest}/program.pdf").status == 404
    assert "Olivia Hart" not in ana.get("/deliveries").text


def test_case_12_taking_one_of_two_back_leaves_sight_to_whom_the_other_gave_it(
    ana: Browser, ben: Browser, clinic: Clinic
) -> None:
    cal = ana.invite_colleague(name="Cal Dean")
    cal.save_key(clinic.state.add_user(clinic.account, "Cal", "Dean", "practitioner").key)
    bens, bens_other, cals, anas = (clinic.add_patient(name, "Hart") for name in ("Liv", "Livvy", "Oli", "Olivia"))
    ben.open_patient(bens)
    ben.open_patient(bens_other)
    cal.open_patient(cals)
    kept = ana.open_patient(anas).path
    # Ben comes along twice: by himself, and with what had become part of Cal's.
    for who, away, survivor in ((ben, bens_other, cals), (ben, bens, anas), (cal, cals, anas)):
        clinic.state.merge_patients(away, into=survivor)
        look_again(who, away)
    ana.get(kept)
    ana.press("Make them two patients again")
    assert ana.page is not None and ana.page.status == 404  # Ben's own again
    assert ben.open_patient(bens_other).path == kept


def test_case_29_linking_what_was_told_apart_in_another_tab_is_refused(ana: Browser, clinic: Clinic) -> None:
    by_hand = _add_by_hand(ana)
    page = ana.open_patient(clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27"))
    ana.press("Different people")
    answer = ana.post(f"{page.path}/same-person", {"other": id_of(by_hand)})
    assert answer.status == 409 and "Nothing was changed" in answer.text
    assert ana.get(by_hand).path == by_hand


def test_case_12_the_door_of_a_patients_page_takes_the_right_birthday_at_once_after_linking(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    by_hand = _add_by_hand(ana)
    start_from_template(ana, by_hand)
    program = ana.press("Assign program")
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE program_links SET failures = 6, locked_until = now() + interval '1 day' "
                "WHERE program_id IN (SELECT id FROM programs WHERE client_id = :id)"
            ),
            {"id": id_of(by_hand)},
        )
        connection.execute(
            sa.text("UPDATE clients SET email = 'olivia@hart.au' WHERE id = :id"), {"id": id_of(by_hand)}
        )
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1961-07-23", email="olivia@hart.au")
    ana.open_patient(patient)
    ana.press("Same person, link them")
    ana.run_jobs()
    with database.connect() as connection:
        locked = "SELECT count(*) FROM program_links WHERE locked_until IS NOT NULL AND program_id IN "
        locked += "(SELECT id FROM programs WHERE practice_id = (SELECT practice_id FROM clients WHERE id = :id))"
        assert connection.execute(sa.text(locked), {"id": id_of(by_hand)}).scalar_one() == 0
    assert program.status == 200


def test_case_12_two_told_apart_stay_two_when_one_of_them_becomes_part_of_a_third(ana: Browser, clinic: Clinic) -> None:
    first, second, third = (clinic.add_patient(name, "Hart") for name in ("Liv", "Livvy", "Olivia"))
    paths = [ana.open_patient(id_).path for id_ in (first, second, third)]
    clinic.state.merge_patients(first, into=second)
    look_again(ana, first)
    ana.get(paths[1])
    assert ana.press("Make them two patients again").path == paths[0]
    clinic.state.merge_patients(second, into=third)
    look_again(ana, second)
    look_again(ana, first)
    assert [ana.open_patient(id_).path for id_ in (first, second, third)] == [paths[0], paths[2], paths[2]]
