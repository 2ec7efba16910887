"""Case 7: whoever leaves hands their clients to a colleague; history is intact and nothing on its way is lost."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from tests.delivery.arrange import change, query, row
from tests.fakes.cliniko import FakeCliniko
from tests.leaving.arrange import email_of, end, membership_of
from tests.programs.arrange import assign_program, counted_queries, open_editor
from tests.support import Browser, Clinic, send_pdf

RECORD = "/v1/patient_attachments"


@pytest.fixture
def patient(clinic: Clinic) -> str:
    return clinic.add_patient("Olivia", "Hart")


@pytest.fixture
def client(ben: Browser, patient: str) -> str:
    """Path of a client of Ben's, who will leave."""
    return ben.open_patient(patient).path


@pytest.fixture
def ids(ana: Browser, ben: Browser, database: sa.Engine) -> dict[str, Any]:
    """Ids of the memberships of Ana, who runs the practice, and of Ben, and of the practice."""
    bens = uuid.UUID(membership_of(ana, "Ben Cole"))
    anas = query(
        database,
        "SELECT o.id, o.practice_id FROM memberships o JOIN memberships b USING (practice_id) "
        "WHERE b.id = :id AND o.role = 'owner'",
        id=bens,
    )
    return {"ben": bens, "ana": anas[0].id, "practice": anas[0].practice_id}


def owner_of(database: sa.Engine, client: str) -> uuid.UUID:
    (found,) = query(database, "SELECT owner_id FROM clients WHERE id = :id", id=client.rpartition("/")[2])
    owner: uuid.UUID = found.owner_id
    return owner


@pytest.mark.parametrize("how", ["Remove", "Deactivate"])
def test_case_7_the_chosen_colleague_goes_on_where_the_leaver_stopped(
    how: str, ana: Browser, ben: Browser, client: str
) -> None:
    assign_program(ben, client)
    own = ben.post("/exercises/new", {"name": "Ben's heel dig"}).path.rpartition("/")[2]
    editor = open_editor(ben, client).path
    ben.post(editor, {"title": "For the garden", "revision": "0", "slug-0": own, "action": "save"})
    assert ana.get(client).status == 404
    end(ana, "Ben Cole", how, to="Ana Ruiz")
    page = ana.get(client)
    assert page.h1 == "Olivia Hart" and "Version 1" in page.text
    assert "Olivia" in ana.get("/clients").text
    draft = ana.get(editor)
    assert "Ben's heel dig" in draft.text and "For the garden" in draft.content.decode()
    first = ana.get(ana.get(client).link("Knee"))
    assert "Ben Cole" in first.text, "what was assigned keeps the name of who assigned it"
    record = ana.get(f"{client}/record").text
    assert "Ana Ruiz handed Olivia Hart over to Ana Ruiz." in record
    assert "Ben Cole assigned version 1" in record
    ana.run_jobs(hurry=True, rounds=3)
    assert "In Cliniko" in ana.get(client).text
    ana.get(editor)
    assert ana.press("Assign program").path == client


def test_case_7_who_owns_clients_does_not_go_without_somebody_to_take_them(
    ana: Browser, ben: Browser, client: str, ids: dict[str, Any], database: sa.Engine
) -> None:
    stranger = ana.another()
    stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    ben.post("/account/sharing", {"rule": "chosen", "colleague": str(ids["ana"])})
    away = ana.invite_colleague(name="Kim Adler")
    kims = membership_of(ana, "Kim Adler")
    end(ana, "Kim Adler", "Deactivate")
    theirs = query(database, "SELECT id FROM memberships ORDER BY created_at DESC LIMIT 3")
    for chosen in ("", "1", str(ids["ben"]), kims, *(str(each.id) for each in theirs if each.id != ids["ana"])):
        answer = ana.post(f"/account/team/{ids['ben']}/remove", {"successor": chosen})
        assert answer.status == 422 and "Choose the colleague who takes over." in answer.text
    assert owner_of(database, client) == ids["ben"]
    assert query(database, "SELECT 1 FROM shared_colleagues WHERE owner_id = :ben", ben=ids["ben"]), "shared as before"
    assert ben.get(client).status == 200 and away.get("/clients").path == "/sign-in"


WAITS = {
    "waiting": "reason = 'busy', next_attempt_at = now() + interval '1 hour'",
    "held": "reason = 'held', next_attempt_at = now() + interval '1 hour'",
    "needs a new key": "state = 'needs_key', reason = 'key_rejected', stopped_at = now()",
    "not permitted": "state = 'not_permitted', reason = 'role', stopped_at = now()",
    "failed": "state = 'failed', reason = 'gave_up', stopped_at = now()",
    "failed since it was dealt with": "state = 'failed', reason = 'gave_up', dealt_with_at = now() - interval '1 h'",
}


def test_case_7_whatever_it_waits_for_it_goes_out_with_the_new_owners_key(
    ana: Browser, ben: Browser, ids: dict[str, Any], clinic: Clinic, database: sa.Engine
) -> None:
    patients = [clinic.add_patient("Olivia", name.title()) for name in WAITS]
    deliveries = [send_pdf(ben, ben.open_patient(patient).path) for patient in patients]
    for delivery_id, values in zip(deliveries, WAITS.values(), strict=True):
        change(database, f"UPDATE deliveries SET {values} WHERE id = :id", id=delivery_id)
    change(
        database,
        "UPDATE connections SET failures = 3, failing_since = now(), held_until = now() + interval '1 hour' "
        "WHERE membership_id = :ben",
        ben=ids["ben"],
    )
    page = ana.get(f"/account/team/{ids['ben']}/remove")
    assert "6 programs that are not in Cliniko yet go there" in page.text
    end(ana, "Ben Cole", "Deactivate", to="Ana Ruiz")
    assert {row(database, each).membership_id for each in deliveries} == {ids["ana"]}
    clinic.ben.key_archived = True  # theirs is used no more
    ana.run_jobs(hurry=True, rounds=4)
    assert {row(database, each).state for each in deliveries} == {"delivered"}
    assert [len(clinic.state.files_of(patient)) for patient in patients] == [1] * len(patients)


@pytest.mark.parametrize("name", ["asked for without an answer", "processing"])
def test_case_7_what_the_leavers_key_has_begun_is_ended_by_the_new_owners(
    name: str,
    ana: Browser,
    ben: Browser,
    client: str,
    patient: str,
    ids: dict[str, Any],
    clinic: Clinic,
    cliniko: FakeCliniko,
    database: sa.Engine,
) -> None:
    if name == "processing":
        clinic.state.processing_polls = 2
    else:
        cliniko.drop("POST", RECORD, when="after")
    delivery_id = send_pdf(ben, client)
    ben.run_jobs()
    assert row(database, delivery_id).state in ("waiting", "processing")
    end(ana, "Ben Cole", to="Ana Ruiz")
    clinic.ben.key_archived = True
    ana.run_jobs(hurry=True, rounds=5)
    assert (row(database, delivery_id).state, row(database, delivery_id).membership_id) == ("delivered", ids["ana"])
    assert len(clinic.state.files_of(patient)) == 1


def test_case_7_without_a_key_of_the_new_owner_it_waits_for_one_and_then_goes(
    ana: Browser, ben: Browser, client: str, patient: str, clinic: Clinic, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ben, client)
    ana.get("/account/settings")
    ana.press("Remove key")
    end(ana, "Ben Cole", to="Ana Ruiz")
    assert (row(database, delivery_id).state, row(database, delivery_id).reason) == ("needs_key", "no_key")
    ana.run_jobs(hurry=True, rounds=2)
    assert row(database, delivery_id).state == "needs_key"
    assert "Needs a new key" in ana.get("/deliveries").text
    ana.save_key(clinic.ana.key)
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(clinic.state.files_of(patient)) == 1


def test_case_7_what_has_arrived_or_was_dealt_with_stays_as_it_was(
    ana: Browser, ben: Browser, client: str, patient: str, ids: dict[str, Any], clinic: Clinic, database: sa.Engine
) -> None:
    arrived, failed = send_pdf(ben, client), send_pdf(ben, client)
    ben.run_jobs(hurry=True, rounds=4)
    change(
        database,
        "UPDATE deliveries SET state = 'failed', reason = 'gave_up', dealt_with_at = now(), attachment_id = NULL "
        "WHERE id = :id",
        id=failed,
    )
    end(ana, "Ben Cole", to="Ana Ruiz")
    ana.run_jobs(hurry=True, rounds=2)
    for delivery_id, state in ((arrived, "delivered"), (failed, "failed")):
        assert (row(database, delivery_id).state, row(database, delivery_id).membership_id) == (state, ids["ben"])
    assert len(clinic.state.files_of(patient)) == 2


def test_case_7_a_delivery_for_a_colleagues_client_goes_out_with_the_colleagues_key(
    ana: Browser, ben: Browser, ids: dict[str, Any], clinic: Clinic, database: sa.Engine
) -> None:
    kim = ana.invite_colleague(name="Kim Adler")
    kim.save_key(clinic.state.add_user(clinic.account, "Kim", "Adler", "practitioner").key)
    patient = clinic.add_patient("Noah", "Webb")
    delivery_id = send_pdf(kim, kim.open_patient(patient).path)
    lee = ana.invite_colleague(name="Lee Okafor")
    lee.save_key(clinic.state.add_user(clinic.account, "Lee", "Okafor", "practitioner").key)
    of_nobody = send_pdf(lee, lee.open_patient(clinic.add_patient("Mia", "Lund")).path)
    lees = membership_of(ana, "Lee Okafor")
    change(database, "UPDATE memberships SET ended_at = now() WHERE id = :id", id=lees)
    for each in (delivery_id, of_nobody):
        change(database, "UPDATE deliveries SET membership_id = :ben WHERE id = :id", ben=ids["ben"], id=each)
    end(ana, "Ben Cole")
    assert str(row(database, delivery_id).membership_id) == membership_of(ana, "Kim Adler")
    assert row(database, of_nobody).membership_id == ids["ana"], "its owner has no access either"
    clinic.ben.key_archived = True
    ana.run_jobs(hurry=True, rounds=4)
    assert {row(database, each).state for each in (delivery_id, of_nobody)} == {"delivered"}


def test_case_7_ten_thousand_clients_go_in_one_transaction_of_few_statements(
    ana: Browser, ben: Browser, client: str, ids: dict[str, Any], database: sa.Engine
) -> None:
    given = {"ben": ids["ben"], "practice": ids["practice"]}
    delivery_id = send_pdf(ben, client)
    change(
        database,
        "INSERT INTO clients (id, practice_id, owner_id, refreshed_at, sort_name, search) "
        "SELECT gen_random_uuid(), :practice, :ben, now(), 'many', '' FROM generate_series(1, 9999)",
        **given,
    )
    change(
        database,
        "INSERT INTO deliveries (id, practice_id, client_id, document_id, membership_id, patient_id, description, "
        "state, started_at, created_at) SELECT gen_random_uuid(), :practice, c.id, "
        "(SELECT document_id FROM deliveries WHERE id = :id), :ben, '1', 'x', 'waiting', now(), now() "
        "FROM clients c WHERE owner_id = :ben LIMIT 1000",
        id=delivery_id,
        **given,
    )
    assert "10000 patients go" in ana.get(f"/account/team/{ids['ben']}/remove").text
    with counted_queries(ana) as statements:
        page = ana.post(f"/account/team/{ids['ben']}/remove", {"successor": str(ids["ana"])})
    assert "no longer has access" in page.text
    assert len(statements) < 60
    (counts,) = query(
        database,
        "SELECT (SELECT count(*) FROM clients WHERE owner_id = :ana) AS clients, "
        "(SELECT count(*) FROM deliveries WHERE membership_id = :ana AND state = 'waiting') AS deliveries, "
        "(SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'delivery.deliver' AND status = 'todo') AS jobs, "
        "(SELECT count(*) FROM audit_events WHERE practice_id = :practice AND action = 'client.handed_over') AS lines",
        ana=ids["ana"],
        practice=ids["practice"],
    )
    assert (counts.clients, counts.deliveries, counts.jobs, counts.lines) == (10_000, 1001, 1001, 10_000)
    change(database, "DELETE FROM procrastinate_jobs")


def test_case_7_what_an_older_release_or_a_race_left_with_a_leaver_is_found_and_handed_on(
    ana: Browser, ben: Browser, client: str, patient: str, ids: dict[str, Any], clinic: Clinic, database: sa.Engine
) -> None:
    delivery_id = send_pdf(ben, client)
    end(ana, "Ben Cole", to="Ana Ruiz")
    change(database, "DELETE FROM procrastinate_jobs")
    change(database, "UPDATE clients SET owner_id = :ben WHERE owner_id = :ana", ben=ids["ben"], ana=ids["ana"])
    change(
        database,
        "UPDATE deliveries SET membership_id = :ben, state = 'needs_key', reason = 'no_key' WHERE id = :id",
        ben=ids["ben"],
        id=delivery_id,
    )
    ana.run_job("leaving.find_left_behind", timestamp=0)
    assert owner_of(database, client) == ids["ana"]
    ana.run_jobs(hurry=True, rounds=4)
    assert row(database, delivery_id).state == "delivered"
    assert len(clinic.state.files_of(patient)) == 1
    assert "Kinebridge handed Olivia Hart over to Ana Ruiz." in ana.get(f"{client}/record").text


def test_case_7_who_asked_to_see_a_leavers_client_is_answered_by_the_new_owner(
    ana: Browser, ben: Browser, client: str, patient: str, clinic: Clinic, database: sa.Engine
) -> None:
    asking = {}
    for name in ("Kim", "Lee"):
        asking[name] = ana.invite_colleague(name=f"{name} Adler")
        asking[name].save_key(clinic.state.add_user(clinic.account, name, "Adler", "practitioner").key)
        asking[name].open_patient(patient)
        asking[name].press("Request access")
    end(ana, "Ben Cole", to="Lee Adler")
    news = asking["Lee"].get("/alerts")
    assert "Kim Adler asks to see one of your patients." in news.text and "Lee Adler asks" not in news.text
    open_ones = query(
        database,
        "SELECT p.name FROM access_requests r JOIN memberships m ON m.id = asker_id JOIN practitioners p "
        "ON p.id = practitioner_id WHERE client_id = :c AND decided_at IS NULL",
        c=client[-36:],
    )
    assert [each.name for each in open_ones] == ["Kim Adler"], "Lee has what he asked for"
    assert asking["Lee"].get(client).status == 200


def test_case_7_a_successor_who_leaves_too_hands_everything_on(
    ana: Browser, ben: Browser, client: str, ids: dict[str, Any], database: sa.Engine
) -> None:
    kim = email_of(ana.invite_colleague(name="Kim Adler"))
    end(ana, "Ben Cole", "Deactivate", to="Kim Adler")
    (mail,) = query(database, "SELECT text FROM outgoing_mails WHERE recipient = :to AND text LIKE '%handed%'", to=kim)
    assert "Ana Ruiz handed one patient of Ben Cole over to you" in mail.text and "Olivia" not in mail.text
    end(ana, "Kim Adler", to="Ana Ruiz")
    assert owner_of(database, client) == ids["ana"]
    change(database, "UPDATE clients SET owner_id = :ben WHERE owner_id = :ana", ben=ids["ben"], ana=ids["ana"])
    ana.run_job("leaving.find_left_behind", timestamp=0)
    assert owner_of(database, client) == ids["ana"]


@pytest.mark.parametrize("how", ["Remove", "Deactivate"])
def test_case_7_no_background_work_uses_a_leavers_key(
    how: str, ana: Browser, ben: Browser, client: str, ids: dict[str, Any], cliniko: FakeCliniko, database: sa.Engine
) -> None:
    (connection,) = query(database, "SELECT id FROM connections WHERE membership_id = :ben", ben=ids["ben"])
    end(ana, "Ben Cole", how, to="Ana Ruiz")
    asked = len(cliniko.log)
    ana.run_job("clients.refresh", client_id=client.rpartition("/")[2], membership_id=str(ids["ben"]))
    ana.run_job("clients.read_changes", practice_id=str(ids["practice"]), connection_id=str(connection.id))
    assert len(cliniko.log) == asked
