"""One HTTP exchange, bounded in time and size, and what its failures mean.

httpx's own exceptions hold the request with its headers, so ours are raised after they have been let go:
none is chained.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import NoReturn

import httpx

from app.cliniko.errors import (
    ClinikoError,
    KeyRejected,
    MalformedAnswer,
    NotFound,
    NotPermitted,
    Refused,
    ServerTrouble,
    StorageFull,
    Unreachable,
)
from app.cliniko.observing import Observer

MAX_ANSWER_BYTES = 5_000_000
# No connection was made, so nothing can have taken effect.
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Cliniko names this one in a message; it means the file behind upload_url cannot be used.
UPLOAD_FIELD = "temp_attachment_url"


@dataclass(frozen=True)
class Answer:
    """Status, headers and the whole decoded body of an answer; only the status shows in its repr."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    auth: httpx.Auth | None,
    seconds: float,
    resource: str,
    observer: Observer,
) -> Answer:
    """Send a request, follow no redirect, and return the answer whatever its status; the observer is told of it.

    Raises Unreachable when no whole answer came in `seconds`, MalformedAnswer when it is over 5 MB or badly packed.
    """
    # The HTTP client is shared between keys: a cookie set for one of them must not travel with another.
    request.headers.pop("Cookie", None)
    failure: ClinikoError
    began, status = time.monotonic(), None
    try:
        async with asyncio.timeout(seconds):
            answer = await _read_answer(http, request, auth)
            status = answer.status
            return answer
    except NEVER_SENT:
        failure = Unreachable(sent_nothing=True, resource=resource)
    except (httpx.DecodingError, _AnswerTooLargeError):
        failure = MalformedAnswer(resource=resource)
    except (httpx.HTTPError, TimeoutError):
        failure = Unreachable(resource=resource)
    finally:
        observer.answered(request.method, resource, status, time.monotonic() - began)
    raise failure


class _AnswerTooLargeError(Exception):
    """The answer has more bytes than we take; stays inside this module."""


async def _read_answer(http: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth | None) -> Answer:
    response = await http.send(request, stream=True, auth=auth, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise _AnswerTooLargeError
    finally:
        await response.aclose()
    return Answer(response.status_code, response.headers, bytes(body))


def read_json(answer: Answer, *, resource: str) -> object:
    """Return the decoded body; raises MalformedAnswer when it is not JSON (HTML, empty, cut short)."""
    try:
        value: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        value = None
    if value is None:
        raise MalformedAnswer(remote_status=answer.status, resource=resource)
    return value


def raise_failure(answer: Answer, *, resource: str, missing: type[NotFound] = NotFound) -> NoReturn:
    """Raise what a status other than 200, 201 and 429 means; `missing` is the error for a 404.

    Statuses: docs.api.cliniko.com, Developer portal "Errors". A 3xx or an unexpected 2xx is a MalformedAnswer.
    """
    status = answer.status
    if "attachment" in resource and _says_storage_is_full(answer):
        raise StorageFull(remote_status=status, resource=resource)
    kinds: dict[int, type[ClinikoError]] = {401: KeyRejected, 403: NotPermitted, 404: missing}
    if status in kinds:
        raise kinds[status](remote_status=status, resource=resource)
    if status >= 500 or status in (408, 425):
        raise ServerTrouble(remote_status=status, resource=resource)
    if status >= 400:
        raise Refused(fields=_faulty_fields(answer), remote_status=status, resource=resource)
    raise MalformedAnswer(remote_status=status, resource=resource)


def _says_storage_is_full(answer: Answer) -> bool:
    # Documented only as "you will receive an error" (guide Attachments), so this is a guess: the two statuses made
    # for it, or a refusal that speaks of storage.
    if answer.status in (413, 507):
        return True
    words = re.search(rb"(?i)\b(storage|file space|disk space|quota)\b", answer.body)
    return answer.status in (400, 402, 403, 422) and words is not None


def _faulty_fields(answer: Answer) -> tuple[str, ...]:
    """Return the names under "errors" that look like names; values and sentences may hold a patient's details."""
    try:
        body: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ()
    errors = body.get("errors") if isinstance(body, dict) else None
    names = {name for name in errors if FIELD_NAME.fullmatch(name)} if isinstance(errors, dict) else set()
    if UPLOAD_FIELD.encode() in answer.body:
        names.add(UPLOAD_FIELD)
    return tuple(sorted(names))[:10]
