"""The stand-in takes a file in Cliniko's three steps, and refuses mistakes as Cliniko does."""

import math
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.demo.world import PDF, World


def test_a_file_goes_up_in_three_steps_and_is_then_processed(world: World) -> None:
    post = world.presign()
    assert post["fields"]["key"].endswith("/${filename}")
    stored = world.upload(post, "plan one.pdf")
    assert stored.status_code == 201
    key = ElementTree.fromstring(stored.content).findtext("Key", "")
    assert key.endswith("/plan one.pdf")

    made = world.record(post["url"] + key, "Exercises [mark]")
    assert made.status_code == 201
    record = made.json()
    assert isinstance(record["id"], str)
    assert record["processing_completed"] is False
    assert (record["filename"], record["size"], record["content_type"]) == (None, None, None)

    assert world.api.get(record["links"]["self"]).json()["processing_completed"] is False
    done = world.api.get(record["links"]["self"]).json()
    assert done["processing_completed"] is True
    assert (done["filename"], done["size"], done["content_type"]) == (
        "plan one.pdf",
        len(PDF),
        "application/pdf",
    )
    assert done["patient"]["links"]["self"] == f"{world.fake.api_url}/patients/{world.patient.id}"


def test_the_content_of_a_file_is_reached_by_a_redirect(world: World) -> None:
    world.state.processing_polls = 0
    record = world.add_file()
    answer = world.api.get(record["content"]["links"]["self"])
    assert answer.status_code == 302
    stranger = httpx.get(answer.headers["location"])
    assert (stranger.content, stranger.headers["content-type"]) == (PDF, "application/pdf")
    assert httpx.get(answer.headers["location"].replace("signature=", "signature=0")).status_code == 403


def test_content_is_not_there_before_processing(world: World) -> None:
    record = world.add_file()
    assert world.api.get(record["content"]["links"]["self"]).status_code == 404


def test_the_location_in_the_answer_of_the_bucket_is_accepted_too(world: World) -> None:
    answer = world.upload(world.presign(), "plan one.pdf")
    location = ElementTree.fromstring(answer.content).findtext("Location", "")
    assert "%2F" in location
    assert world.record(location).status_code == 201


def test_recording_an_upload_twice_makes_two_files(world: World) -> None:
    url = world.upload_url()
    assert [world.record(url).status_code, world.record(url).status_code] == [201, 201]
    assert len(world.files()) == 2


def test_a_file_stuck_in_processing_never_completes(world: World) -> None:
    world.state.processing_seconds = math.inf
    record = world.add_file()
    for _ in range(5):
        answer = world.api.get(record["links"]["self"]).json()
    assert answer["processing_completed"] is False


def test_processing_may_take_time_instead_of_askings(world: World) -> None:
    now = datetime(2026, 5, 1, tzinfo=UTC)
    world.state.clock = lambda: now
    world.state.processing_polls, world.state.processing_seconds = 0, 30
    record = world.add_file()
    assert world.api.get(record["links"]["self"]).json()["processing_completed"] is False
    world.state.clock = lambda: now + timedelta(seconds=30)
    assert world.api.get(record["links"]["self"]).json()["processed_at"] == "2026-05-01T00:00:30Z"


def test_an_archived_file_leaves_the_list(world: World) -> None:
    record = world.add_file()
    assert world.api.delete(record["links"]["self"]).status_code == 204
    assert world.files() == []
    assert world.api.get(record["links"]["self"]).status_code == 404


def test_a_description_can_be_changed(world: World) -> None:
    record = world.add_file()
    answer = world.api.patch(record["links"]["self"], json={"description": "new words"})
    assert answer.json()["description"] == "new words"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"patient_id": "999"}, "patient"),
        ({"description": "x" * 256}, "description"),
        ({"upload_url": "https://elsewhere.example/file.pdf"}, "temp_attachment_url"),
    ],
)
def test_a_mistaken_record_is_refused_and_makes_no_file(world: World, sent: dict[str, str], field: str) -> None:
    right = {"patient_id": world.patient.id, "description": "mark-1", "upload_url": world.upload_url()}
    answer = world.api.post("/patient_attachments", json=right | sent)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert world.files() == []


def test_a_description_of_255_letters_is_accepted(world: World) -> None:
    assert world.record(world.upload_url(), "x" * 255).status_code == 201


def test_an_upload_for_one_patient_cannot_become_the_file_of_another(world: World) -> None:
    other = world.state.add_patient(world.account, "James", "Whitlock")
    assert world.record(world.upload_url(), patient_id=other.id).status_code == 422


def test_a_full_storage_refuses_the_file(world: World) -> None:
    world.account.storage_limit_bytes = 2 * len(PDF)
    world.add_file()
    world.add_file()
    assert world.record(world.upload_url()).status_code == 422
    assert len(world.files()) == 2


def test_a_body_that_is_not_json_is_refused(world: World) -> None:
    assert world.api.post("/patient_attachments", content=b"{").status_code == 400
