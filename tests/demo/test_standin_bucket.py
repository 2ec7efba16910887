"""The stand-in's bucket holds a form to its policy, as S3 does."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.demo.world import PDF, World


def s3_code(answer: httpx.Response) -> tuple[int, str | None]:
    """Return the status and the error code of an answer of the bucket."""
    return answer.status_code, ElementTree.fromstring(answer.content).findtext("Code")


def test_an_expired_post_is_refused_as_s3_does(world: World) -> None:
    post = world.presign()
    world.state.expire_issued_posts()
    answer = world.upload(post)
    assert s3_code(answer) == (403, "AccessDenied")
    assert "Policy expired" in answer.text
    assert world.upload(world.presign()).status_code == 201


def test_a_post_expires_by_the_clock(world: World) -> None:
    now = world.state.clock()
    post = world.presign()
    world.state.clock = lambda: now + timedelta(seconds=world.state.presign_seconds + 1)
    assert s3_code(world.upload(post)) == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("acl", "public-read", (403, "AccessDenied")),
        ("success_action_status", "200", (403, "AccessDenied")),
        ("key", "1/patients/2/elsewhere.pdf", (403, "AccessDenied")),
        ("x-amz-date", "20200101T000000Z", (403, "AccessDenied")),
        ("x-amz-signature", "0" * 64, (403, "SignatureDoesNotMatch")),
        ("policy", "e30=", (403, "SignatureDoesNotMatch")),
        ("unasked", "field", (403, "AccessDenied")),
        ("Content-Type", "application/pdf", (403, "AccessDenied")),
    ],
)
def test_a_form_that_differs_from_its_policy_is_refused(
    world: World, field: str, value: str, refusal: tuple[int, str]
) -> None:
    post = world.presign()
    post["fields"][field] = value
    assert s3_code(world.upload(post)) == refusal
    assert world.state.objects == {}


@pytest.mark.parametrize("field", ["acl", "success_action_status", "x-amz-credential"])
def test_a_form_that_leaves_out_a_field_is_refused(world: World, field: str) -> None:
    post = world.presign()
    del post["fields"][field]
    assert s3_code(world.upload(post)) == (403, "AccessDenied")


def test_fields_after_the_file_do_not_count(world: World) -> None:
    post = world.presign()
    late: list[Any] = [("file", ("plan.pdf", PDF, "application/pdf"))]
    late += [(name, (None, value)) for name, value in post["fields"].items()]
    assert s3_code(world.web.post(post["url"], files=late)) == (400, "InvalidArgument")


def test_a_form_without_a_file_is_refused(world: World) -> None:
    post = world.presign()
    parts = {name: (None, value) for name, value in post["fields"].items()}
    assert s3_code(world.web.post(post["url"], files=parts)) == (400, "InvalidArgument")


def test_too_large_a_file_is_refused(world: World) -> None:
    world.state.max_upload_bytes = len(PDF)
    assert world.upload(world.presign()).status_code == 201
    assert s3_code(world.upload(world.presign(), body=PDF + b".")) == (400, "EntityTooLarge")


def test_a_file_part_without_a_type_becomes_invalid(world: World) -> None:
    post = world.presign()
    boundary = "a-boundary-of-this-test"
    lines = []
    for name, value in post["fields"].items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    lines += [f"--{boundary}", 'Content-Disposition: form-data; name="file"; filename="plan.pdf"', "", "bytes"]
    lines += [f"--{boundary}--", ""]
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    assert world.web.post(post["url"], content="\r\n".join(lines).encode(), headers=kind).status_code == 201
    assert [stored.content_type for stored in world.state.objects.values()] == ["invalid/invalid"]
