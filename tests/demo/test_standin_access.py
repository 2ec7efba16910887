"""The stand-in lets in whom Cliniko would, and shows them what is theirs."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.demo.cliniko.state import State
from tests.demo.world import HEADERS, World


def test_user_and_clinic_of_a_key(world: World) -> None:
    user = world.api.get("/user").json()
    assert (user["id"], user["role"], user["active"]) == (world.user.id, "practitioner", True)
    account = world.api.get("/settings/public").json()["account"]
    assert (account["id"], account["subdomain"]) == (world.account.id, "quiet-lane")


def test_a_wrong_key_an_archived_key_and_a_left_user_are_strangers(world: World) -> None:
    assert world.client("wrong-au1").get("/user").status_code == 401
    assert httpx.get(f"{world.fake.api_url}/user", headers=HEADERS).status_code == 401
    assert httpx.get(f"{world.fake.api_url}/user", headers=HEADERS, auth=(world.user.key, "x")).status_code == 401
    world.user.key_archived = True
    assert world.api.get("/user").status_code == 401
    world.user.key_archived, world.user.active = False, False
    assert world.api.get("/user").status_code == 401
    world.user.active = True
    assert world.api.get("/user").status_code == 200


def test_a_request_must_say_who_made_the_application(world: World) -> None:
    assert world.api.get("/user", headers={"User-Agent": "python-httpx/1"}).status_code == 403
    assert world.api.get("/user", headers={"User-Agent": "Kinebridge (nobody)"}).status_code == 403


def test_a_request_must_accept_json(world: World) -> None:
    assert world.api.get("/user", headers={"Accept": "*/*"}).status_code == 400


@pytest.mark.parametrize("role", ["scheduler", "bookkeeper"])
def test_roles_without_files_are_refused_at_every_step(world: World, role: str) -> None:
    record, url = world.add_file(), world.upload_url()
    world.user.role = role
    assert world.record(url).status_code == 403
    assert world.api.get("/patient_attachments").status_code == 403
    assert world.api.get(record["links"]["self"]).status_code == 403
    assert world.api.get(f"/patients/{world.patient.id}/attachment_presigned_post").status_code == 403
    assert world.api.get(f"/patients/{world.patient.id}").status_code == 200


def test_a_receptionist_adds_and_lists_files_but_does_not_open_them(world: World) -> None:
    world.user.role = "receptionist"
    world.state.processing_polls = 0
    record = world.add_file()
    assert len(world.files()) == 1
    assert world.api.get(record["content"]["links"]["self"]).status_code == 403


def test_the_limit_of_a_user_answers_429_until_the_reset_it_names(world: World) -> None:
    now = datetime(2026, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
    world.state.clock = lambda: now
    world.state.rate_limit = 3
    assert [world.api.get("/user").status_code for _ in range(4)] == [200, 200, 200, 429]
    reset = int(world.api.get("/user").headers["X-RateLimit-Reset"])
    assert timedelta(0) < datetime.fromtimestamp(reset, UTC) - now < timedelta(seconds=62)
    colleague = world.state.add_user(world.account, "Ben", "Ito", "practitioner")
    assert world.client(colleague.key).get("/user").status_code == 200
    world.state.clock = lambda: datetime.fromtimestamp(reset, UTC)
    assert world.api.get("/user").status_code == 200


def test_the_limit_is_200_a_minute_by_default(world: World) -> None:
    assert State().rate_limit == 200


def test_an_archived_patient_answers_only_when_asked_for(world: World) -> None:
    world.state.archive_patient(world.patient.id)
    path = f"/patients/{world.patient.id}"
    assert world.api.get(path).status_code == 404
    answer = world.api.get(path, params={"q[]": "archived_at:*"})
    assert answer.json()["archived_at"] is not None
    assert world.api.get("/patients").json()["patients"] == []
    assert world.api.get("/patients", params={"q[]": "archived_at:*"}).json()["total_entries"] == 1


def test_a_deleted_patient_never_answers(world: World) -> None:
    world.state.delete_patient(world.patient.id)
    path = f"/patients/{world.patient.id}"
    assert world.api.get(path).status_code == 404
    assert world.api.get(path, params={"q[]": "archived_at:*"}).status_code == 404


def test_a_merged_patient_names_the_survivor_who_has_the_files(world: World) -> None:
    world.add_file()
    survivor = world.state.add_patient(world.account, "Olivia", "Hart-Jones")
    world.state.merge_patients(world.patient.id, into=survivor.id)
    merged = world.api.get(f"/patients/{world.patient.id}").json()
    assert merged["merged_at"] is not None
    target = merged["merged_with_patient"]["links"]["self"]
    assert world.api.get(target).json()["id"] == survivor.id
    found = world.api.get(f"/patients/{survivor.id}/patient_attachments").json()
    assert found["total_entries"] == 1


def test_another_clinic_sees_neither_patient_nor_file(world: World) -> None:
    record, url = world.add_file(), world.upload_url()
    other = world.state.add_account("Riverside", "riverside")
    stranger = world.client(world.state.add_user(other, "Rosa", "Lind", "administrator").key)
    assert stranger.get(f"/patients/{world.patient.id}").status_code == 404
    assert stranger.get(f"/patients/{world.patient.id}/attachment_presigned_post").status_code == 404
    assert stranger.get(record["links"]["self"]).status_code == 404
    assert stranger.get("/patients").json()["total_entries"] == 0
    assert stranger.get("/patient_attachments").json()["total_entries"] == 0
    sent = {"patient_id": world.patient.id, "upload_url": url}
    assert stranger.post("/patient_attachments", json=sent).status_code == 422


def test_an_unknown_address_of_the_api_is_json(world: World) -> None:
    answer = world.api.get("/nothing")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
