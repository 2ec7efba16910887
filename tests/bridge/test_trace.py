"""One search by trace id shows a click, the pages after it, the assigning, every attempt and the file's arrival."""

import asyncio
import io
import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from app import tracing
from app.web.assets import static_url
from app.web.requests import RequestRecord
from tests.fakes.cliniko import FakeCliniko
from tests.logs import lines
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic


def assign(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    browser.press("Assign program")


def delivery_of(database: sa.Engine, client: str) -> tuple[str, str]:
    """The newest delivery of a client, and its trace."""
    with database.connect() as connection:
        row = connection.execute(
            sa.text("SELECT id::text, trace_id FROM deliveries WHERE client_id = :id ORDER BY created_at DESC LIMIT 1"),
            {"id": client.rpartition("/")[2]},
        ).one()
    return row[0], row[1]


def test_a_click_can_be_followed_to_the_file(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine, told: io.StringIO
) -> None:
    patient = clinic.add_patient("Wilhelmina", "Featherstonehaugh")
    client = ana.open_patient(patient).path
    cliniko.answer("POST", "/v1/patient_attachments", 503)
    assign(ana, client)
    ana.run_jobs(hurry=True, rounds=4)
    delivery_id, trace_id = delivery_of(database, client)
    assert re.fullmatch(r"[0-9a-f]{32}", trace_id)
    traced = [line for line in lines(told) if line.get("trace_id") == trace_id]
    events = [(line["event"], line.get("route") or line.get("state") or line.get("outcome")) for line in traced]
    in_order = iter(events)
    for wanted in [
        ("patient_clicked", "made"),
        ("request_answered", "/open/cliniko"),
        ("request_answered", "/clients/{client_id}"),
        ("delivery_started", None),
        ("request_answered", "/clients/{client_id}/programs/{program_id}/edit"),
        ("delivery_not_done", "waiting"),
        ("delivery_moved", "processing"),
        ("delivery_moved", "delivered"),
    ]:
        assert wanted in in_order, events  # looks on from where it is
    assert {line["delivery_id"] for line in traced if "delivery_id" in line} == {delivery_id}
    assert traced[0]["client_id"] == client.rpartition("/")[2]
    assert not any(word in told.getvalue() for word in ("Wilhelmina", "Featherstonehaugh", patient, clinic.ana.key))


def test_a_program_is_not_filed_under_the_click_on_another_patient(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    first = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    of_first = ana.cookies[tracing.COOKIE]
    second = ana.open_patient(clinic.add_patient("Oscar", "Lind")).path
    of_second = ana.cookies[tracing.COOKIE]
    assign(ana, first)
    assign(ana, second)
    assert delivery_of(database, second)[1] == of_second.partition(".")[0]
    elsewhere = delivery_of(database, first)[1]
    assert re.fullmatch(r"[0-9a-f]{32}", elsewhere)
    assert elsewhere not in (of_first.partition(".")[0], of_second.partition(".")[0])


def test_the_cookie_is_short_lived_out_of_reach_of_scripts_and_says_nothing(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    answer = ana.send("GET", f"/open/cliniko?patient_id={patient}")
    (cookie,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(tracing.COOKIE)]
    value, *attributes = cookie.split("; ")
    assert tracing.COOKIE_VALUE.fullmatch(value.partition("=")[2])
    assert {each.lower() for each in attributes} == {"httponly", "max-age=43200", "path=/", "samesite=lax"}
    client_id = uuid.UUID(answer.headers["location"].rpartition("/")[2])
    assert patient not in cookie and client_id.hex[:8] not in cookie


@pytest.mark.parametrize(
    "cookie", ["", "wilhelmina", "a" * 32, "A" * 32 + "." + "b" * 16, "a" * 32 + "." + "b" * 16 + "\n"]
)
def test_a_trace_that_is_not_ours_is_not_taken(cookie: str) -> None:
    with structlog.contextvars.bound_contextvars():
        structlog.contextvars.clear_contextvars()
        tracing.go_on(cookie)
        assert "trace_id" not in structlog.contextvars.get_contextvars()


def test_a_request_starts_with_nothing_of_the_one_before_in_the_same_context() -> None:
    seen: list[set[str]] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(set(structlog.contextvars.get_contextvars()))
        tracing.begin_trace()

    async def two_on_one_connection() -> None:
        middleware = RequestRecord(inner, count=lambda *_: None)
        for _ in range(2):
            await middleware({"type": "http", "method": "GET", "headers": []}, inner, inner)

    asyncio.run(two_on_one_connection())
    assert seen == [{"request_id"}, {"request_id"}]


def test_every_answer_has_an_id_of_its_own_and_takes_none_from_outside(browser: Browser, told: io.StringIO) -> None:
    wished = {"x-request-id": "wilhelmina-featherstonehaugh"}
    answers = [browser.send("GET", path, headers=wished) for path in ("/sign-in", "/nothing-here")]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 2 and all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    assert browser.send("GET", static_url("app.css")).status == 200  # not worth a line
    answered = [line for line in lines(told) if line["event"] == "request_answered"]
    assert [(line["request_id"], line["route"], line["status"]) for line in answered] == [
        (ids[0], "/sign-in", 200),
        (ids[1], None, 404),
    ]
    assert "wilhelmina" not in told.getvalue()
