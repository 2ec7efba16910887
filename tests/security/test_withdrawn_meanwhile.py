"""What is taken away between the look at a right and what it was for: nothing is assigned or sent on it any more."""

import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from tests.clients.arrange import id_of, look_again, run_beside
from tests.leaving.arrange import email_of, membership_of
from tests.privacy.arrange import erase_due, let_time_pass
from tests.programs.arrange import add_client, open_editor
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


@pytest.mark.parametrize("press", ["assign", "begin", "test page", "link"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_a_right_taken_away_while_the_press_waits_its_turn_is_gone(
    press: str, meanwhile: str, ana: Browser, ben: Browser, shared: str, patient: str, database: sa.Engine
) -> None:
    ana.invite_colleague(name="Kim Adler")
    ids = {name: membership_of(ana, f"{name.title()} {last}") for name, last in (("ben", "Cole"), ("kim", "Adler"))}
    change, status, title = MEANWHILE[meanwhile]
    calls = presses(ben, shared, patient)
    hand_made = add_client(database, email_of(ben), patient_id=None, is_hand_made=True)
    calls["link"] = lambda: ben.post(f"{shared}/same-person", {"other": id_of(hand_made)})
    call = calls[press]
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
    with database.connect() as connection:
        combined = sa.text("SELECT combined_into_id FROM clients WHERE id = :id")
        assert connection.execute(combined, {"id": id_of(hand_made)}).scalar_one() is None


@pytest.mark.parametrize(
    ("change", "title"), [("role = 'practitioner'", "Your role does not allow this"), ("ended_at = now()", "Sign in")]
)
def test_who_runs_the_practice_no_more_by_then_hands_nobody_over(
    change: str, title: str, ana: Browser, ben: Browser, shared: str, database: sa.Engine
) -> None:
    ana.invite_colleague(name="Kim Adler")
    of_ben, kim = membership_of(ana, "Ben Cole"), membership_of(ana, "Kim Adler")
    ana.post(f"/account/team/{of_ben}/role", {"role": "admin"})
    with database.begin() as connection:
        connection.execute(sa.text("SELECT 1 FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(shared)})
        answer = run_beside(database, lambda: ben.post(f"{shared}/hand-over", {"to": kim}))
        connection.execute(sa.text(f"UPDATE memberships SET {change} WHERE id = :ben"), {"ben": of_ben})
        connection.commit()
        (page,) = answer()
    assert page.h1.startswith(title), page.h1
    assert ana.get(f"{shared}/sharing").status == 200, "it is Ana's still"


def test_who_runs_the_practice_no_more_by_then_sets_no_rule_for_it(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    of_ben = membership_of(ana, "Ben Cole")
    ana.post(f"/account/team/{of_ben}/role", {"role": "admin"})
    practice = "SELECT sharing_rule FROM practices WHERE id = (SELECT practice_id FROM memberships WHERE id = :ben)"
    with database.begin() as connection:
        connection.execute(sa.text(f"{practice} FOR UPDATE"), {"ben": of_ben})
        rule = {"rule": "practice", "access": "edit"}
        answer = run_beside(database, lambda: ben.post("/account/sharing/practice", rule))
        connection.execute(sa.text("UPDATE memberships SET role = 'practitioner' WHERE id = :ben"), {"ben": of_ben})
        connection.commit()
        (page,) = answer()
    assert page.status == 403
    with database.connect() as connection:
        assert connection.execute(sa.text(practice), {"ben": of_ben}).scalar_one() == "nobody"


ERASED_MEANWHILE = [
    "assign",
    "begin",
    "test page",
    "edit",
    "share",
    "hand over",
    "click",
    "link",
    "apart",
    "undo",
    "ask",
]


@pytest.mark.parametrize("press", ERASED_MEANWHILE)
def test_whoever_presses_while_the_client_is_being_erased_gets_a_page_that_says_so(
    press: str, ana: Browser, ben: Browser, clinic: Clinic, patient: str, database: sa.Engine
) -> None:
    client = ana.open_patient(patient).path
    calls = presses(ana, client, patient)
    calls["edit"] = lambda: ana.post(f"{client}/edit", {"first_name": "Liv", "last_name": "Hart"})
    if press in ("share", "hand over"):
        ana.invite_colleague(name="Kim Adler")
        kim = membership_of(ana, "Kim Adler")
        calls["share"] = lambda: ana.post(f"{client}/sharing", {"colleague": kim, "access": "view"})
        calls["hand over"] = lambda: ana.post(f"{client}/hand-over", {"to": kim})
    hand_made = add_client(database, email_of(ana), patient_id=None, is_hand_made=True)
    calls["link"] = lambda: ana.post(f"{client}/same-person", {"other": id_of(hand_made)})
    calls["apart"] = lambda: ana.post(f"{client}/different-person", {"other": id_of(hand_made)})
    calls["ask"] = lambda: ben.post("/open/cliniko/request-access", {"patient_id": patient})
    if press == "undo":
        form, _ = calls["link"]().form("Make them two patients again")
        calls["undo"] = lambda: ana.post(form.attrib["action"])
        with database.begin() as connection:  # so long ago that the erasing is not put off
            connection.exec_driver_sql("UPDATE client_combinations SET combined_at = combined_at - interval '20 days'")
    # Merged into the patient whose client is just going: what leads there begins a client of its own.
    away = clinic.add_patient("Liv", "Hart")
    clinic.state.merge_patients(away, into=patient)
    calls["click"] = lambda: ana.open_patient(away)
    ana.post(f"{client}/erasure")
    let_time_pass(database, "clients", uuid.UUID(id_of(client)))
    with database.begin() as connection:
        # Erasing has begun and is held at the client's row; then comes the press.
        lock = "FOR UPDATE" if press == "ask" else "FOR NO KEY UPDATE"
        connection.execute(sa.text(f"SELECT 1 FROM clients WHERE id = :id {lock}"), {"id": id_of(client)})
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


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/account/practice/settings", {"Practice name": "Mine now"}),
        ("/account/practice/signing-in", {"Sign out a browser not used for": "60"}),
    ],
)
def test_who_runs_the_practice_no_more_by_then_changes_nothing_about_it(
    page: str, fields: dict[str, str], ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    of_ben = membership_of(ana, "Ben Cole")
    ana.post(f"/account/team/{of_ben}/role", {"role": "admin"})
    ben.get(page)
    as_saved = sa.text("SELECT practices::text FROM practices")
    with database.begin() as connection:
        before = connection.execute(as_saved).all()
        connection.execute(
            sa.text(
                "SELECT 1 FROM practices WHERE id = (SELECT practice_id FROM memberships WHERE id = :ben) FOR UPDATE"
            ),
            {"ben": of_ben},
        )
        answer = run_beside(database, lambda: ben.press("Save changes", **fields))
        connection.execute(sa.text("UPDATE memberships SET role = 'practitioner' WHERE id = :ben"), {"ben": of_ben})
        connection.commit()
        (refused,) = answer()
    assert refused.h1.startswith("Your role does not allow this"), refused.h1
    with database.connect() as connection:
        assert connection.execute(as_saved).all() == before
