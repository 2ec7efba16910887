"""The fake breaks in exactly the ways a test asks it to."""

import threading
import time
from typing import Any

import httpx
import pytest

from tests.demo.world import World
from tests.fakes.cliniko import FakeCliniko


def test_an_answer_can_be_put_in_place_of_the_real_one(world: World, fake: FakeCliniko) -> None:
    url = world.upload_url()
    fake.answer_html("POST", "/v1/patient_attachments", 502)
    fake.answer("POST", "/v1/patient_attachments", 500, headers={"retry-after": "3"})
    first, second = world.record(url), world.record(url)
    assert (first.status_code, first.headers["content-type"]) == (502, "text/html")
    assert (second.status_code, second.content, second.headers["retry-after"]) == (500, b"", "3")
    assert world.files() == []
    assert world.record(url).status_code == 201
    assert [entry.status for entry in fake.calls("POST", "/v1/patient_attachments")] == [502, 500, 201]


def test_an_error_can_be_answered_although_the_work_was_done(world: World, fake: FakeCliniko) -> None:
    fake.answer("POST", "/v1/patient_attachments", 504, when="after")
    assert world.record(world.upload_url()).status_code == 504
    assert len(world.files()) == 1


def test_a_fault_can_wait_for_the_second_call_and_last(world: World, fake: FakeCliniko) -> None:
    fake.answer("GET", "/v1/user", 500, skip=1, times=2)
    assert [world.api.get("/user").status_code for _ in range(4)] == [200, 500, 500, 200]
    fake.answer("GET", "/v1/user", 503, times=None)
    assert {world.api.get("/user").status_code for _ in range(5)} == {503}
    fake.clear_faults()
    assert world.api.get("/user").status_code == 200


def test_a_fault_strikes_its_own_path_only(world: World, fake: FakeCliniko) -> None:
    fake.answer("GET", "/v1/patients/*", 500)
    assert world.presign()
    assert world.api.get("/patients").status_code == 200
    assert world.api.get(f"/patients/{world.patient.id}").status_code == 500


def test_a_scripted_limit_names_its_reset(world: World, fake: FakeCliniko) -> None:
    fake.limit_rate("GET", "/v1/user", reset_in_seconds=30)
    answer = world.api.get("/user")
    assert answer.status_code == 429
    assert 28 <= int(answer.headers["x-ratelimit-reset"]) - time.time() <= 30


@pytest.mark.parametrize(("when", "files"), [("before", 0), ("after", 1), ("midway", 1)])
def test_a_connection_breaks_before_after_or_amid_the_answer(
    world: World, fake: FakeCliniko, when: Any, files: int
) -> None:
    url = world.upload_url()
    fake.drop("POST", "/v1/patient_attachments", when=when)
    with pytest.raises(httpx.RemoteProtocolError):
        world.record(url)
    assert len(world.files()) == files
    assert [entry.status for entry in fake.calls("POST", "/v1/patient_attachments")] == [201 if files else 0]


def test_a_bucket_can_break_too(world: World, fake: FakeCliniko) -> None:
    fake.drop("POST", "/bucket/", when="before")
    with pytest.raises(httpx.RemoteProtocolError):
        world.upload(world.presign())
    assert world.state.objects == {}


@pytest.mark.parametrize("how", ["truncated", "malformed"])
def test_json_can_be_spoilt(world: World, fake: FakeCliniko, how: Any) -> None:
    fake.garble("GET", "/v1/user", how)
    answer = world.api.get("/user")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()


def test_json_can_be_of_another_shape(world: World, fake: FakeCliniko) -> None:
    fake.garble("GET", "/v1/user", "unexpected")
    assert isinstance(world.api.get("/user").json(), list)


def test_a_slow_answer_outlasts_a_clients_patience(world: World, fake: FakeCliniko) -> None:
    fake.slow("GET", "/v1/user", 0.5)
    with pytest.raises(httpx.ReadTimeout):
        world.api.get("/user", timeout=0.1)


@pytest.mark.parametrize(("when", "files_while_held"), [("before", 0), ("after", 1)])
def test_a_request_is_held_at_an_exact_moment(
    world: World, fake: FakeCliniko, when: Any, files_while_held: int
) -> None:
    url = world.upload_url()
    hold = fake.hold("POST", "/v1/patient_attachments", when=when)
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(world.record(url)))
    thread.start()
    assert hold.reached.wait(5)
    assert (len(world.state.attachments), answers) == (files_while_held, [])
    hold.release()
    thread.join(5)
    assert answers[0].status_code == 201
    assert len(world.files()) == 1


def test_a_request_held_before_its_work_can_be_dropped(world: World, fake: FakeCliniko) -> None:
    url = world.upload_url()
    hold = fake.hold("POST", "/v1/patient_attachments", when="before")
    errors: list[Exception] = []

    def record() -> None:
        try:
            world.record(url)
        except httpx.TransportError as error:
            errors.append(error)

    thread = threading.Thread(target=record)
    thread.start()
    assert hold.reached.wait(5)
    hold.drop()
    thread.join(5)
    assert (len(errors), world.files()) == (1, [])


def test_other_requests_go_on_while_one_is_held(world: World, fake: FakeCliniko) -> None:
    hold = fake.hold("GET", "/v1/user", when="before")
    thread = threading.Thread(target=lambda: world.api.get("/user"))
    thread.start()
    assert hold.reached.wait(5)
    assert world.api.get("/settings/public").status_code == 200
    hold.release()
    thread.join(5)
    assert not thread.is_alive()


def ask_in_vain(world: World) -> None:
    with pytest.raises(httpx.TransportError):
        world.api.get("/user")


def test_a_fake_ends_at_once_even_with_a_request_held() -> None:
    with FakeCliniko() as fake:
        world = World(fake)
        hold = fake.hold("GET", "/v1/user", when="before")
        thread = threading.Thread(target=ask_in_vain, args=(world,))
        thread.start()
        assert hold.reached.wait(5)
        began = time.monotonic()
    assert time.monotonic() - began < 0.2
    thread.join(5)
    with pytest.raises(httpx.ConnectError):
        world.web.get("/")
