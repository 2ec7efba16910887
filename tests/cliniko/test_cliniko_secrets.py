"""Neither a key nor a patient's details get into log records, errors or reprs, on a real connection, at any level."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.cliniko.client import Cliniko
from app.cliniko.errors import ClinikoError, Unreachable

from .samples import KEY, SECRET, STORED_XML, attachment_json, make_client, patient_json, user_json

pytestmark = pytest.mark.anyio

AUTHORIZATION = httpx.BasicAuth(SECRET, "")._auth_header.removeprefix("Basic ")
TELLING = (SECRET, SECRET.removesuffix("-au2"), AUTHORIZATION, "Peter", "Patientman", "Secret program", "c2lnbmVk")
Respond = Callable[[str], tuple[int, str]]


@asynccontextmanager
async def serve(respond: Respond, received: list[bytes]) -> AsyncIterator[str]:
    """Serve HTTP on this machine; `respond` turns a request line into status and body, None hangs up."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        received.append(head + await reader.readexactly(length))
        status, body = respond(head.decode("latin-1").partition("\r\n")[0])
        if status:
            lines = (
                f"HTTP/1.1 {status} X",
                "Set-Cookie: who=first",
                "Connection: close",
                f"Content-Length: {len(body)}",
            )
            writer.write("\r\n".join((*lines, "", body)).encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answers(address: Callable[[], str]) -> Respond:
    def respond(line: str) -> tuple[int, str]:
        link = {"links": {"self": f"{address()}/v1/patients/2"}}
        found: dict[str, Any] = {
            "GET /v1/user ": user_json(),
            "GET /v1/patients/1 ": patient_json("1", merged_with_patient=link),
            "GET /v1/patients/2 ": patient_json("2"),
            "GET /v1/patients/1/attachment_presigned_post ": {
                "url": f"{address()}/files/",
                "fields": {"key": "a/${filename}", "x-amz-signature": "c2lnbmVk"},
            },
            "POST /v1/patient_attachments ": attachment_json(description="Secret program"),
            "GET /v1/patient_attachments?": {"patient_attachments": [attachment_json(description="Secret program")]},
        }
        if line.startswith("POST /files/ "):
            return 201, STORED_XML
        body = next((value for start, value in found.items() if line.startswith(start)), {"message": "Peter"})
        return (200 if "id" in body or "url" in body or "patient_attachments" in body else 422), json.dumps(body)

    return respond


async def call_everything(cliniko: Cliniko) -> list[str]:
    """Make every call, those that fail too, and return all that was shown of it."""
    post = await cliniko.request_upload("1")
    upload_url = await cliniko.upload(post, "plan.pdf", b"%PDF Peter Patientman")
    shown = [
        repr(await cliniko.get_user()),
        repr(await cliniko.follow_merges(await cliniko.get_patient("1"))),
        repr(post),
        repr(await cliniko.create_attachment("1", "Secret program", upload_url)),
        repr(await cliniko.find_attachments("1", "Secret program")),
    ]
    for failing in (cliniko.get_account, lambda: cliniko.get_attachment("3")):
        try:
            await failing()
        except ClinikoError as failure:
            shown += ["".join(traceback.format_exception(failure)), repr(vars(failure))]
    return shown


async def test_logs_and_errors_tell_nothing_at_any_level(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    received: list[bytes] = []
    place: list[str] = []
    async with serve(answers(lambda: place[0]), received) as address:
        place.append(address)
        shown = await call_everything(make_client(http, api_url=f"{address}/v1"))
    told = caplog.text + "".join(repr(vars(record)) for record in caplog.records) + "".join(shown)
    assert len(received) == 9
    assert any(record.name == "httpx" for record in caplog.records)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert "patients/1" in told
    assert [secret for secret in TELLING if secret in told] == []
    assert repr(KEY) == "ApiKey(...rt9z, au2)"


async def test_the_key_is_sent_to_the_api_and_never_to_the_store(http: httpx.AsyncClient) -> None:
    received: list[bytes] = []
    place: list[str] = []
    async with serve(answers(lambda: place[0]), received) as address:
        place.append(address)
        await call_everything(make_client(http, api_url=f"{address}/v1"))
    to_store = [request for request in received if request.startswith(b"POST /files/")]
    to_api = [request for request in received if not request.startswith(b"POST /files/")]
    assert len(to_store) == 1
    assert b"authorization" not in to_store[0].lower()
    assert AUTHORIZATION.encode() not in to_store[0]
    assert all(AUTHORIZATION.encode() in request for request in to_api)


async def test_a_cookie_of_one_answer_never_goes_with_the_next_request(http: httpx.AsyncClient) -> None:
    received: list[bytes] = []
    async with serve(lambda _: (200, json.dumps(user_json())), received) as address:
        cliniko = make_client(http, api_url=f"{address}/v1")
        await cliniko.get_user()
        await cliniko.get_user()
    assert http.cookies["who"] == "first"
    assert len(received) == 2
    assert b"who=first" not in b"".join(received)


async def test_a_hang_up_after_the_request_may_have_taken_effect(http: httpx.AsyncClient) -> None:
    async with serve(lambda _: (0, ""), []) as address:
        with pytest.raises(Unreachable) as failure:
            await make_client(http, api_url=f"{address}/v1").get_user()
    assert not failure.value.sent_nothing


async def test_a_closed_door_has_taken_nothing(http: httpx.AsyncClient) -> None:
    async with serve(lambda _: (0, ""), []) as address:
        pass
    with pytest.raises(Unreachable) as failure:
        await make_client(http, api_url=f"{address}/v1").get_user()
    assert failure.value.sent_nothing
    assert SECRET not in "".join(traceback.format_exception(failure.value))
