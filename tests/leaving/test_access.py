"""Whose access ends, what that does to them, and coming back."""

import re
import uuid

import pytest
import sqlalchemy as sa

from app.accounts.colleagues.invitations import join_path
from tests.delivery.arrange import query
from tests.leaving.arrange import email_of, end, membership_of
from tests.support import PASSWORD, Browser, Clinic


def add_admin(owner: Browser, name: str = "Kim Adler") -> Browser:
    """A colleague whom the owner has made an admin."""
    admin = owner.invite_colleague(name=name)
    owner.get(f"/account/team/{membership_of(owner, name)}")
    owner.press("Save role", **{"Role at": "admin"})
    return admin


def leads_to_signing_in(browser: Browser) -> bool:
    return browser.get("/clients").path == "/sign-in"


@pytest.mark.parametrize("how", ["Remove", "Deactivate"])
def test_case_7_a_colleague_without_access_is_signed_out_at_once_and_cannot_sign_in(
    how: str, ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    email = email_of(ben)
    page = end(ana, "Ben Cole", how)
    assert page.path == "/account/team" and "access" in page.text
    assert leads_to_signing_in(ben)
    revoked = query(
        database,
        "SELECT revoked_at FROM sessions s JOIN practitioners p ON p.id = practitioner_id WHERE email = :e",
        e=email,
    )
    assert revoked and all(row.revoked_at for row in revoked)
    refused = ben.sign_in(email)
    assert refused.status == 422 and "You no longer belong to a practice" in refused.text


def test_the_page_before_says_what_happens_and_changes_nothing(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    ben.open_patient(clinic.add_patient())
    id_ = membership_of(ana, "Ben Cole")
    remove, deactivate = (ana.get(f"/account/team/{id_}/{how}").text for how in ("remove", "deactivate"))
    for text in (remove, deactivate):
        assert "1 patient goes to a colleague of your choice" in text and "loses access to Harbour Physio" in text
    assert "key is deleted here. They can be invited again." in remove
    assert "key is kept, encrypted, and not used. You can reactivate them" in deactivate
    assert ben.get("/clients").status == 200


@pytest.mark.parametrize("how", ["Remove", "Deactivate"])
def test_who_works_in_another_practice_goes_on_there(how: str, ana: Browser, ben: Browser) -> None:
    other = ana.another()
    other.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    ben.get(other.invite(email_of(ben)))
    ben.press("Join practice")
    ben.press("Harbour Physio")
    end(ana, "Ben Cole", how)
    page = ben.get("/account/team")
    assert "People at Riverside Podiatry" in page.text
    assert "Harbour" not in page.content.decode()
    ben.get("/account/security")
    changed = ben.press("Change email", **{"New email": f"new-{email_of(ben)}", "Your password": PASSWORD})
    assert "Your email is changed." in changed.text
    assert "changed the email" not in ana.get("/account/activity?kind=account").text, "that is Riverside's affair now"


def test_a_removed_colleague_can_be_invited_again_and_starts_with_nothing(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    email, id_ = email_of(ben), membership_of(ana, "Ben Cole")
    ben.share_with_everyone()
    end(ana, "Ben Cole")
    assert email not in ana.get("/account/team").text
    assert ana.get(f"/account/team/{id_}").status == 404
    assert not query(database, "SELECT 1 FROM connections WHERE membership_id = :id", id=id_), "the key is gone"
    back = ana.another()
    back.get(ana.invite(email))
    assert back.press("Join practice", Password=PASSWORD).path == "/account/settings"
    (row,) = query(database, "SELECT * FROM memberships WHERE id = :id", id=id_)
    assert (row.ended_at, row.ended_as, row.handed_to_id, row.sharing_rule) == (None, None, None, "nobody")


def test_a_deactivated_colleague_is_listed_and_comes_back_with_role_and_key(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    email, id_ = email_of(ben), membership_of(ana, "Ben Cole")
    ana.get(f"/account/team/{id_}")
    ana.press("Save role", **{"Role at": "admin"})
    end(ana, "Ben Cole", "Deactivate")
    text = ana.get("/account/team").text
    assert re.search(r"Deactivated They have no access .* Ben Cole", text)
    ana.get("/account/team")
    refused = ana.press("Invite", **{"Colleague's email": email})
    assert "Reactivate them on this page instead." in refused.text
    ana.get(f"/account/team/{id_}")
    assert ana.press("Reactivate").path == "/account/team"
    again = ana.another()
    again.sign_in(email)
    assert again.open_patient(clinic.add_patient()).path.startswith("/clients/"), "the key works"
    assert again.get(f"/account/team/{id_}").status == 200, "still an admin"
    assert "Nothing was changed" in ana.post(f"/account/team/{id_}/reactivate").text


def test_a_deactivated_colleague_can_be_removed(ana: Browser, ben: Browser, database: sa.Engine) -> None:
    id_ = membership_of(ana, "Ben Cole")
    end(ana, "Ben Cole", "Deactivate")
    assert ana.post(f"/account/team/{id_}/deactivate").status == 409
    assert query(database, "SELECT 1 FROM connections WHERE membership_id = :id", id=id_)
    end(ana, "Ben Cole", "Remove")
    assert "Ben Cole" not in ana.get("/account/team").text
    assert not query(database, "SELECT 1 FROM connections WHERE membership_id = :id", id=id_)


def test_what_was_shared_with_and_by_a_leaver_ends_and_their_invitations_too(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    id_ = membership_of(ana, "Ben Cole")
    (mine,) = query(database, "SELECT practice_id FROM memberships WHERE id = :id", id=id_)
    ana.get(f"/account/team/{id_}")
    ana.press("Save role", **{"Role at": "admin"})
    link = ben.invite()
    client = ana.open_patient(clinic.add_patient()).path.rpartition("/")[2]
    for browser, name in ((ana, "Ben Cole"), (ben, "Ana Ruiz")):
        browser.get("/account/sharing")
        browser.press("Save changes", **{"Chosen colleagues": True, name: True})
    with database.begin() as connection:
        ids = {"id": id_, "client": client, "about": uuid.uuid4()}
        connection.execute(sa.text("INSERT INTO client_viewers VALUES (:client, :id, now())"), ids)
        connection.execute(
            sa.text(
                "INSERT INTO bell_notes (id, membership_id, about, said, path, created_at) "
                "VALUES (:about, :id, :about, 'client_given', '/clients', now())"
            ),
            ids,
        )
        connection.execute(sa.text("INSERT INTO bell_marks VALUES (:id, :about)"), ids)
    end(ana, "Ben Cole")
    assert browser.another().get(link).status == 410
    for table, column in (
        ("shared_colleagues", "owner_id"),
        ("shared_colleagues", "colleague_id"),
        ("client_viewers", "membership_id"),
        ("client_grants", "membership_id"),
        ("bell_notes", "membership_id"),
        ("bell_marks", "membership_id"),
    ):
        assert not query(database, f"SELECT 1 FROM {table} WHERE {column} = :id", id=id_), f"{table}.{column}"
    lines = query(
        database,
        "SELECT action, detail FROM audit_events WHERE practice_id = :p AND action LIKE 'member.%' ORDER BY id",
        p=mine.practice_id,
    )
    assert [line.action for line in lines] == ["member.role_changed", "member.removed"]
    assert lines[1].detail["membership_id"] == id_
    assert "Ana Ruiz removed Ben Cole and handed 0 patients and 0 deliveries on." in ana.get("/account/activity").text


def test_grants_to_a_leaver_end_exceptions_stay_and_requests_go_to_who_takes_the_clients(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    id_ = membership_of(ana, "Ben Cole")
    cleo = ana.invite_colleague(name="Cleo Marsh")
    paths = [ana.open_patient(clinic.add_patient(name, "Hart")).path for name in ("Olivia", "Oscar")]
    for path, access in zip(paths, ("edit", "none"), strict=True):
        ana.post(f"{path}/sharing", {"colleague": id_, "access": access})
    patient = clinic.add_patient("Otto", "Hart")
    bens = ben.open_patient(patient).path
    cleo.post("/open/cliniko/request-access", {"patient_id": patient})
    end(ana, "Ben Cole", "Deactivate", to="Ana Ruiz")
    kept = query(database, "SELECT access FROM client_grants WHERE membership_id = :id", id=id_)
    assert [row.access for row in kept] == ["none"]
    assert "Cleo Marsh asks to see Otto Hart" in ana.get("/account/sharing").text
    assert "Cleo Marsh asks to see one of your patients. New" in ana.get("/alerts").text
    ana.get(ana.get("/alerts").link("Answer"))
    ana.press("Let them view only")
    assert cleo.get(bens).status == 200


def test_neither_the_owner_nor_oneself_can_be_removed_or_changed(ana: Browser, ben: Browser) -> None:
    admin = add_admin(ana)
    owner_id, admin_id = membership_of_owner(admin), membership_of(ana, "Kim Adler")
    assert "Manage Ana Ruiz" not in admin.get("/account/team").content.decode()
    for who, id_, sentence in (
        (admin, owner_id, "The owner needs to transfer ownership"),
        (admin, admin_id, "You cannot change your own role or access."),
        (ana, owner_id, "You cannot change your own role or access."),
    ):
        for ending in ("remove", "deactivate", "role"):
            answer = who.post(f"/account/team/{id_}/{ending}", {"role": "practitioner"})
            assert answer.status == 403 and sentence in answer.text
        assert who.get(f"/account/team/{id_}/remove").status == 403
        assert not who.get(f"/account/team/{id_}").has_button("Save role")
    assert ana.get("/clients").status == 200


def membership_of_owner(admin: Browser) -> str:
    """Id of Ana's membership, as the list to share with names it."""
    box = admin.get("/account/sharing").soup.find("label", string=re.compile("Ana Ruiz"))
    assert box is not None
    field = admin.page.soup.find(id=box["for"]) if admin.page else None
    assert field is not None
    return str(field["value"])


def test_roles_are_changed_by_who_runs_the_team_and_count_at_once(ana: Browser, ben: Browser) -> None:
    admin, id_ = add_admin(ana), membership_of(ana, "Ben Cole")
    assert ben.get(f"/account/team/{id_}").status == 404
    admin.get(f"/account/team/{id_}")
    assert "The role is saved and applies" in admin.press("Save role", **{"Role at": "admin"}).text
    assert ben.get("/account/team").has_button("Invite")
    assert "Nothing was changed" in admin.press("Save role", **{"Role at": "admin"}).text
    for role in ("owner", "", "king"):
        assert admin.post(f"/account/team/{id_}/role", {"role": role}).status == 404
    admin.get(f"/account/team/{id_}")
    admin.press("Save role", **{"Role at": "practitioner"})
    assert not ben.get("/account/team").has_button("Invite")


def test_who_is_no_admin_any_more_leaves_no_invitation_for_an_admin_behind(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    id_ = membership_of(ana, "Ben Cole")
    ana.post(f"/account/team/{id_}/role", {"role": "admin"})
    colleague = ben.invite()
    address = f"{uuid.uuid4().hex[:12]}@practice.example"
    assert ben.post("/account/team", {"email": address, "role": "admin"}).status == 200
    (row,) = query(database, "SELECT id FROM invitations WHERE email = :email", email=address)
    vault = ana.server.app.state.tools.vault  # type: ignore[attr-defined]
    admins = join_path(vault, row.id)
    assert ana.another().get(admins).status == 200
    ana.post(f"/account/team/{id_}/role", {"role": "practitioner"})
    assert ana.another().get(admins).status == 410
    assert ana.another().get(colleague).status == 200


def test_whose_role_or_access_is_changed_is_told_each_time_by_mail(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    email = email_of(ben)
    page = f"/account/team/{membership_of(ana, 'Ben Cole')}"
    for role in ("admin", "admin", "practitioner"):
        ana.get(page)
        ana.press("Save role", **{"Role at": role})
    end(ana, "Ben Cole", "Deactivate")
    ana.get(page)
    ana.press("Reactivate")
    end(ana, "Ben Cole")
    subject = "Kinebridge: your access to a practice was changed"
    mails = query(
        database,
        "SELECT text FROM outgoing_mails WHERE recipient = :e AND subject = :s ORDER BY created_at",
        e=email,
        s=subject,
    )
    told = [mail.text.split("\n\n")[1] for mail in mails]
    assert [line.partition(" on ")[0] for line in told] == [
        "Ana Ruiz made you an admin of the practice Harbour Physio in Kinebridge",
        "Ana Ruiz made you a practitioner, no longer an admin, of the practice Harbour Physio in Kinebridge",
        "Ana Ruiz deactivated your access to the practice Harbour Physio in Kinebridge",
        "Ana Ruiz gave you back your access to the practice Harbour Physio in Kinebridge",
        "Ana Ruiz ended your access to the practice Harbour Physio in Kinebridge",
    ]
