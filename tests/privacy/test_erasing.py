"""Erasing a client or a practice: after a waiting time, wholly, with nothing left but that it was done."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from app import trimming
from app.clients.jobs import refresh
from app.delivery.jobs import deliver, tidy
from app.privacy import erasing
from app.privacy.asking import WAITING
from app.privacy.jobs import erase_all_due
from app.privacy.tables import TABLES, tables_in_order
from tests.clients.arrange import count_waiting, look_again, merged_pair
from tests.fakes.cliniko import FakeCliniko
from tests.privacy.arrange import Person, let_time_pass, mentions, practice_of, run_practice, treat
from tests.processes import wait_until
from tests.programs.arrange import start_from_template
from tests.support import PASSWORD, Browser, Clinic, Page, send_pdf

STAYS = {name for name, kept in TABLES.items() if kept.stays}


def ids_of(database: sa.Engine, person: Person) -> dict[str, uuid.UUID]:
    """An id of a row of each table that holds something of a client."""
    found = {}
    with database.connect() as connection:
        for table, kept in tables_in_order():
            if kept.of_client and not kept.stays and isinstance(table.columns.get("id", sa.null()).type, sa.Uuid):
                query = sa.select(table.c.id).where(sa.text(kept.of_client)).limit(1)
                found[table.name] = connection.execute(query, {"client_ids": [person.id]}).scalar()
    return {name: id_ for name, id_ in found.items() if id_ is not None}


def erase_due(browser: Browser) -> None:
    """What the hourly job does, without the jobs that it puts in, such as those for mails."""
    assert browser.server.portal is not None
    browser.server.portal.call(erase_all_due, browser.server.app.state.tools)


def last_letter(database: sa.Engine, about: str) -> str:
    with database.connect() as connection:
        query = "SELECT text FROM outgoing_mails WHERE position(:about IN subject) > 0 ORDER BY created_at DESC LIMIT 1"
        return str(connection.execute(sa.text(query), {"about": about}).scalar_one())


class KilledError(Exception):
    """The process is gone."""


def test_a_client_is_erased_after_two_weeks_and_nothing_of_them_is_left(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    other, person = treat(ana, clinic, "Zanzibar", "Otherman"), treat(ana, clinic)
    ids = ids_of(database, person)
    assert len(ids) >= 8 and mentions(database, person.id) > {"clients", "programs", "documents", "deliveries"}
    ana.get(f"{person.client}/data")
    page = ana.press("Erase this patient")
    assert "will be erased on" in page.text and page.has_button("Keep this patient")
    ana.run_job("privacy.erase_due", timestamp=0)
    assert "Everything about this patient will be erased on" in ana.get(person.client).text
    let_time_pass(database, "clients", person.id)
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, person.id) <= STAYS
    for name, id_ in ids.items():
        assert mentions(database, id_) <= STAYS, name
    assert mentions(database, person.name) == set()
    assert ana.get(person.client).status == ana.get(f"{person.client}/data").status == 404
    assert ana.another().get(person.home).h1 == "No program here"
    told = ana.get("/account/activity").text
    assert "Everything about a client was erased, as Ana Ruiz had asked." in told
    assert mentions(database, other.id) > {"clients", "programs", "documents", "deliveries"}
    assert ana.another().get(other.home).status == 200


def test_until_then_it_can_be_taken_back_and_asking_twice_does_not_put_it_off(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path

    def erase_at() -> Any:
        with database.connect() as connection:
            query = sa.text("SELECT erase_at - now() FROM clients WHERE id = :id")
            return connection.execute(query, {"id": client.rpartition("/")[2]}).scalar_one()

    ana.post(f"{client}/erasure")
    first = erase_at()
    assert WAITING.total_seconds() - 60 < first.total_seconds() <= WAITING.total_seconds()
    ana.post(f"{client}/erasure")
    assert erase_at() < first
    let_time_pass(database, "clients", uuid.UUID(client.rpartition("/")[2]))
    ana.get(f"{client}/data")
    assert "Nothing will be erased" in ana.press("Keep this patient").text
    ana.run_job("privacy.erase_due", timestamp=0)
    assert ana.get(client).h1 == "Olivia Hart"
    said = ana.get("/account/activity?kind=data").text
    assert said.count("asked that everything about Olivia Hart be erased") == 1
    assert "took back that everything about Olivia Hart be erased" in said


def test_what_has_not_reached_cliniko_is_told_and_a_file_being_sent_is_waited_for(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    delivery, id_ = send_pdf(ana, client), uuid.UUID(client.rpartition("/")[2])
    assert "1 PDF has not reached Cliniko yet." in ana.get(f"{client}/data").text
    ana.press("Erase this patient")
    let_time_pass(database, "clients", id_)
    set_state = sa.text("UPDATE deliveries SET state = :state WHERE id = :id")
    with database.begin() as connection:
        connection.execute(set_state, {"state": "uploading", "id": delivery})
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    ana.run_job("privacy.erase_due", timestamp=0)
    assert "deliveries" in mentions(database, id_)
    with database.begin() as connection:
        connection.execute(set_state, {"state": "waiting", "id": delivery})
    erase_due(ana)
    assert mentions(database, id_) <= STAYS
    letter = last_letter(database, "a client was erased")
    assert "1 PDF had not reached Cliniko" in letter and "Olivia" not in letter
    ana.run_job("delivery.deliver", delivery_id=delivery)  # its job comes too late, and does nothing


def test_taken_back_at_the_last_moment_nothing_is_erased_and_two_runs_at_once_erase_once(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    person, tools, portal = treat(ana, clinic), ana.server.app.state.tools, ana.server.portal
    assert portal is not None
    ana.post(f"{person.client}/erasure")
    let_time_pass(database, "clients", person.id)
    due = portal.call(erasing.find_due_clients, tools, None)
    assert person.id in due
    ana.post(f"{person.client}/erasure/withdraw")
    assert not portal.call(erasing.erase_client, tools, person.id)
    assert "programs" in mentions(database, person.id)
    ana.post(f"{person.client}/erasure")
    let_time_pass(database, "clients", person.id)

    async def both() -> list[bool]:
        return await asyncio.gather(*(erasing.erase_client(tools, person.id) for _ in range(2)))

    assert sorted(portal.call(both)) == [False, True]
    with database.connect() as connection:
        query = sa.text("SELECT count(*) FROM erasures WHERE client_id = :id")
        assert connection.execute(query, {"id": person.id}).scalar_one() == 1


def test_case_12_the_erasing_of_a_client_who_became_part_of_another_waits_anew(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    absorbed, survivor = treat(ana, clinic, "Olivia", "Hart"), treat(ana, clinic, "Olivia", "Hart-Lee")
    ana.post(f"{absorbed.client}/erasure")
    let_time_pass(database, "clients", absorbed.id)
    with database.begin() as connection:
        query = sa.text("UPDATE clients SET combined_into_id = :into WHERE id = :id")
        connection.execute(query, {"into": survivor.id, "id": absorbed.id})
    ana.run_job("privacy.erase_due", timestamp=0)
    assert "Everything about this patient will be erased on" in ana.get(survivor.client).text
    let_time_pass(database, "clients", survivor.id)
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, survivor.id) | mentions(database, absorbed.id) <= STAYS


def test_the_database_lets_a_version_go_only_when_its_time_is_over(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    person = treat(ana, clinic)
    delete = sa.text("DELETE FROM program_versions WHERE program_id = :id")
    values = {"id": person.program.rpartition("/")[2]}
    ana.post(f"{person.client}/erasure")
    with database.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="never changed or deleted"):
        connection.execute(delete, values)
    let_time_pass(database, "clients", person.id)
    with database.connect() as connection:
        assert connection.execute(delete, values).rowcount == 1
        change = sa.text("UPDATE program_versions SET title = 'Hips' WHERE program_id = :id")
        connection.rollback()
        with pytest.raises(sa.exc.IntegrityError, match="never changed or deleted"):
            connection.execute(change, values)


def ask_for_practice(ana: Browser, name: str = "harbour physio ", password: str = PASSWORD) -> Page:
    ana.get("/account/data")
    return ana.press("Erase the practice", **{"Name of the practice": name, "Your password": password})


def test_erasing_a_practice_asks_for_name_and_password_and_everybody_sees_that_it_is_to_come(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    assert ask_for_practice(ana, name="Harbour").status == 422
    assert ask_for_practice(ana, password="not my password").status == 422
    assert "will be erased" not in ben.get("/clients").text
    assert ask_for_practice(ana).has_button("Keep the practice")
    assert "Everything of Harbour Physio will be erased on" in ben.get("/clients").text
    assert "Everything of Harbour Physio will be erased on" in ben.get("/account/settings").text
    ana.press("Keep the practice")
    assert "will be erased" not in ben.get("/clients").text


@pytest.fixture
def erased(ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine) -> tuple[uuid.UUID, Person]:
    """A practice whose waiting time is over; Ben belongs to another one too."""
    run_practice(ana)
    person = treat(ana, clinic)
    ben.share_with_everyone()
    practice = practice_of(database, person.id)
    ask_for_practice(ana)
    let_time_pass(database, "practices", practice)
    return practice, person


def test_an_erased_practice_is_gone_with_its_keys_and_the_accounts_of_those_who_have_no_other(
    erased: tuple[uuid.UUID, Person], ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    practice, person = erased
    other = ana.another()
    other.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    email = str(ben.get("/account/security").soup.find("input", type="email")["value"])  # type: ignore[index]
    ben.get(other.invite(email))
    ben.press("Join practice")
    ben.post("/account/practice", {"practice_id": str(practice)})
    erase_due(ana)
    assert mentions(database, practice) <= {"audit_events", "erasures"}
    assert mentions(database, person.id) <= {"audit_events", "erasures"}
    assert mentions(database, person.name) == set()
    assert ana.get("/clients").path == "/sign-in"
    assert "Riverside Podiatry" in ben.get("/clients").content.decode()
    with database.connect() as connection:
        query = sa.text("SELECT counts FROM erasures WHERE practice_id = :id")
        counts = connection.execute(query, {"id": practice}).scalar_one()
    assert counts["clients"] == counts["programs"] == 1 and counts["memberships"] == 2
    assert "No PDF was still on its way to Cliniko." in last_letter(database, "a practice was erased")


def test_a_worker_that_is_taking_a_file_up_while_a_practice_is_closed_is_waited_for(
    erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine
) -> None:
    practice, person = erased
    delivery, portal = send_pdf(ana, person.client), ana.server.portal
    assert portal is not None
    worker = database.connect()
    worker.execute(sa.text("UPDATE deliveries SET state = 'uploading' WHERE id = :id"), {"id": delivery})
    closing = portal.start_task_soon(erasing.erase_practice, ana.server.app.state.tools, practice)
    wait_until(lambda: is_waited_for(database), "the closing waits for the worker")
    worker.commit()
    assert closing.result(30) is False
    assert "deliveries" in mentions(database, delivery)
    worker.execute(sa.text("UPDATE deliveries SET state = 'processing' WHERE id = :id"), {"id": delivery})
    worker.commit()
    worker.close()
    erase_due(ana)
    assert mentions(database, practice) | mentions(database, delivery) <= {"audit_events", "erasures"}
    with database.connect() as connection:
        query = sa.text("SELECT counts->>'unsent' FROM erasures WHERE practice_id = :id")
        assert connection.execute(query, {"id": practice}).scalar_one() == "1"


def is_waited_for(database: sa.Engine) -> bool:
    with database.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("step", range(1, 12, 3))
def test_killed_at_any_step_the_next_run_goes_on(
    step: int, erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, person = erased
    monkeypatch.setattr(trimming, "ROWS_AT_A_TIME", 1)
    whole, left = erasing.transaction, [step]

    def killed(sessions: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KilledError
        return whole(sessions)

    tools, server = ana.server.app.state.tools, ana.server
    assert server.portal is not None
    with monkeypatch.context() as dying:
        dying.setattr(erasing, "transaction", killed)
        with pytest.raises(KilledError):
            server.portal.call(erasing.erase_practice, tools, practice)
    assert ana.get("/clients").path == "/sign-in"  # once it has begun nobody is let in
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, practice) | mentions(database, person.id) <= {"audit_events", "erasures"}


def test_the_record_of_an_erased_practice_is_forgotten_when_its_time_is_over_and_so_is_that_it_was_erased(
    ana: Browser, database: sa.Engine
) -> None:
    practices = {years: uuid.uuid4() for years in (2, 10)}
    with database.begin() as connection:
        for years, id_ in practices.items():
            connection.execute(
                sa.text(
                    "INSERT INTO erasures (id, practice_id, erased_at, audit_years, counts) "
                    "VALUES (gen_random_uuid(), :id, now() - interval '5 years', :years, '{}')"
                ),
                {"id": id_, "years": years},
            )
            connection.execute(
                sa.text(
                    "INSERT INTO audit_events (happened_at, practice_id, action) "
                    "VALUES (now() - interval '5 years', :id, 'data.practice_erased')"
                ),
                {"id": id_},
            )
    ana.run_job("activity.forget_events", timestamp=0)
    assert mentions(database, practices[2]) == {"erasures"}
    assert mentions(database, practices[10]) == {"erasures", "audit_events"}


def test_case_12_what_is_to_be_erased_is_not_taken_apart_since_nobody_knows_which_was_meant(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic)
    ana.post(f"{absorbed}/erasure")
    look_again(ana, away)
    ana.run_job("privacy.erase_due", timestamp=0)  # now the one client is to be erased
    ana.get(kept)
    refused = ana.press("Make them two patients again")
    assert refused.status == 409 and "to be erased" in refused.text
    ana.post(f"{kept}/erasure/withdraw")
    ana.get(kept)
    assert ana.press("Make them two patients again").path == absorbed
    assert "will be erased" not in ana.get(kept).text


def test_case_12_who_becomes_part_of_a_client_to_be_erased_has_a_waiting_time_of_their_own(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic)
    start_from_template(ana, absorbed)
    ana.press("Assign program")
    ana.post(f"{kept}/erasure")
    look_again(ana, away)
    id_ = uuid.UUID(kept.rpartition("/")[2])
    let_time_pass(database, "clients", id_)
    assert ana.server.portal is not None
    # Also when it was combined after the last look for such.
    assert not ana.server.portal.call(erasing.erase_client, ana.server.app.state.tools, id_)
    ana.run_job("privacy.erase_due", timestamp=0)
    assert "programs" in mentions(database, id_)
    with database.connect() as connection:
        query = sa.text("SELECT erase_at - now() FROM clients WHERE id = :id")
        assert WAITING.total_seconds() - 60 < connection.execute(query, {"id": id_}).scalar_one().total_seconds()
    with database.begin() as connection:
        query = sa.text(
            "UPDATE client_combinations SET combined_at = combined_at - interval '15 days' WHERE survivor_id = :id"
        )
        connection.execute(query, {"id": id_})
    let_time_pass(database, "clients", id_)
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, id_) <= STAYS


def test_taken_back_while_the_erasing_of_a_practice_begins_nothing_is_half_done(
    erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, _ = erased
    tools, portal = ana.server.app.state.tools, ana.server.portal
    assert portal is not None
    holder = database.connect()
    # The practice is held while it closes, and the owner's request has read who they are before.
    holder.execute(sa.text("SELECT 1 FROM memberships WHERE practice_id = :id FOR UPDATE"), {"id": practice})
    with monkeypatch.context() as dying:
        dying.setattr(erasing, "_empty", killed_at_once)
        closing = portal.start_task_soon(erasing.erase_practice, tools, practice)
        wait_until(lambda: is_waited_for(database), "it closes")
        with ThreadPoolExecutor(1) as pool:
            taking_back = pool.submit(ana.send, "POST", "/account/data/erasure/withdraw")
            wait_until(lambda: count_waiting(database) == 2, "the owner waits")
            holder.rollback()
            holder.close()
            answer = taking_back.result(30)
        with pytest.raises(KilledError):
            closing.result(30)
    assert answer.status == 409 and "has begun" in answer.text
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, practice) <= {"audit_events", "erasures"}


async def killed_at_once(*_: Any) -> None:
    raise KilledError


@pytest.mark.parametrize("job", ["poll", "tidy", "refresh"])
def test_a_client_erased_while_cliniko_is_asked_leaves_the_job_with_nothing_to_do(
    job: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client, tools, portal = ana.open_patient(patient).path, ana.server.app.state.tools, ana.server.portal
    assert portal is not None
    id_ = uuid.UUID(client.rpartition("/")[2])
    cliniko.state.processing_polls = 1000 if job == "poll" else 0
    delivery = send_pdf(ana, client)
    ana.run_jobs(hurry=True, rounds=2)
    ana.post(f"{client}/erasure")
    let_time_pass(database, "clients", id_)
    with database.begin() as connection:
        due = "UPDATE deliveries SET next_attempt_at = NULL, look_again_at = now() WHERE id = :id"
        membership = connection.execute(sa.text(due + " RETURNING membership_id"), {"id": delivery}).scalar_one()
    path = f"/v1/patients/{patient}" if job == "refresh" else "/v1/patient_attachments/*"
    hold = cliniko.hold("GET", path, when="after")
    jobs: dict[str, Any] = {"poll": deliver, "tidy": tidy, "refresh": refresh}
    about = {"client_id": str(id_), "membership_id": str(membership)} if job == "refresh" else {"delivery_id": delivery}
    context = SimpleNamespace(additional_context={"tools": tools})
    asking = portal.start_task_soon(partial(jobs[job].func, context, **about))
    assert hold.reached.wait(10)
    assert portal.call(erasing.erase_client, tools, id_)
    hold.release()
    asking.result(30)
    assert mentions(database, id_) <= STAYS
