"""What is taken away between the look at a right and what it was for: nothing is assigned or sent on it any more."""

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.clients.arrange import id_of, look_again, run_beside
from tests.leaving.arrange import membership_of
from tests.privacy.arrange import erase_due, let_time_pass
from tests.programs.arrange import open_editor
from tests.support import Browser, Clinic, Page

FORM = {"title": "Knees", "note": "", "slug-0": "pendulum-swing", "revision": "0", "action": "assign"}
OWNER = "(SELECT owner_id FROM clients WHERE id = :client)"
# What commits while Ben's press waits for the lock, and what Ben is told then.
MEANWHILE = {
    "withdrawn": (f"UPDATE memberships SET sharing_rule = 'nobody' WHERE id = {OWNER}", 404, "Not found"),
    "view_only": (f"UPDATE memberships SET sharing_access = 'view' WHERE id = {OWNER}", 403, "View only"),
    "handed_over": ("UPDATE clients SET owner_id = :kim WHERE id = :client", 404, "Not found"),
    "ended": ("UPDATE memberships SET ended_at = now() WHERE id = :ben", 401, "Sign in"),
}


@pytest.fixture
def patient(clinic: Clinic) -> str:
    return clinic.add_patient("Olivia", "Hart")


@pytest.fixture
def shared(ana: Browser, ben: Browser, patient: str) -> str:
    """Path of a client of Ana's, who shares with everyone, Ben too."""
    path = ana.open_patient(patient).path
    ana.share_with_everyone()
    return path


def presses(ben: Browser, client: str, patient: str) -> dict[str, Callable[[], Page]]:
    """What Ben is about to press."""
    editor = open_editor(ben, client).path
    return {
        "assign": lambda: ben.post(editor, FORM),
        "begin": lambda: ben.post(f"{client}/programs"),
        "test page": lambda: ben.post("/today/test-page", {"patient_id": patient}),
    }


def kept(database: sa.Engine, client: str) -> int:
    """How many PDFs there are of a client."""
    with database.connect() as connection:
        query = sa.text("SELECT count(*) FROM documents WHERE client_id = :client")
        return int(connection.execute(query, {"client": id_of(client)}).scalar_one())


@pytest.mark.parametrize("press", ["assign", "begin", "test page"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_a_right_taken_away_while_the_press_waits_its_turn_is_gone(
    press: str, meanwhile: str, ana: Browser, ben: Browser, shared: str, patient: str, database: sa.Engine
) -> None:
    ana.invite_colleague(name="Kim Adler")
    ids = {name: membership_of(ana, f"{name.title()} {last}") for name, last in (("ben", "Cole"), ("kim", "Adler"))}
    change, status, title = MEANWHILE[meanwhile]
    call = presses(ben, shared, patient)[press]
    with database.begin() as connection:
        connection.execute(sa.text("SELECT 1 FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(shared)})
        answer = run_beside(database, call)
        connection.execute(sa.text(change), {**ids, "client": id_of(shared)})
        if meanwhile == "handed_over":
            never = "UPDATE memberships SET sharing_rule = 'nobody', sharing_chosen_at = now() WHERE id = :kim"
            connection.execute(sa.text(never), ids)
        connection.commit()
        (page,) = answer()
    assert page.h1.startswith(title) and page.status in (status, 200 if meanwhile == "ended" else status)
    assert kept(database, shared) == 0


@pytest.mark.parametrize("press", ["assign", "begin", "test page", "edit", "share", "hand over", "click"])
def test_whoever_presses_while_the_client_is_being_erased_gets_a_page_that_says_so(
    press: str, ana: Browser, clinic: Clinic, patient: str, database: sa.Engine
) -> None:
    client = ana.open_patient(patient).path
    calls = presses(ana, client, patient)
    calls["edit"] = lambda: ana.post(f"{client}/edit", {"first_name": "Liv", "last_name": "Hart"})
    if press in ("share", "hand over"):
        ana.invite_colleague(name="Kim Adler")
        kim = membership_of(ana, "Kim Adler")
        calls["share"] = lambda: ana.post(f"{client}/sharing", {"colleague": kim, "access": "view"})
        calls["hand over"] = lambda: ana.post(f"{client}/hand-over", {"to": kim})
    # Merged into the patient whose client is just going: what leads there begins a client of its own.
    away = clinic.add_patient("Liv", "Hart")
    clinic.state.merge_patients(away, into=patient)
    calls["click"] = lambda: ana.open_patient(away)
    ana.post(f"{client}/erasure")
    let_time_pass(database, "clients", uuid.UUID(id_of(client)))
    with database.begin() as connection:
        # Erasing has begun and is held at the client's row; then comes the press.
        connection.execute(sa.text("SELECT 1 FROM clients WHERE id = :id FOR NO KEY UPDATE"), {"id": id_of(client)})
        done = run_beside(database, lambda: erase_due(ana), calls[press])
        connection.commit()
        _, page = done()
    if press == "click":
        assert page.status == 200 and page.h1 == "Olivia Hart" and page.path != client
    else:
        assert (page.status, page.h1) == (404, "Not found")
    assert ana.get(client).status == 404


def test_case_12_a_program_assigned_while_its_client_becomes_part_of_another_is_that_ones(
    ana: Browser, clinic: Clinic, patient: str, database: sa.Engine
) -> None:
    client, survivor_patient = ana.open_patient(patient).path, clinic.add_patient("Olivia", "Hart-Lee")
    survivor = ana.open_patient(survivor_patient).path
    editor = open_editor(ana, client).path
    clinic.state.merge_patients(patient, into=survivor_patient)
    with database.begin() as connection:
        # The combining has taken the program and is held at the survivor's row; then comes the press.
        connection.execute(sa.text("SELECT 1 FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(survivor)})
        done = run_beside(database, lambda: look_again(ana, patient), lambda: ana.post(editor, FORM))
        connection.commit()
        _, page = done()
    assert page.status == 200 and page.path == survivor and "Version 1" in page.text


def test_two_tabs_that_begin_and_assign_one_program_never_wait_for_each_other(
    ana: Browser, patient: str, database: sa.Engine
) -> None:
    client = ana.open_patient(patient).path
    editor = open_editor(ana, client).path
    from_template = {"template": "knee-osteoarthritis"}
    with database.begin() as connection:
        connection.execute(sa.text("SELECT 1 FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(client)})
        done = run_beside(
            database, lambda: ana.post(f"{client}/programs", from_template), lambda: ana.post(editor, FORM)
        )
        connection.commit()
        begun, assigned = done()
    assert begun.status == assigned.status == 200
    assert begun.path != editor and "Version 1" in assigned.text
