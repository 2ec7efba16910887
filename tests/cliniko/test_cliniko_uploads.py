"""The file goes to Cliniko's store with the fields given, last of all, and without our key."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import httpx
import pytest
import respx

from app.cliniko import attachments, errors
from app.cliniko.attachments import read_xml
from app.cliniko.client import Cliniko
from app.cliniko.errors import ClinikoError, MalformedAnswer, Refused, UploadExpired
from app.cliniko.types import PresignedPost

from .samples import BUCKET, SECRET, STORED_XML, make_client, post_json, store_error

pytestmark = pytest.mark.anyio

PDF_BYTES = b"%PDF-1.7\r\n--x\r\n\x00\xff%%EOF"


def permission(**changes: Any) -> PresignedPost:
    return PresignedPost.from_json(post_json(**changes))


def parts_of(request: httpx.Request) -> list[tuple[str, str | None, str | None, bytes]]:
    head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + request.content)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part["Content-Type"],
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


async def test_every_field_is_sent_as_given_and_the_file_last(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.post(BUCKET).respond(201, text=STORED_XML)
    post = permission()
    assert await cliniko.upload(post, "plan.pdf", PDF_BYTES) == f"{BUCKET}9/place/plan.pdf"
    *fields, file = parts_of(respx_mock.calls.last.request)
    assert [(name, content.decode()) for name, _, _, content in fields] == list(post.fields.items())
    assert all(filename is None for _, filename, _, _ in fields)
    assert file == ("file", "plan.pdf", "application/pdf", PDF_BYTES)


async def test_the_store_never_sees_the_key_nor_a_cookie(respx_mock: respx.MockRouter) -> None:
    respx_mock.post(BUCKET).respond(201, text=STORED_XML)
    async with httpx.AsyncClient(
        auth=("other", "key"), headers={"Authorization": "Basic b3RoZXI="}, cookies={"session": "cliniko"}
    ) as shared:
        await make_client(shared).upload(permission(), "plan.pdf", PDF_BYTES)
    request = respx_mock.calls.last.request
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers
    assert SECRET.encode() not in request.content


async def test_a_store_without_a_closing_slash_gets_one(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.post("https://files.example.com/bucket").respond(201, text=STORED_XML)
    post = permission(url="https://files.example.com/bucket")
    assert await cliniko.upload(post, "plan.pdf", b"x") == "https://files.example.com/bucket/9/place/plan.pdf"


async def test_a_stand_in_on_this_machine_may_use_plain_http(
    respx_mock: respx.MockRouter, http: httpx.AsyncClient
) -> None:
    respx_mock.post("http://127.0.0.1:9/files/").respond(201, text=STORED_XML)
    cliniko = make_client(http, api_url="http://127.0.0.1:9/v1")
    assert await cliniko.upload(permission(url="http://127.0.0.1:9/files/"), "plan.pdf", b"x")


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/",
        "ftp://files.example.com/",
        "https://user:pass@files.example.com/",
        "https://files.example.com/?a=b",
        "file:///etc/passwd",
        "https://[",
        "",
    ],
)
async def test_a_patients_file_goes_nowhere_unsafe(respx_mock: respx.MockRouter, cliniko: Cliniko, url: str) -> None:
    with pytest.raises(MalformedAnswer):
        await cliniko.upload(permission(url=url), "plan.pdf", b"x")
    assert respx_mock.calls.call_count == 0


async def test_a_field_that_would_stand_for_the_file_is_malformed(cliniko: Cliniko) -> None:
    with pytest.raises(MalformedAnswer):
        await cliniko.upload(permission(fields={"file": "x"}), "plan.pdf", b"x")


@pytest.mark.parametrize(
    "file_name", ["", ".hidden", "../x.pdf", "a/b.pdf", 'a".pdf', "a\r\nb", "\u00e9.pdf", "x" * 201]
)
async def test_a_file_name_that_is_not_plain_is_refused_case_18(cliniko: Cliniko, file_name: str) -> None:
    with pytest.raises(ValueError, match="file name"):
        await cliniko.upload(permission(), file_name, b"x")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, store_error("AccessDenied", "Invalid according to Policy: Policy expired."), UploadExpired),
        (400, store_error("ExpiredToken", "The provided token has expired."), UploadExpired),
        (403, store_error("InvalidAccessKeyId"), UploadExpired),
        (403, store_error("AccessDenied", "Invalid according to Policy: Policy Condition failed"), Refused),
        (403, store_error("SignatureDoesNotMatch"), Refused),
        (403, "<html>", Refused),
        (400, store_error("EntityTooLarge"), errors.StorageFull),
        (400, store_error("RequestTimeout"), errors.ServerTrouble),
        (503, store_error("SlowDown"), errors.ServerTrouble),
        (502, "<html>bad gateway", errors.ServerTrouble),
        (500, "", errors.ServerTrouble),
        (404, store_error("NoSuchBucket"), Refused),
        (204, "", MalformedAnswer),
        (307, "", MalformedAnswer),
        (201, "", MalformedAnswer),
        (201, "<PostResponse><Key>", MalformedAnswer),
        (201, "<PostResponse><Key></Key></PostResponse>", MalformedAnswer),
        (201, "<PostResponse><Key>a\nb</Key></PostResponse>", MalformedAnswer),
        (201, f"<PostResponse><Key>{'x' * 1025}</Key></PostResponse>", MalformedAnswer),
    ],
)
async def test_what_the_store_answers_becomes_one_kind_of_error_case_22(
    respx_mock: respx.MockRouter, cliniko: Cliniko, status: int, body: str, kind: type[ClinikoError]
) -> None:
    respx_mock.post(BUCKET).respond(status, text=body, headers={"Location": "https://evil.example.com/"})
    with pytest.raises(ClinikoError) as failure:
        await cliniko.upload(permission(), "plan.pdf", b"x")
    assert type(failure.value) is kind
    assert failure.value.remote_status == status
    assert respx_mock.calls.call_count == 1


async def test_a_refusal_of_the_store_carries_its_code_only(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.post(BUCKET).respond(403, text=store_error("SignatureDoesNotMatch", "9/patients/1/Peter.pdf"))
    with pytest.raises(Refused) as refusal:
        await cliniko.upload(permission(), "plan.pdf", b"x")
    assert refusal.value.fields == ("SignatureDoesNotMatch",)
    assert "Peter" not in repr(vars(refusal.value))


async def test_a_store_that_does_not_answer_is_unreachable(respx_mock: respx.MockRouter, cliniko: Cliniko) -> None:
    respx_mock.post(BUCKET).mock(side_effect=httpx.ReadTimeout("slow"))
    with pytest.raises(errors.Unreachable):
        await cliniko.upload(permission(), "plan.pdf", b"x")


@pytest.mark.parametrize(
    "document",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a><Key>&b;</Key></a>',
        b"<!doctype a><a><Key>x</Key></a>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a><Key>x</Key></a>'.encode("utf-16"),
        b"<a><Key>\xff</Key></a>",
        b"<a><Key>x</Key></a>" + b" " * attachments.MAX_XML_BYTES,
        b"",
    ],
)
def test_xml_that_could_grow_or_fetch_is_not_read(document: bytes) -> None:
    assert read_xml(document) == {}


def test_xml_is_read_with_and_without_a_namespace() -> None:
    assert read_xml(STORED_XML.encode())["Key"] == "9/place/plan.pdf"
    assert read_xml(b'<a xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key>x</Key></a>') == {"Key": "x"}
