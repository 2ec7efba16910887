"""Case 12: two clients of patients that were merged become one, nothing is lost, and it can be taken back."""

import pytest
import sqlalchemy as sa

from app.clients.combining import tables_of_clients
from app.migrations import import_all_models
from tests.clients.arrange import id_of, look_again, merged_pair, run_beside
from tests.leaving.arrange import email_of, membership_of
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic


def rows_of(database: sa.Engine, client_path: str) -> dict[str, set[str]]:
    """Ids of what belongs to a client, by table."""
    with database.connect() as connection:
        return {
            table: set(
                connection.execute(
                    sa.text(f"SELECT id::text FROM {table} WHERE client_id = :id"), {"id": id_of(client_path)}
                ).scalars()
            )
            for table in ("programs", "documents", "deliveries", "client_links")
        }


def assign(browser: Browser, client: str) -> str:
    """Assign a program to a client and return the program's path."""
    path = start_from_template(browser, client).path.removesuffix("/edit")
    assert browser.press("Assign program").status == 200
    return path


def test_every_table_that_hangs_on_a_client_is_known_here() -> None:
    import_all_models()
    # A new one goes over to the survivor by itself; whoever adds it decides here whether that is right.
    assert [table.name for table in tables_of_clients()] == ["deliveries", "documents", "programs"]


def test_case_12_both_sides_of_a_merge_become_one_client_and_nothing_is_lost(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, survivor, kept = merged_pair(ana, clinic, ben)
    program = assign(ana, absorbed)
    bens = assign(ben, kept)
    home = ana.get(f"{program}/home").soup.find("input", id="copy-address")
    before, theirs = rows_of(database, absorbed), rows_of(database, kept)
    with database.begin() as connection:  # the files are still under way meanwhile
        later = "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour', lock = NULL"
        connection.exec_driver_sql(f"{later} WHERE task_name = 'delivery.deliver'")
    look_again(ana, away)
    assert not any(rows_of(database, absorbed).values())
    assert rows_of(database, kept) == {name: ids | theirs[name] for name, ids in before.items()}
    # Neither loses the person, at the old address or the new, in the list or by a click on either patient.
    for who in (ana, ben):
        assert {who.open_patient(id_).path for id_ in (away, survivor)} == {kept}
        page = who.get(absorbed)
        assert (page.path, page.h1) == (kept, "Olivia Hart")
        assert "Combined with Liv Hart" in page.text and "1 program of Ana Ruiz moved here" in page.text
        assert "Ana Ruiz and Ben Cole now see this patient" in page.text
        assert who.get("/clients").text.count("Hart") == 1
        assert who.get("/clients?q=hart").text.count("Olivia Hart") == 1
        for each in (program, bens):
            assert who.get(each.replace(absorbed, kept)).status == 200
            assert who.get(f"{each}/versions/1.pdf").content.startswith(b"%PDF")
    assert home is not None and ana.another().get(str(home["value"]).removeprefix("http://testserver")).status == 200
    ana.run_jobs(hurry=True, rounds=4)
    assert len(clinic.state.files_of(survivor)) == 2 and not clinic.state.files_of(away)


def test_case_12_it_can_be_taken_back_and_what_came_since_stays(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    assign(ana, absorbed)
    before, theirs = rows_of(database, absorbed), rows_of(database, kept)
    look_again(ana, away)
    since = assign(ben, kept)
    look_again(ben, away)
    page = ana.get(kept)
    assert page.has_button("Make them two patients again")
    restored = ana.press("Make them two patients again")
    assert (restored.path, restored.h1) == (absorbed, "Liv Hart")
    assert rows_of(database, absorbed) == before
    now = rows_of(database, kept)
    assert all(theirs[name] < now[name] or theirs[name] == now[name] for name in theirs)
    assert id_of(since) in now["programs"]
    assert ana.open_patient(away).path == absorbed
    assert ana.get(kept).status == 404 and ben.get(absorbed).status == 404
    look_again(ana, away)  # nothing combines them again
    assert ana.open_patient(away).path == absorbed
    again = ben.get(kept)
    assert "Combined with" not in again.text


def test_case_12_a_colleague_who_saw_one_side_by_its_owners_rule_goes_on_seeing_the_person_as_before(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    ana.get("/account/sharing")
    ana.press("Save changes", **{"Everyone in the practice": True})
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    with database.begin() as connection:  # but for viewing only
        owner = "(SELECT owner_id FROM clients WHERE id = :id)"
        connection.execute(
            sa.text(f"UPDATE memberships SET sharing_access = 'view' WHERE id = {owner}"),
            {"id": id_of(absorbed)},
        )
    assert (cleo.get(absorbed).status, cleo.get(kept).status) == (200, 404)
    look_again(ana, away)
    assert cleo.get(absorbed).path == kept
    assert "View only" in cleo.get("/clients").text
    ana.get(kept)
    assert ana.press("Make them two patients again").path == absorbed
    assert (cleo.get(absorbed).status, cleo.get(kept).status) == (200, 404)


def test_case_12_who_owned_one_side_keeps_the_person_whatever_the_owner_says_until_it_is_taken_back(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    with database.begin() as connection:  # Ben hid his side from her
        except_ana = "INSERT INTO client_grants (client_id, membership_id, access, given_by_id, given_at) "
        except_ana += "SELECT k.id, a.owner_id, 'none', k.owner_id, now() FROM clients k, clients a "
        except_ana += "WHERE k.id = :kept AND a.id = :absorbed"
        connection.execute(sa.text(except_ana), {"kept": id_of(kept), "absorbed": id_of(absorbed)})
    ben.share_with_everyone()
    look_again(ana, away)
    assert ana.get(kept).has_button("New program")
    ben.post("/account/sharing", {"rule": "nobody"})
    assert ana.get(kept).has_button("New program")
    assert ana.press("Make them two patients again").path == absorbed
    ben.share_with_everyone()
    assert ana.get(kept).status == 404  # hidden as before


@pytest.mark.parametrize("case", ["nothing said", "given by name", "away meanwhile"])
def test_case_12_who_was_excepted_from_one_side_by_name_is_excepted_from_the_one_client(
    case: str, ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    cleo_id, email = membership_of(ana, "Cleo Marsh"), email_of(cleo)
    assert ana.post(f"{absorbed}/sharing", {"colleague": cleo_id, "access": "none"}).status == 200
    if case == "given by name":
        assert ben.post(f"{kept}/sharing", {"colleague": cleo_id, "access": "edit"}).status == 200
    if case == "away meanwhile":
        ana.post(f"/account/team/{cleo_id}/deactivate")
    look_again(ana, away)
    if case == "away meanwhile":
        ana.post(f"/account/team/{cleo_id}/reactivate")
        cleo.sign_in(email)
    else:
        assert cleo.get(kept).status == 404
    for owner in (ana, ben):
        owner.share_with_everyone()
    assert cleo.get(kept).status == cleo.get(absorbed).status == 404
    ana.get(kept)
    assert ana.press("Make them two patients again").path == absorbed
    assert (cleo.get(absorbed).status, cleo.get(kept).status) == (404, 200)


def test_what_the_previous_release_gives_and_takes_back_counts_here(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    with database.begin() as connection:
        added = "INSERT INTO client_viewers (client_id, membership_id, granted_at) SELECT c.id, m.id, now() "
        added += "FROM clients c JOIN memberships m ON m.practice_id = c.practice_id AND m.id <> c.owner_id "
        added += "WHERE c.id = :id"
        connection.execute(sa.text(added), {"id": id_of(client)})
    assert ben.get(client).has_button("New program")
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM client_viewers WHERE client_id = :id"), {"id": id_of(client)})
    assert ben.get(client).status == 404


def test_case_12_undo_is_for_those_whose_clients_they_were_and_for_thirty_days(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, _, _, kept = merged_pair(ana, clinic)
    look_again(ana, away)
    form, _ = ana.get(kept).form("Make them two patients again")
    path = form.attrib["action"]
    assert ben.post(path).status == 404  # not even told that there is such a client
    ana.share_with_everyone()
    assert not ben.get(kept).has_button("Make them two patients again")
    assert ben.post(path).status == 403
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE client_combinations SET combined_at = combined_at - interval '31 days' WHERE id = :id"),
            {"id": path.split("/")[4]},
        )
    assert not ana.get(kept).has_button("Make them two patients again")
    assert ana.post(path).status == 409


def test_case_12_the_client_of_a_colleague_who_left_goes_to_the_one_who_is_there(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, _, _, kept = merged_pair(ana, clinic, ben)
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE memberships SET ended_at = now() WHERE id = (SELECT owner_id FROM clients WHERE id = :id)"),
            {"id": id_of(kept)},
        )
    look_again(ana, away)
    page = ana.open_patient(away)
    assert page.path == kept and "Shared by" not in page.text


def test_case_12_chains_end_in_one_client_and_are_undone_the_last_first(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    first, second, third = (clinic.add_patient(name, "Hart") for name in ("Liv", "Livvy", "Olivia"))
    paths = [ana.open_patient(id_).path for id_ in (first, second, third)]
    clinic.state.merge_patients(first, into=second)
    look_again(ana, first)
    clinic.state.merge_patients(second, into=third)
    look_again(ana, second)
    assert {ana.open_patient(id_).path for id_ in (first, second, third)} == {paths[2]}
    assert ana.get(paths[0]).path == paths[2]
    ana.get(paths[2])
    assert ana.press("Make them two patients again").path == paths[1]
    assert {ana.open_patient(id_).path for id_ in (first, second)} == {paths[1]}
    assert ana.press("Make them two patients again").path == paths[0]
    assert [ana.open_patient(id_).path for id_ in (first, second, third)] == paths


def test_case_12_two_at_once_combine_once(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    away, absorbed, survivor, kept = merged_pair(ana, clinic)
    third = clinic.add_patient("Livvy", "Hart")  # unknown here, merged away too: its click finds both clients
    clinic.state.merge_patients(third, into=away)
    ana.open_patient(away)
    with database.begin() as connection:
        connection.execute(sa.text("SELECT id FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(absorbed)})
        finish = run_beside(database, ana.run_jobs, lambda: ana.send("GET", f"/open/cliniko?patient_id={third}"))
    assert finish()[1].status == 303
    with database.connect() as connection:
        combined = connection.execute(
            sa.text("SELECT count(*) FROM client_combinations WHERE survivor_id = :id"), {"id": id_of(kept)}
        ).scalar_one()
    assert combined == 1
    assert {ana.open_patient(id_).path for id_ in (away, survivor, third)} == {kept}


def test_case_11_a_loop_of_merges_entered_at_two_ends_ends_at_one_client_without_a_deadlock(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    # Merged within one second, the smallest number survives.
    survivor, entry, held, other = (clinic.add_patient(name, "Hart") for name in ("A", "B", "C", "D"))
    client = ana.open_patient(survivor).path
    for one, into in ((survivor, entry), (entry, held), (held, other), (other, survivor)):
        clinic.state.merge_patients(one, into=into)
    with database.connect() as connection:
        link = "INSERT INTO client_links (id, practice_id, client_id, patient_id, is_current) "
        link += "SELECT gen_random_uuid(), practice_id, id, :patient, false FROM clients WHERE id = :id"
        connection.execute(sa.text(link), {"patient": held, "id": id_of(client)})
        # Each has linked what it met first and waits: in the order they met them, they would wait for each other.
        clicks = [lambda id_=id_: ana.send("GET", f"/open/cliniko?patient_id={id_}") for id_ in (entry, other)]
        finish = run_beside(database, *clicks)
        connection.rollback()
    assert [answer.status for answer in finish()] == [303, 303]
    assert {ana.open_patient(id_).path for id_ in (entry, held, other, survivor)} == {client}


def test_case_12_a_program_begun_while_clients_are_combined_belongs_to_the_one(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic)
    third = clinic.add_patient("Livvy", "Hart")  # unknown here: its click combines the two
    clinic.state.merge_patients(third, into=away)
    with database.begin() as connection:
        link = sa.text("SELECT id FROM client_links WHERE client_id = :id FOR UPDATE")
        connection.execute(link, {"id": id_of(absorbed)})  # the combination holds both clients and waits for it
        finish = run_beside(
            database,
            lambda: ana.send("GET", f"/open/cliniko?patient_id={third}"),
            lambda: ana.send("POST", f"{absorbed}/programs", data={}),
        )
    assert [answer.status for answer in finish()] == [303, 303]
    assert not rows_of(database, absorbed)["programs"] and rows_of(database, kept)["programs"]


def test_what_an_older_release_adds_to_a_combined_client_is_brought_to_the_survivor(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic)
    program = start_from_template(ana, absorbed).path.split("/")[4]
    look_again(ana, away)
    with database.begin() as connection:
        back = "UPDATE programs SET client_id = :absorbed WHERE id = :program"
        connection.execute(sa.text(back), {"absorbed": id_of(absorbed), "program": program})
    ana.run_job("clients.find_nights", timestamp=0)
    assert rows_of(database, kept)["programs"] == {program}
