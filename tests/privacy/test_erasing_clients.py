"""Erasing a client: after a waiting time, wholly, with nothing left but that it was done."""

import asyncio
import uuid
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from app.clients.jobs import refresh
from app.delivery.jobs import deliver, tidy
from app.privacy import erasing, jobs
from app.privacy.asking import WAITING
from app.privacy.tables import TABLES, tables_in_order
from tests.clients.arrange import look_again, merged_pair
from tests.fakes.cliniko import FakeCliniko
from tests.privacy.arrange import (
    Person,
    erase_due,
    last_letter,
    let_time_pass,
    mentions,
    treat,
)
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, send_pdf

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
    assert "Everything about a patient was erased, as Ana Ruiz asked." in told
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
    assert said.count("asked to erase everything about Olivia Hart") == 1
    assert "cancelled the erasure of Olivia Hart" in said


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
    letter = last_letter(database, "a patient was erased")
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


def test_a_look_at_combined_clients_that_fails_keeps_nobody_from_being_erased(
    ana: Browser, clinic: Clinic, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = treat(ana, clinic)
    ana.post(f"{person.client}/erasure")
    let_time_pass(database, "clients", person.id)

    async def deadlocked(_tools: object) -> None:
        raise sa.exc.OperationalError("", None, Exception())

    monkeypatch.setattr(jobs, "follow_combined", deadlocked)
    erase_due(ana)
    assert mentions(database, person.id) <= STAYS
