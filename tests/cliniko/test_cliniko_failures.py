"""Whatever Cliniko answers becomes one of our errors, with the right family, a sentence, and nothing of the answer."""

import asyncio

import httpx
import pytest
import respx

from app.cliniko import errors
from app.cliniko.client import Cliniko, within
from app.cliniko.errors import ClinikoError, MalformedAnswer, Refused, StorageFull, Unreachable

from .samples import API, make_client, patient_json, post_json, user_json

pytestmark = pytest.mark.anyio


async def failure_of_user(cliniko: Cliniko) -> ClinikoError:
    with pytest.raises(ClinikoError) as failure:
        await cliniko.get_user()
    return failure.value


@pytest.mark.parametrize(
    ("status", "kind", "family"),
    [
        (401, errors.KeyRejected, "config"),
        (403, errors.NotPermitted, "config"),
        (404, errors.NotFound, "permanent"),
        (400, errors.Refused, "permanent"),
        (405, errors.Refused, "permanent"),
        (422, errors.Refused, "permanent"),
        (408, errors.ServerTrouble, "transient"),
        (429, errors.RateLimited, "transient"),
        (500, errors.ServerTrouble, "transient"),
        (502, errors.ServerTrouble, "transient"),
        (503, errors.ServerTrouble, "transient"),
        (204, errors.MalformedAnswer, "transient"),
        (302, errors.MalformedAnswer, "transient"),
    ],
)
@pytest.mark.parametrize("body", ["", "<html>Peter Patientman</html>", '{"message": "Peter"'])
async def test_each_status_is_one_kind_of_error_whatever_the_body(
    respx_mock: respx.MockRouter, cliniko: Cliniko, status: int, kind: type[ClinikoError], family: str, body: str
) -> None:
    respx_mock.get(f"{API}/user").respond(status, text=body, headers={"Location": "https://evil.example.com/"})
    failure = await failure_of_user(cliniko)
    assert type(failure) is kind
    assert (failure.family, failure.remote_status, failure.resource) == (family, status, "user")
    assert failure.message == str(failure) and failure.message.endswith(".")
    assert "Peter" not in repr(vars(failure)) + repr(failure)
    assert respx_mock.calls.call_count == 1


@pytest.mark.parametrize(
    "body", ["", "<html></html>", '{"id": "4', '"text"', "[]", "null", "{}", "[" * 100_000, "\xff"]
)
async def test_a_200_that_is_not_the_record_is_malformed(
    respx_mock: respx.MockRouter, cliniko: Cliniko, body: str
) -> None:
    respx_mock.get(f"{API}/user").respond(200, content=body.encode("latin-1"))
    assert type(await failure_of_user(cliniko)) is MalformedAnswer


async def test_a_wrongly_packed_answer_is_malformed(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/user").mock(return_value=broken_gzip())
    assert type(await failure_of_user(cliniko)) is MalformedAnswer


class Chunks(httpx.AsyncByteStream):
    """A body that counts how much of it was taken."""

    def __init__(self, chunk: bytes, count: int) -> None:
        self.chunk, self.count, self.taken, self.closed = chunk, count, 0, False

    async def __aiter__(self):  # type: ignore[no-untyped-def]  # httpx names no type for it
        for _ in range(self.count):
            self.taken += 1
            yield self.chunk

    async def aclose(self) -> None:
        self.closed = True


def broken_gzip() -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Chunks(b"not gzip", 1))


async def test_no_more_than_5_megabytes_of_an_answer_are_read(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    endless = Chunks(b" " * 1_000_000, 1000)
    respx_mock.get(f"{API}/user").mock(return_value=httpx.Response(200, stream=endless))
    assert type(await failure_of_user(cliniko)) is MalformedAnswer
    assert (endless.taken, endless.closed) == (6, True)


@pytest.mark.parametrize(
    ("trouble", "sent_nothing"),
    [
        (httpx.ConnectError, True),
        (httpx.ConnectTimeout, True),
        (httpx.PoolTimeout, True),
        (httpx.ReadTimeout, False),
        (httpx.WriteTimeout, False),
        (httpx.ReadError, False),
        (httpx.WriteError, False),
        (httpx.RemoteProtocolError, False),
    ],
)
async def test_network_trouble_says_whether_anything_can_have_happened(
    respx_mock: respx.MockRouter, cliniko: Cliniko, trouble: type[httpx.TransportError], sent_nothing: bool
) -> None:
    respx_mock.get(f"{API}/user").mock(side_effect=trouble("with a secret in it"))
    failure = await failure_of_user(cliniko)
    assert isinstance(failure, Unreachable)
    assert (failure.sent_nothing, failure.family, failure.remote_status) == (sent_nothing, "transient", None)
    assert failure.__cause__ is failure.__context__ is None


async def test_an_answer_that_never_comes_is_given_up(respx_mock: respx.MockRouter, http: httpx.AsyncClient) -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    respx_mock.get(f"{API}/user").mock(side_effect=never)
    failure = await failure_of_user(make_client(http, timeout_seconds=0.01))
    assert isinstance(failure, Unreachable)
    assert not failure.sent_nothing


async def test_a_body_that_drips_for_ever_is_given_up(respx_mock: respx.MockRouter, http: httpx.AsyncClient) -> None:
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # httpx names no type for it
            yield b"{"
            await asyncio.Event().wait()

    respx_mock.get(f"{API}/user").mock(return_value=httpx.Response(200, stream=Drip()))
    assert isinstance(await failure_of_user(make_client(http, timeout_seconds=0.01)), Unreachable)


async def test_several_calls_can_share_one_limit_of_time(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    respx_mock.get(f"{API}/user").respond(json=user_json())
    respx_mock.get(f"{API}/patients/1").mock(side_effect=never)
    with pytest.raises(Unreachable):
        async with within(0.01):
            await cliniko.get_user()
            await cliniko.get_patient("1")


async def test_time_to_spare_changes_nothing(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/patients/1").respond(json=patient_json("1"))
    async with within(60):
        assert (await cliniko.get_patient("1")).id == "1"


async def test_a_refusal_names_the_fields_and_never_their_values(
    respx_mock: respx.MockRouter, cliniko: Cliniko
) -> None:
    faults = {"description": ["Peter is too long"], "Peter Patientman": ["x"], "upload_url": ["secret"]}
    respx_mock.post(f"{API}/patient_attachments").respond(422, json={"message": "Peter", "errors": faults})
    with pytest.raises(Refused) as refusal:
        await cliniko.create_attachment("1", "x", "https://files/x")
    assert refusal.value.fields == ("description", "upload_url")
    assert "Peter" not in repr(vars(refusal.value))


@pytest.mark.parametrize(
    "body", [{"message": "temp_attachment_url is invalid"}, {"errors": ["temp_attachment_url bad"]}]
)
async def test_a_file_that_is_gone_is_named_as_documented(
    respx_mock: respx.MockRouter, cliniko: Cliniko, body: object
) -> None:
    respx_mock.post(f"{API}/patient_attachments").respond(422, json=body)
    with pytest.raises(Refused) as refusal:
        await cliniko.create_attachment("1", "x", "https://files/x")
    assert refusal.value.fields == ("temp_attachment_url",)


@pytest.mark.parametrize(
    ("status", "message"),
    [(422, "Storage limit reached"), (403, "No file space left"), (413, ""), (507, ""), (402, "Quota")],
)
async def test_a_full_trial_waits_for_the_user_case_24(
    respx_mock: respx.MockRouter, cliniko: Cliniko, status: int, message: str
) -> None:
    answer = httpx.Response(status, json={"message": message})
    respx_mock.post(f"{API}/patient_attachments").mock(return_value=answer)
    respx_mock.get(f"{API}/patients/1/attachment_presigned_post").mock(return_value=answer)
    with pytest.raises(StorageFull) as failure:
        await cliniko.create_attachment("1", "x", "https://files/x")
    assert failure.value.family == "config"
    with pytest.raises(StorageFull):
        await cliniko.request_upload("1")


async def test_storage_is_not_blamed_for_anything_else(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.get(f"{API}/user").respond(403, json={"message": "storage"})
    assert type(await failure_of_user(cliniko)) is errors.NotPermitted
    respx_mock.get(f"{API}/patients/1/attachment_presigned_post").respond(403, json={"message": "forbidden"})
    with pytest.raises(errors.NotPermitted):
        await cliniko.request_upload("1")
    respx_mock.get(f"{API}/patients/1/attachment_presigned_post").respond(200, json=post_json(note="storage"))
    assert await cliniko.request_upload("1")


def test_every_error_is_ours_with_a_family_a_sentence_and_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ClinikoError)]
    assert len(kinds) >= 13
    for kind in kinds:
        assert kind.family in ("transient", "permanent", "config")
        assert kind.sentence.endswith(".")
        assert 400 <= kind.status < 600
        assert kind.title != ClinikoError.title or kind is ClinikoError
