"""The stand-in's bucket: S3's browser upload with its policy, and signed downloads.

Sources: Amazon S3 API reference, "POST Object", "POST policy" and "Error responses"; docs.api.cliniko.com, guide
Attachments, for the fields Cliniko hands out. The signature is an HMAC over the policy with a secret of this run
instead of Amazon's four-step key; everything else is checked as S3 does.
"""

import base64
import binascii
import hashlib
import hmac
import json
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

from starlette.datastructures import URL, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.demo.cliniko.gate import state_of
from app.demo.cliniko.state import Attachment, IssuedPost, Patient, State, StoredObject

BUCKET = "cliniko-stand-in-files"
DOWNLOAD_SECONDS = 300
MISSING_TYPE = "invalid/invalid"  # what a file part without a content type has been seen to become
MAX_FIELD_BYTES = 1024 * 1024


class BucketError(Exception):
    """A refusal in S3's terms: HTTP status, error code, message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def bucket_url(request: Request) -> str:
    """Return the bucket's address as the request reached this server, with a slash at the end."""
    return f"{request.base_url}bucket/"


def presign_post(state: State, patient: Patient, url: str) -> dict[str, Any]:
    """Return `{url, fields}` for one upload for this patient, and remember that it was issued."""
    now = state.clock()
    expires_at = now + timedelta(seconds=state.presign_seconds)
    prefix = f"{patient.account_id}/patients/{patient.id}/attachments/temp/{uuid.uuid4()}/"
    fields = {
        "acl": "private",
        "success_action_status": "201",
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"STANDIN/{now:%Y%m%d}/ap-southeast-2/s3/aws4_request",
        "x-amz-date": f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
    }
    conditions: list[Any] = [
        {"bucket": BUCKET},
        ["starts-with", "$key", prefix],
        ["content-length-range", 0, state.max_upload_bytes],
        ["starts-with", "$Content-Type", ""],
        *({name: value} for name, value in fields.items()),
    ]
    policy = {"expiration": expires_at.astimezone(UTC).isoformat(), "conditions": conditions}
    encoded = base64.b64encode(json.dumps(policy).encode()).decode()
    state.issued[prefix] = IssuedPost(prefix, patient.account_id, patient.id, expires_at)
    signed = {"policy": encoded, "x-amz-signature": _sign(state, encoded)}
    return {"url": url, "fields": {"key": prefix + "${filename}", **fields, **signed}}


def sign_download(state: State, file: Attachment, url: str) -> str:
    """Return an address that gives the file's bytes to anyone for a few minutes."""
    expires = str(int(state.clock().timestamp()) + DOWNLOAD_SECONDS)
    signature = _sign(state, f"{file.id}:{expires}")
    return str(URL(url + f"files/{file.id}").include_query_params(expires=expires, signature=signature))


def _sign(state: State, text: str) -> str:
    return hmac.new(state.secret, text.encode(), hashlib.sha256).hexdigest()


async def receive_upload(request: Request) -> Response:
    """POST /bucket/: stores the file if the form agrees with its policy; answers S3's XML, 201 or an error."""
    state = state_of(request)
    try:
        fields, file = await _read_form(request)
        content = await file.read()
        _check_signature(state, fields)
        key = fields["key"].replace("${filename}", (file.filename or "").rpartition("/")[2])
        policy = _read_policy(fields["policy"])
        _check_not_expired(state, policy, fields["key"])
        content_type = file.content_type or MISSING_TYPE
        _check_conditions(policy["conditions"], {**fields, "key": key}, content_type, len(content))
    except BucketError as refusal:
        return _xml(refusal.status, "Error", {"Code": refusal.code, "Message": refusal.message, "RequestId": "0"})
    state.objects[key] = StoredObject(key, content, content_type, state.clock())
    location = bucket_url(request) + quote(key, safe="")
    tag = f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
    answer = {"Location": location, "Bucket": BUCKET, "Key": key, "ETag": tag}
    return _xml(201, "PostResponse", answer, headers={"Location": location, "ETag": tag})


async def _read_form(request: Request) -> tuple[dict[str, str], UploadFile]:
    """Return the fields before the file, and the file; S3 ignores whatever follows it. Raises BucketError."""
    fields: dict[str, str] = {}
    try:
        form = await request.form(max_files=1, max_part_size=MAX_FIELD_BYTES)
    except HTTPException:
        raise BucketError(400, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data.") from None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name == "file":
                break
        else:
            fields[name] = value
    else:
        raise BucketError(400, "InvalidArgument", "POST requires exactly one file upload per request.")
    for name in ("key", "policy", "x-amz-signature"):
        if name not in fields:
            message = f"Bucket POST must contain a field named '{name}'. Please check the order of the fields."
            raise BucketError(400, "InvalidArgument", message)
    return fields, value


def _check_signature(state: State, fields: Mapping[str, str]) -> None:
    if not hmac.compare_digest(_sign(state, fields["policy"]).encode(), fields["x-amz-signature"].encode()):
        raise BucketError(403, "SignatureDoesNotMatch", "The request signature does not match the policy.")


def _read_policy(encoded: str) -> dict[str, Any]:
    try:
        policy: dict[str, Any] = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise BucketError(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from None
    return policy


def _check_not_expired(state: State, policy: Mapping[str, Any], key: str) -> None:
    """Refuse a policy past its time, or a post the state was told to let expire."""
    issued = state.issued.get(key.rpartition("/")[0] + "/")
    ends = [datetime.fromisoformat(policy["expiration"])] + ([issued.expires_at] if issued else [])
    if state.clock() >= min(ends):
        raise BucketError(403, "AccessDenied", "Invalid according to Policy: Policy expired.")


def _check_conditions(conditions: list[Any], fields: Mapping[str, str], content_type: str, size: int) -> None:
    """Hold the form to every condition, and let it have no field that no condition speaks of. Raises BucketError.

    The condition on Content-Type is held against the file part's own type: Cliniko hands out no such field, and a
    client that adds one is refused, since the real policy is not documented.
    """
    values = {"bucket": BUCKET, "Content-Type": content_type, **fields}
    known = {"policy", "x-amz-signature"}
    for condition in conditions:
        if isinstance(condition, dict):
            ((name, wanted),) = condition.items()
            kept = values.get(name) == wanted
        elif condition[0] == "content-length-range":
            _check_size(size, condition[1], condition[2])
            continue
        else:
            name = condition[1].removeprefix("$")
            kept = values.get(name, "").startswith(condition[2])
        if not kept:
            message = f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}"
            raise BucketError(403, "AccessDenied", message)
        known.add(name)
    extra = sorted(fields.keys() - (known - {"bucket", "Content-Type"}))
    if extra:
        raise BucketError(403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(extra)}")


def _check_size(size: int, smallest: int, largest: int) -> None:
    if size > largest:
        raise BucketError(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if size < smallest:
        raise BucketError(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")


def _xml(status: int, root: str, parts: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Response:
    """Return an S3 document: one element holding text elements."""
    document = ElementTree.Element(root)
    for name, text in parts.items():
        ElementTree.SubElement(document, name).text = text
    body = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    return Response(body, status, headers=headers, media_type="application/xml")


async def download(request: Request) -> Response:
    """GET /bucket/files/{id}: the bytes of a file, to whoever holds a signed address that has not expired."""
    state, asked = state_of(request), request.query_params
    file_id, expires = request.path_params["id"], asked.get("expires", "")
    signature = _sign(state, f"{file_id}:{expires}")
    if not hmac.compare_digest(signature.encode(), asked.get("signature", "").encode()):
        return _xml(403, "Error", {"Code": "SignatureDoesNotMatch", "Message": "The signature does not match."})
    if state.clock().timestamp() >= int(expires):
        return _xml(403, "Error", {"Code": "AccessDenied", "Message": "Request has expired"})
    return serve_file(state.attachments[file_id])


def serve_file(file: Attachment) -> Response:
    """Return a file's bytes: a PDF opens in the browser, anything else is offered for saving."""
    is_pdf = file.content_type == "application/pdf"
    header = EmailMessage()
    header.add_header(
        "Content-Disposition", "inline" if is_pdf else "attachment", filename=("utf-8", "", file.filename)
    )
    headers = {"Content-Disposition": header["Content-Disposition"], "X-Content-Type-Options": "nosniff"}
    return Response(file.content, media_type=file.content_type, headers=headers)


routes = [Route("/", receive_upload, methods=["POST"]), Route("/files/{id}", download)]
