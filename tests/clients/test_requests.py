"""Case 6: asking to see a colleague's client, and the one answer that counts."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.clients.jobs import pass_on_requests
from app.clients.sharing import may_answer
from app.main import open_tools
from tests.alerts.arrange import bell, email_of, rows
from tests.clients.arrange import id_of, look_again, merged_pair, run_beside
from tests.support import Browser, Clinic, Page


class Hands:
    """A clock that goes on by itself, and further when it is turned."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def olivia(ana: Browser, clinic: Clinic) -> str:
    """A patient of Ana's."""
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    return patient


def post_of(database: sa.Engine, browser: Browser) -> list[str]:
    """The letters to who is signed in about clients, the oldest first."""
    found = rows(
        database,
        "SELECT subject, text FROM outgoing_mails WHERE recipient = :to AND text LIKE '%patient%' "
        "ORDER BY created_at, id",
        to=email_of(browser),
    )
    return [f"{row.subject}\n{row.text}" for row in found]


def link_in(letter: str) -> str:
    found = re.search(r"http://testserver(/access-requests/\S+)", letter)
    assert found
    return found[1]


def request_access(browser: Browser, patient: str) -> Page:
    refused = browser.open_patient(patient)
    assert refused.status == 404
    return browser.press("Request access")


def pass_on(app: FastAPI, clock: Hands) -> None:
    async def run() -> None:
        async with open_tools(app.state.settings, app.state.database_url, clock) as tools:
            await pass_on_requests(SimpleNamespace(additional_context={"tools": tools}), timestamp=0)

    asyncio.run(run())


def test_case_6_a_request_reaches_the_owner_who_lets_the_asker_in_with_one_click(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    client = ana.open_patient(olivia).path
    asked = request_access(ben, olivia)
    assert (asked.status, asked.h1) == (200, "You have asked for access")
    assert bell(ana) == "Alerts, 1 new"
    (letter,) = post_of(database, ana)
    assert "Ben Cole asks to see one of your patients (O.H.)" in letter
    assert "Olivia" not in letter and "Hart" not in letter and olivia not in letter
    page = ana.get(link_in(letter))
    assert page.h1 == "Ben Cole asks to see a patient" and "Olivia Hart" in page.text
    assert bell(ana) == "Alerts"  # read
    ana.get(link_in(letter))
    assert "Your answer is saved" in ana.press("Let them edit").text
    assert bell(ben) == "Alerts, 1 new"
    assert "Ana Ruiz lets you see the patient you asked for" in ben.get("/alerts").text
    (told,) = post_of(database, ben)
    assert "Ana Ruiz lets you edit the patient" in told and "Olivia" not in told
    assert ben.open_patient(olivia).path == client
    assert ben.get(client).has_button("New program")
    actions = rows(
        database,
        "SELECT action FROM audit_events WHERE client_id = :id AND action LIKE 'sharing.%' ORDER BY id",
        id=id_of(client),
    )
    assert [row.action for row in actions] == ["sharing.requested", "sharing.granted"]


def test_case_6_asking_twice_sends_once(ana: Browser, ben: Browser, olivia: str, database: sa.Engine) -> None:
    both = [lambda: ben.send("POST", "/open/cliniko/request-access", data={"patient_id": olivia})] * 2
    with database.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE access_requests IN SHARE MODE")
        finish = run_beside(database, *both)
    assert [answer.status for answer in finish()] == [303, 303]
    assert "The bell tells you when it is answered." in ben.get("/account/sharing").text
    again = ben.open_patient(olivia)
    assert not again.has_button("Request access") and "You asked for access" in again.text
    assert both[0]().status == 303
    assert len(post_of(database, ana)) == 1


def test_case_6_view_only_until_a_day_where_the_practice_is(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    client = ana.open_patient(olivia).path
    request_access(ben, olivia)
    ana.get(link_in(post_of(database, ana)[0]))
    assert ana.press("Let them view only", Until="1999-01-01").status == 422
    assert ana.press("Let them view only", Until="2031-07-01").status == 200
    assert "View only" in ben.get(client).text and not ben.get(client).has_button("New program")
    assert "View only, until 1 Jul 2031" in ana.get(f"{client}/sharing").text
    ((ends_at,),) = rows(database, "SELECT ends_at FROM client_grants WHERE client_id = :id", id=id_of(client))
    assert ends_at == datetime(2031, 7, 1, 14, tzinfo=UTC)  # midnight in Sydney
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE client_grants SET ends_at = now() WHERE client_id = :id"), {"id": id_of(client)}
        )
    assert ben.get(client).status == 404


def test_case_6_one_answer_counts_and_a_no_names_nobody(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine, clock: Hands
) -> None:
    request_access(ben, olivia)
    link = link_in(post_of(database, ana)[0])
    ana.get(link)
    assert ana.press("Decline").status == 200
    late = ana.post(link, {"access": "edit"})  # the same link again, or the page of another tab
    assert "already answered" in late.text and "Declined by Ana Ruiz" in late.text
    (told,) = post_of(database, ben)
    assert "declined" in told and "Ana" not in told
    assert "Your request to see a patient was declined." in ben.get("/alerts").text
    refused = ben.open_patient(olivia)
    assert "You can ask again from" in refused.text and not refused.has_button("Request access")
    assert ben.post("/open/cliniko/request-access", {"patient_id": olivia}).status == 409
    assert "It was declined. You can ask again from" in ben.get("/account/sharing").text
    clock.ahead = timedelta(days=8)
    assert request_access(ben, olivia).status == 200
    assert len(post_of(database, ana)) == 2


def test_case_6_of_two_who_answer_at_once_one_counts(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    client = ana.open_patient(olivia).path
    request_access(ben, olivia)
    link = link_in(post_of(database, ana)[0])
    with database.begin() as connection:
        connection.execute(sa.text("SELECT id FROM clients WHERE id = :id FOR UPDATE"), {"id": id_of(client)})
        yes = lambda: ana.send("POST", link, data={"access": "view"})  # noqa: E731 - two of a kind
        no = lambda: ana.send("POST", link, data={"access": "none"})  # noqa: E731 - see above
        finish = run_beside(database, yes, no)
    notices = [answer.headers["location"].rpartition("=")[2] for answer in finish()]
    assert sorted(notices) == ["request-answered", "request-answered-before"]
    granted = rows(database, "SELECT access FROM client_grants WHERE client_id = :id", id=id_of(client))
    assert len(granted) == (1 if notices[0] == "request-answered" else 0)
    assert len(post_of(database, ben)) == 1


def test_case_6_the_link_opens_to_nobody_but_who_may_answer(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    stranger = ana.another()
    stranger.sign_up(name="Dan Poe", practice="Riverside Podiatry")
    request_access(ben, olivia)
    link = link_in(post_of(database, ana)[0])
    nobody = ana.another()
    assert nobody.send("GET", link).headers["location"].startswith("/sign-in?next=")
    for who in (ben, cleo, stranger):  # who asked does not let themselves in
        for method in ("GET", "POST"):
            answer = who.send(method, link, data={"access": "edit"} if method == "POST" else None)
            assert answer.status == 404 and "Olivia" not in answer.content.decode()
    assert ana.get(link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]).status == 404
    assert ana.get("/access-requests/x").status == 404
    assert (
        rows(
            database,
            "SELECT 1 FROM client_grants g JOIN clients c ON c.id = g.client_id "
            "JOIN client_links l ON l.client_id = c.id WHERE l.patient_id = :id",
            id=olivia,
        )
        == []
    )


def test_case_6_after_seven_days_those_who_run_the_practice_are_told_once_and_may_answer(
    ana: Browser, clinic: Clinic, database: sa.Engine, app: FastAPI, clock: Hands
) -> None:
    ben, cleo = ana.invite_colleague(name="Ben Cole"), ana.invite_colleague(name="Cleo Marsh")
    ben.save_key(clinic.ben.key)
    patient = clinic.add_patient("Olivia", "Hart")
    client = ben.open_patient(patient).path
    request_access(cleo, patient)
    link = link_in(post_of(database, ben)[0])
    assert ana.get(link).status == 404 and "asks to see" not in ana.get("/account/sharing").text
    clock.ahead = timedelta(days=6, hours=23)
    pass_on(app, clock)
    assert post_of(database, ana) == []
    clock.ahead = timedelta(days=7, minutes=1)
    for _ in range(2):
        pass_on(app, clock)
    (letter,) = post_of(database, ana)
    assert "Cleo Marsh asks to see a patient (O.H.) whose owner has not answered" in letter
    assert len(post_of(database, ben)) == 1
    page = ana.get(link_in(letter))
    assert "A patient of Ben Cole" in page.text and "Olivia" not in page.text
    assert ana.press("Let them view only").status == 200
    assert cleo.get(client).status == 200 and ana.get(client).status == 404
    assert bell(ben) == "Alerts"  # nothing is left to answer


def test_case_6_where_the_owner_has_left_those_who_run_the_practice_answer_at_once(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    ben, cleo = ana.invite_colleague(name="Ben Cole"), ana.invite_colleague(name="Cleo Marsh")
    ben.save_key(clinic.ben.key)
    patient = clinic.add_patient("Olivia", "Hart")
    client = ben.open_patient(patient).path
    with database.begin() as connection:
        owner = "(SELECT owner_id FROM clients WHERE id = :id)"
        connection.execute(
            sa.text(f"UPDATE memberships SET ended_at = now() WHERE id = {owner}"), {"id": id_of(client)}
        )
    request_access(cleo, patient)
    ana.get(link_in(post_of(database, ana)[0]))
    assert ana.press("Let them edit").status == 200
    assert cleo.open_patient(patient).path == client


def test_case_6_those_who_run_the_practice_hear_at_once_when_the_owner_leaves_meanwhile(
    ana: Browser, clinic: Clinic, database: sa.Engine, app: FastAPI, clock: Hands
) -> None:
    ben, cleo = ana.invite_colleague(name="Ben Cole"), ana.invite_colleague(name="Cleo Marsh")
    ben.save_key(clinic.ben.key)
    patient = clinic.add_patient("Olivia", "Hart")
    client = ben.open_patient(patient).path
    request_access(cleo, patient)
    pass_on(app, clock)
    assert post_of(database, ana) == []
    with database.begin() as connection:
        leave = "UPDATE memberships SET ended_at = now() WHERE id = (SELECT owner_id FROM clients WHERE id = :id)"
        connection.execute(sa.text(leave), {"id": id_of(client)})
    pass_on(app, clock)
    assert len(post_of(database, ana)) == 1
    assert "Cleo Marsh asks to see a patient of Ben Cole" in ana.get("/account/sharing").text


def test_case_6_what_is_given_otherwise_answers_the_request(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    client = ana.open_patient(olivia).path
    request_access(ben, olivia)
    link = link_in(post_of(database, ana)[0])
    ana.get(f"{client}/sharing")
    ((ben_id,),) = rows(database, "SELECT asker_id FROM access_requests WHERE client_id = :id", id=id_of(client))
    ana.press("Save changes", Colleague=str(ben_id), **{"May only view": True})
    assert bell(ana) == "Alerts" and "asks to see" not in ana.get("/account/sharing").text
    assert "Granted, for viewing only, by Ana Ruiz" in ana.get(link).text


def test_case_6_a_new_owner_answers_what_the_former_was_asked(
    ana: Browser, ben: Browser, olivia: str, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    client = ana.open_patient(olivia).path
    request_access(ben, olivia)
    link = link_in(post_of(database, ana)[0])
    query = "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id JOIN clients c "
    query += "ON c.practice_id = m.practice_id WHERE p.name = 'Cleo Marsh' AND c.id = :id"
    ((cleo_id,),) = rows(database, query, id=id_of(client))
    ana.post(f"{client}/hand-over", {"to": str(cleo_id)})
    assert bell(ana) == "Alerts" and ana.post(link, {"access": "edit"}).status == 404
    assert "Ben Cole asks to see one of your patients" in cleo.get("/alerts").text
    cleo.get(cleo.get("/alerts").link("Answer"))
    cleo.press("Let them edit")
    assert ben.open_patient(olivia).path == client


def test_case_6_a_request_for_a_client_that_became_part_of_another_is_about_that_one(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, _, survivor, kept = merged_pair(ana, clinic)
    request_access(ben, away)
    link = link_in(post_of(database, ana)[0])
    look_again(ana, away)
    page = ana.get(link)
    assert "Olivia Hart" in page.text and "Liv Hart" not in page.text
    ana.press("Let them edit")
    assert {ben.open_patient(id_).path for id_ in (away, survivor)} == {kept}


def test_case_6_a_request_for_a_client_that_became_a_colleagues_is_the_colleagues_to_answer(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    away, absorbed, _, kept = merged_pair(ana, clinic, ben)
    request_access(ben, away)  # which is his soon
    request_access(cleo, away)
    look_again(ana, away)
    assert bell(ana) == "Alerts" and "asks to see" not in ana.get("/account/sharing").text
    assert "asks to see" not in ana.get("/alerts").text
    assert "Cleo Marsh asks to see Olivia Hart" in ben.get("/account/sharing").text
    assert (
        rows(
            database,
            "SELECT 1 FROM access_requests WHERE decided_at IS NULL AND asker_id = "
            "(SELECT owner_id FROM clients WHERE id = :id)",
            id=id_of(kept),
        )
        == []
    )
    ana.get(kept)
    ana.press("Make them two patients again")  # and back to her
    assert "asks to see" not in ben.get("/account/sharing").text
    assert "Cleo Marsh asks to see Liv Hart" in ana.get("/account/sharing").text
    ana.get(ana.get("/alerts").link("Answer"))
    assert ana.press("Let them edit").status == 200
    assert cleo.get(absorbed).status == 200 and cleo.get(kept).status == 404


def test_case_6_asked_for_both_of_two_clients_who_are_one_now_it_is_answered_once(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, _, survivor, kept = merged_pair(ana, clinic)
    for patient in (away, survivor):
        request_access(ben, patient)
    link = link_in(post_of(database, ana)[0])
    look_again(ana, away)
    page = ana.get("/account/sharing")
    assert page.text.count("Ben Cole asks to see Olivia Hart") == 2
    ana.get(link)
    ana.press("Let them view only")
    assert "asks to see" not in ana.get("/account/sharing").text and bell(ana) == "Alerts"
    assert "View only" in ben.get(kept).text


def test_case_6_nobody_is_asked_to_answer_who_has_left_meanwhile(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine, app: FastAPI, clock: Hands
) -> None:
    cleo = ana.invite_colleague(name="Cleo Marsh")
    patient = clinic.add_patient("Olivia", "Hart")
    client = ben.open_patient(patient).path
    request_access(cleo, patient)
    with database.begin() as connection:
        asker = "(SELECT asker_id FROM access_requests WHERE client_id = :id)"
        leave = sa.text(f"UPDATE memberships SET ended_at = now() WHERE id = {asker}")
        connection.execute(leave, {"id": id_of(client)})
    clock.ahead = timedelta(days=7, minutes=1)
    pass_on(app, clock)
    assert post_of(database, ana) == []


def test_case_6_asking_says_nothing_of_patients_nobody_has(ben: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Nora", "New")
    answer = ben.send("POST", "/open/cliniko/request-access", data={"patient_id": patient})
    assert answer.headers["location"] == f"/open/cliniko?patient_id={patient}"
    assert ben.send("POST", "/open/cliniko/request-access", data={"patient_id": "x"}).status == 400


CASES: list[tuple[dict[str, Any], bool]] = [
    ({"is_owner": True}, True),
    ({"is_owner": True, "owner_is_here": False}, True),
    ({}, False),
    ({"waited": timedelta(days=30)}, False),
    ({"runs_team": True}, False),
    ({"runs_team": True, "waited": timedelta(days=7)}, True),
    ({"runs_team": True, "waited": timedelta(days=7) - timedelta(seconds=1)}, False),
    ({"runs_team": True, "owner_is_here": False}, True),
    ({"owner_is_here": False}, False),
    ({"runs_team": True, "waited": timedelta(days=7), "is_asker": True}, False),
    ({"is_owner": True, "is_asker": True}, False),
]


@pytest.mark.parametrize(("case", "answers"), CASES)
def test_who_may_answer(case: dict[str, Any], answers: bool) -> None:
    usual = {"is_owner": False, "is_asker": False, "runs_team": False, "owner_is_here": True, "waited": timedelta()}
    assert may_answer(**{**usual, **case}) is answers
