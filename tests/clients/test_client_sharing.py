"""Who can see this patient: what is said of one client and one colleague, and handing a client over."""

import unicodedata
import uuid

import pytest
import sqlalchemy as sa

from app.clients.names import initials
from tests.alerts.arrange import bell, rows
from tests.clients.arrange import id_of
from tests.support import Browser, Clinic, send_pdf


@pytest.fixture
def client(ana: Browser, clinic: Clinic) -> str:
    """A client of Ana's."""
    return ana.open_patient(clinic.add_patient("Olivia", "Hart")).path


def member_id(database: sa.Engine, client: str, name: str) -> str:
    """A member of the client's practice by name."""
    query = "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id JOIN clients c "
    query += "ON c.practice_id = m.practice_id WHERE p.name = :name AND c.id = :client"
    ((found,),) = rows(database, query, name=name, client=id_of(client))
    return str(found)


def say(ana: Browser, database: sa.Engine, client: str, name: str, access: str, until: str = "") -> int:
    data = {"colleague": member_id(database, client, name), "access": access, "until": until}
    return ana.post(f"{client}/sharing", data).status


def test_the_owner_lets_one_colleague_see_one_client_and_takes_it_back(
    ana: Browser, ben: Browser, client: str, database: sa.Engine
) -> None:
    assert "Ben Cole Cannot see this patient" in ana.get(f"{client}/sharing").text
    page = ana.press("Save changes", Colleague=member_id(database, client, "Ben Cole"), **{"May only view": True})
    assert "Ben Cole View only. Chosen for this patient only" in page.text
    assert "View only" in ben.get(client).text
    assert bell(ben) == "Alerts, 1 new" and "Ana Ruiz lets you see one of their patients" in ben.get("/alerts").text
    assert say(ana, database, client, "Ben Cole", "edit") == 200
    assert ben.get(client).has_button("New program")
    assert say(ana, database, client, "Ben Cole", "rule") == 200
    assert ben.get(client).status == 404


def test_an_exception_hides_one_client_from_one_colleague_whatever_the_rule(
    ana: Browser, ben: Browser, clinic: Clinic, client: str, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    other = ana.open_patient(clinic.add_patient("Oscar", "Hart")).path
    ana.share_with_everyone()
    assert say(ana, database, client, "Ben Cole", "none") == 200
    assert ben.get(client).status == 404 and cleo.get(client).status == 200 and ben.get(other).status == 200
    listed = ben.get("/clients").text
    assert "Oscar Hart" in listed and "Olivia Hart" not in listed
    assert "Olivia" not in ben.get("/clients?q=hart").text
    assert rows(database, "SELECT 1 FROM bell_notes WHERE about = :id", id=id_of(client)) == []


def test_what_cannot_be_said_is_told(ana: Browser, ben: Browser, client: str, database: sa.Engine) -> None:
    ben_id = member_id(database, client, "Ben Cole")
    for data, words in (
        ({"colleague": "", "access": "view"}, "Choose a colleague."),
        ({"colleague": ben_id, "access": ""}, "Choose what they may do."),
        ({"colleague": ben_id, "access": "view", "until": "soon"}, "Enter a date"),
        ({"colleague": ben_id, "access": "view", "until": "2020-01-01"}, "Choose today or a later day"),
        ({"colleague": ben_id, "access": "view", "until": "9999-12-31"}, "Choose today or a later day"),
    ):
        page = ana.post(f"{client}/sharing", data)
        assert page.status == 422 and words in page.text
    for nobody in (str(uuid.uuid4()), member_id(database, client, "Ana Ruiz")):
        assert ana.post(f"{client}/sharing", {"colleague": nobody, "access": "view"}).status == 404
    assert ben.get(client).status == 404


def test_only_the_owner_says_who_sees_a_client(ana: Browser, ben: Browser, client: str, database: sa.Engine) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    ana.share_with_everyone()
    assert "Who can see this patient" not in ben.get(client).text
    assert ben.get(f"{client}/sharing").status == 403
    assert say(ben, database, client, "Cleo Marsh", "none") == 403
    assert ben.post(f"{client}/hand-over", {"to": member_id(database, client, "Ben Cole")}).status == 403
    assert cleo.get(client).status == 200


def test_a_client_is_handed_over_after_seeing_what_that_means(
    ana: Browser, ben: Browser, clinic: Clinic, client: str, database: sa.Engine
) -> None:
    cleo, dora = ana.invite_colleague(name="Cleo Marsh"), ana.invite_colleague(name="Dora Fox")
    ana.share_with_everyone()
    say(ana, database, client, "Dora Fox", "view")
    delivery = send_pdf(ana, client)
    ana.get(f"{client}/sharing")
    page = ana.press("Go on", **{"New owner": member_id(database, client, "Ben Cole")})
    assert page.h1 == "Hand over to Ben Cole?" and "Will no longer see the patient: Cleo Marsh." in page.text
    ana.press("Hand over")
    assert "Shared by" not in ben.get(client).text and ben.get(f"{client}/sharing").status == 200
    assert "Ana Ruiz handed a patient over to you" in ben.get("/alerts").text
    assert cleo.get(client).status == 404 and "View only" in dora.get(client).text
    assert ana.get(client).has_button("New program")  # the tick was left in
    ana.run_jobs(hurry=True, rounds=3)
    ((state,),) = rows(database, "SELECT state FROM deliveries WHERE id = :id", id=delivery)
    assert state == "delivered"
    ((detail,),) = rows(
        database,
        "SELECT detail FROM audit_events WHERE action = 'client.handed_over' AND client_id = :id",
        id=id_of(client),
    )
    assert detail["membership_id"] == member_id(database, client, "Ben Cole")


def test_handed_over_without_the_tick_the_former_owner_sees_nothing_more(
    ana: Browser, ben: Browser, client: str, database: sa.Engine
) -> None:
    ana.post(f"{client}/hand-over", {"to": member_id(database, client, "Ben Cole")})
    assert ana.get(client).status == 404 and ben.get(client).status == 200
    assert ana.post(f"{client}/hand-over", {"to": member_id(database, client, "Ana Ruiz")}).status == 404


def test_who_runs_the_practice_hands_over_a_colleagues_client_they_may_edit(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    client = ben.open_patient(clinic.add_patient("Olivia", "Hart")).path
    cleo = ana.invite_colleague(name="Cleo Marsh")
    to_cleo = {"to": member_id(database, client, "Cleo Marsh"), "keeps_sight": "yes"}
    assert ana.post(f"{client}/hand-over", to_cleo).status == 404  # not shared with her
    say(ben, database, client, "Ana Ruiz", "view")
    assert ana.post(f"{client}/hand-over", to_cleo).status == 403
    say(ben, database, client, "Ana Ruiz", "edit")
    page = ana.get(f"{client}/sharing")
    assert "Change it for one colleague" not in page.text
    assert ana.post(f"{client}/hand-over", to_cleo).status == 200
    assert "Ana Ruiz handed one of your patients over" in ben.get("/alerts").text
    assert ben.get(client).status == 200 and cleo.get(f"{client}/sharing").status == 200


@pytest.mark.parametrize(
    ("first", "last", "short"),
    [
        ("Olivia", "Hart", "O.H."),
        ("Ålice", "", "Å."),
        ("e\u0301ric", "  o'Neil", "É.O."),
        ("小明", "王", "小.王."),
        ("", "", ""),
        ("🙂", "<b>", "B."),
    ],
)
def test_initials_are_all_a_mail_says_of_a_client(first: str, last: str, short: str) -> None:
    assert unicodedata.normalize("NFC", initials(first, last)) == short
