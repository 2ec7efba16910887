"""Access that ends, ends at once: half-done work goes no further, and ids of others open nothing."""

import re
import uuid

import pytest
import sqlalchemy as sa

from app.accounts.models import Membership
from app.programs.models import ProgramVersion
from tests.support import Browser, Clinic, send_pdf

FORM = {"title": "Knees", "note": "", "slug-0": "pendulum-swing", "revision": "0", "action": "assign"}


@pytest.fixture
def shared(ana: Browser, ben: Browser, clinic: Clinic) -> str:
    """Path of a client of Ana's, who shares with everyone, Ben too."""
    path = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    ana.share_with_everyone()
    return path


def stop_sharing(ana: Browser) -> None:
    ana.get("/account/sharing")
    ana.press("Save changes", Nobody=True)


def versions(database: sa.Engine, client_path: str) -> int:
    with database.connect() as connection:
        return connection.execute(
            sa.text(
                "SELECT count(*) FROM program_versions v JOIN programs p ON p.id = program_id WHERE client_id = :c"
            ),
            {"c": client_path.rpartition("/")[2]},
        ).scalar_one()


def test_a_program_begun_while_a_client_was_shared_cannot_be_assigned_afterwards(
    ana: Browser, ben: Browser, shared: str, database: sa.Engine
) -> None:
    ben.get(shared)
    editor = ben.press("New program").path
    delivery = send_pdf(ana, shared)
    stop_sharing(ana)
    for answer in (
        ben.post(editor, FORM),
        ben.get(editor),
        ben.get(f"{shared}/deliveries"),
        ben.post(f"{editor.removesuffix('/edit')}/discard"),
        ben.post(f"{shared}/programs"),
        ben.post(f"/deliveries/{delivery}/retry"),
    ):
        assert answer.status == 404
        assert "Olivia" not in answer.content.decode()
    assert versions(database, shared) == 0
    assert "Hart" not in ben.get("/clients?q=hart").text


def test_a_removed_colleague_is_signed_out_in_the_middle_of_their_work(
    ben: Browser, shared: str, database: sa.Engine
) -> None:
    ben.get(shared)
    editor = ben.press("New program").path
    ben.get("/account/team")
    with database.begin() as connection:
        mine = sa.text(
            "SELECT m.id FROM memberships m JOIN programs p ON p.created_by_id = m.id WHERE p.id = CAST(:id AS uuid)"
        )
        found = connection.execute(mine, {"id": editor.split("/")[4]}).scalar_one()
        connection.execute(sa.update(Membership).where(Membership.id == found).values(ended_at=sa.func.now()))
    kept = ben.send("POST", editor, data=FORM)
    assert kept.status == 401
    assert "You are signed out" in kept.text and "Olivia" not in kept.soup.decode()
    for method, path in (("GET", editor), ("GET", shared), ("GET", "/clients"), ("POST", "/account/sharing")):
        answer = ben.send(method, path)
        assert answer.status == 303
        assert answer.headers["location"].startswith("/sign-in")
    assert versions(database, shared) == 0


def test_a_program_is_not_found_under_another_client(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    mine = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    other = ana.open_patient(clinic.add_patient("Noah", "Webb")).path
    ana.get(mine)
    program = ana.press("New program").path.removesuffix("/edit")
    ana.post(f"{program}/edit", FORM)
    assert versions(database, mine) == 1
    elsewhere = program.replace(mine, other)
    for method, ending in (
        *(("GET", ""), ("GET", "/edit"), ("GET", "/versions/1.pdf")),
        *(("POST", "/edit"), ("POST", "/revise"), ("POST", "/discard")),
    ):
        assert ana.send(method, elsewhere + ending, data=FORM if method == "POST" else None).status == 404, ending
    assert ana.send("GET", f"{program}/versions/2.pdf").status == 404


def test_no_form_field_names_another_owner_practice_or_member(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    """Fields a form does not have are ignored, whatever columns they are called after."""
    stranger = ana.another()
    stranger.sign_up(practice="Riverside Podiatry")
    path = ana.open_patient(clinic.add_patient()).path
    ids = {name: str(uuid.uuid4()) for name in ("owner_id", "practice_id", "created_by_id", "assigned_by_id", "id")}
    ana.get(path)
    editor = ana.post(f"{path}/programs", ids).path
    assert ana.post(editor, {**FORM, **ids, "delivery_id": ids["id"], "document_id": ids["id"]}).path == path
    with database.connect() as connection:
        program = uuid.UUID(re.findall(r"[0-9a-f-]{36}", editor)[1])
        version = connection.execute(sa.select(ProgramVersion).where(ProgramVersion.program_id == program)).one()
    assert not {str(value) for value in version if isinstance(value, uuid.UUID)} & set(ids.values())


def test_a_colleague_of_another_practice_cannot_be_chosen_to_share_with(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    stranger = ana.another()
    email = stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    with database.connect() as connection:
        theirs = connection.execute(
            sa.text("SELECT m.id FROM memberships m JOIN practitioners p ON p.id = practitioner_id WHERE email = :e"),
            {"e": email},
        ).scalar_one()
    assert ana.post("/account/sharing", {"rule": "chosen", "colleague": str(theirs)}).status == 404


def test_an_invitation_of_another_practice_cannot_be_withdrawn(ana: Browser, database: sa.Engine) -> None:
    link = ana.invite()
    stranger = ana.another()
    stranger.sign_up(practice="Riverside Podiatry")
    assert ana.page is not None
    field = ana.page.soup.find("input", {"name": "invitation_id"})
    assert field is not None
    assert stranger.post("/account/team/withdraw", {"invitation_id": field["value"]}).status == 404
    assert ana.another().get(link).status == 200


def test_a_practitioner_cannot_invite_or_withdraw_by_hand(ana: Browser, ben: Browser) -> None:
    ana.invite()
    assert ana.page is not None
    field = ana.page.soup.find("input", {"name": "invitation_id"})
    assert field is not None
    assert ben.post("/account/team", {"email": "x@practice.example", "role": "admin"}).status == 403
    assert ben.post("/account/team/withdraw", {"invitation_id": field["value"]}).status == 403
    assert "/join/" not in ben.get("/account/team").content.decode()


def test_nobody_is_invited_as_owner(ana: Browser) -> None:
    assert ana.post("/account/team", {"email": "x@practice.example", "role": "owner"}).status == 422
