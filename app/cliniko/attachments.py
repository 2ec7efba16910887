"""Sending a file to Cliniko's store (Amazon S3), the second of the three upload steps.

Steps, fields and the answer: docs.api.cliniko.com, Developer portal, guide "Uploading patient attachments".
Error codes: Amazon's S3 API reference, "Error responses".
"""

import re
from xml.etree import ElementTree

import httpx

from app.cliniko.errors import ClinikoError, MalformedAnswer, Refused, ServerTrouble, StorageFull, UploadExpired
from app.cliniko.exchange import Answer, exchange
from app.cliniko.key import is_internet_name, is_loopback, is_safe_address
from app.cliniko.observing import Observer
from app.cliniko.types import PresignedPost

PDF = "application/pdf"
MAX_XML_BYTES = 65_536
MAX_S3_KEY_LENGTH = 1024
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,199}")
ERROR_CODE = re.compile(r"[A-Za-z]{1,60}")
STALE_PERMISSION = frozenset({"ExpiredToken", "InvalidToken", "InvalidAccessKeyId"})
RESOURCE = "file store"


async def upload_file(
    http: httpx.AsyncClient,
    post: PresignedPost,
    file_name: str,
    content: bytes,
    *,
    api_url: str,
    seconds: float,
    observer: Observer,
) -> str:
    """Send a PDF to the store and return the upload_url that Cliniko wants for the attachment's record.

    `file_name` is plain ASCII (ValueError otherwise). Raises UploadExpired, StorageFull, Refused, ServerTrouble,
    MalformedAnswer or Unreachable. Sending it again only leaves a temporary file that nobody sees.
    """
    if not FILE_NAME.fullmatch(file_name):
        raise ValueError("A file name for Cliniko is letters, digits, spaces, dots, hyphens and underscores.")
    url = _checked_url(post.url, httpx.URL(api_url))
    if "file" in post.fields:
        raise MalformedAnswer(resource=RESOURCE)
    # S3 ignores every field after the file; httpx writes data before files. Without a type of its own the file has been
    # seen to arrive as "invalid/invalid".
    request = http.build_request(
        "POST", url, data=dict(post.fields), files={"file": (file_name, content, PDF)}, timeout=seconds
    )
    # The signed fields are all the store may know of us.
    request.headers.pop("Authorization", None)
    answer = await exchange(http, request, auth=None, seconds=seconds, resource=RESOURCE, observer=observer)
    if answer.status != 201:
        raise _store_failure(answer)
    return _join(url, read_xml(answer.body).get("Key", ""))


def _checked_url(text: str, api: httpx.URL) -> httpx.URL:
    """Return the store's address if a patient's file may go there; raises MalformedAnswer otherwise.

    That is the API's own host, or one on the internet: an answer must not be able to make us send things to machines
    of our own network. With a stand-in for Cliniko on this machine, the store may be on it too.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    may_be_near = is_loopback(api.host) or (url.scheme, url.host) == (api.scheme, api.host)
    if not is_safe_address(url) or not (may_be_near or is_internet_name(url.host)):
        raise MalformedAnswer(resource=RESOURCE)
    return url


def _join(url: httpx.URL, key: str) -> str:
    """Return url + Key as the guide says, with the slash between them that Amazon's own tools leave out."""
    if not key or len(key) > MAX_S3_KEY_LENGTH or not key.isprintable():
        raise MalformedAnswer(remote_status=201, resource=RESOURCE)
    base = str(url)
    return base + key if base.endswith("/") else f"{base}/{key}"


def read_xml(body: bytes) -> dict[str, str]:
    """Return the texts of the root's children by name, without namespaces; {} for anything but a short plain document.

    Document types and entities are refused unread: they are how XML is made to grow or to fetch.
    """
    if len(body) > MAX_XML_BYTES:
        return {}
    try:
        text = body.decode("utf-8")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            return {}
        root = ElementTree.fromstring(text)  # noqa: S314 - no document type, no entities, bounded: checked above
    except (ValueError, ElementTree.ParseError):
        return {}
    return {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in root}


def _store_failure(answer: Answer) -> ClinikoError:
    status = answer.status
    error = read_xml(answer.body)
    code = error.get("Code", "")
    if code in STALE_PERMISSION or (status == 403 and "expired" in error.get("Message", "").lower()):
        return UploadExpired(remote_status=status, resource=RESOURCE)
    if code == "EntityTooLarge" or status in (413, 507):
        # The permission bounds the size. Our files are small, so the bound is most likely what is left of a
        # trial's room.
        return StorageFull(remote_status=status, resource=RESOURCE)
    if status >= 500 or code in ("RequestTimeout", "SlowDown") or status in (408, 429):
        return ServerTrouble(remote_status=status, resource=RESOURCE)
    if status >= 400:
        fields = (code,) if ERROR_CODE.fullmatch(code) else ()
        return Refused(fields=fields, remote_status=status, resource=RESOURCE)
    return MalformedAnswer(remote_status=status, resource=RESOURCE)
