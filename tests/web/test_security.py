"""What every answer carries, and which requests are turned away."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from app.web import security
from app.web.security import LARGEST_BODY_BYTES, BodyLimit
from tests.web.small_app import HOST, LARGEST_FILE_BYTES, make_app

PAGES = ["/fine", "/nowhere", "/raise/conflict", "/raise/unexpected", "/clients/abc"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_the_security_headers(visitor, path):
    headers = visitor.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=(), " in headers["permissions-policy"] and "geolocation=()" in headers["permissions-policy"]
    assert "server" not in headers and "access-control-allow-origin" not in headers
    assert headers["cache-control"] == "no-store"


def test_an_answer_may_say_itself_how_long_it_is_kept(visitor):
    assert visitor.get("/kept").headers["cache-control"] == "private, max-age=60"


def test_no_page_has_inline_scripts_styles_or_handlers(visitor):
    text = visitor.get("/signed-in").text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text
    assert text.count("<script") == text.count('<script type="module" src="/static/')


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [("https://kinebridge.example", "max-age=31536000; includeSubDomains"), (HOST, None)],
)
def test_browsers_are_told_to_stay_on_https_only_when_we_are_reached_by_it(public_url, expected):
    answer = TestClient(make_app(public_url), base_url=HOST).get("/fine")
    assert answer.headers.get("strict-transport-security") == expected


def save(visitor: TestClient, headers: dict[str, str]) -> int:
    return visitor.post("/save", data={"name": "x"}, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # what Chromium sends under no-referrer
        {"Sec-Fetch-Site": "none"},
        {"Origin": HOST},
        {},
    ],
    ids=["same-origin", "same-origin-no-referrer", "typed", "older-browser", "no-browser"],
)
def test_a_form_of_our_own_is_let_through(visitor, headers):
    assert save(visitor, headers) == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
    ],
)
def test_a_form_from_another_site_is_refused_with_a_page_that_says_what_to_do(visitor, headers):
    answer = visitor.post("/save", data={"name": "x"}, headers=headers)
    assert answer.status_code == 403
    assert "<h1>This was sent from another site</h1>" in answer.text
    assert "try again from there" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_link_from_another_site_opens(visitor):
    assert visitor.get("/fine", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_our_public_address_is_ours_behind_a_proxy_that_changes_the_host():
    visitor = TestClient(make_app("https://kinebridge.example/"), base_url=HOST, follow_redirects=False)
    assert save(visitor, {"Origin": "https://kinebridge.example"}) == 303
    assert save(visitor, {"Origin": "http://kinebridge.example"}) == 403


def form_of(size: int) -> bytes:
    return b"name=" + b"x" * (size - 5)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("pieces", [False, True], ids=["stated-length", "in-pieces"])
def test_a_body_over_the_limit_is_refused_with_a_page(visitor, pieces):
    body = form_of(LARGEST_BODY_BYTES + 1)
    content = (body[i : i + 65536] for i in range(0, len(body), 65536)) if pieces else body
    answer = visitor.post("/save", content=content, headers=FORM)
    assert answer.status_code == 413
    assert "<h1>That is too large</h1>" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("pieces", [False, True], ids=["stated-length", "in-pieces"])
def test_a_body_of_just_the_limit_is_taken(visitor, pieces):
    body = form_of(LARGEST_BODY_BYTES)
    content = (body[i : i + 65536] for i in range(0, len(body), 65536)) if pieces else body
    assert visitor.post("/save", content=content, headers=FORM).status_code == 303


def test_a_body_that_is_too_large_by_its_own_account_is_refused_unread(visitor):
    answer = visitor.request("GET", "/fine", content=form_of(LARGEST_BODY_BYTES + 1))  # a route that reads no body
    assert answer.status_code == 413


@pytest.mark.parametrize("pieces", [False, True], ids=["stated-length", "in-pieces"])
@pytest.mark.parametrize(("size", "status"), [(LARGEST_FILE_BYTES, 200), (LARGEST_FILE_BYTES + 1, 413)])
def test_where_files_are_sent_more_is_taken(visitor, size, status, pieces):
    body = bytes(size)
    content = (body[i : i + 65536] for i in range(0, size, 65536)) if pieces else body
    assert visitor.post("/files/photo", content=content).status_code == status


@pytest.mark.parametrize("path", ["/files/photo/", "/files/photo/more", "/more/files/photo", "/files/", "/save"])
def test_an_address_that_only_resembles_one_for_files_takes_no_more(visitor, path):
    assert visitor.post(path, content=bytes(LARGEST_BODY_BYTES + 1)).status_code == 413


def send_slowly(app: ASGIApp, pieces: Sequence[bytes]) -> list[Message]:
    """Send a form of which no more than these pieces ever arrive, and return the answer."""
    told: list[Message] = []

    async def ask() -> None:
        coming = iter(pieces)

        async def receive() -> Message:
            piece = next(coming, None)
            if piece is None:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": piece, "more_body": True}

        async def send(message: Message) -> None:
            told.append(message)

        headers = [(b"content-type", b"application/x-www-form-urlencoded"), (b"host", b"x")]
        named = {"path": "/save", "raw_path": b"/save", "query_string": b"", "root_path": "", "headers": headers}
        scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", **named}
        await app({**scope, "client": ("203.0.113.9", 1), "server": ("x", 80)}, receive, send)

    asyncio.run(asyncio.wait_for(ask(), 20))
    return told


@pytest.mark.parametrize("pieces", [[], [b"na", b"me="]], ids=["nothing", "a-beginning"])
def test_a_body_that_stops_arriving_gets_a_page_and_the_connection_is_closed(pieces, monkeypatch):
    monkeypatch.setattr(BodyLimit.__init__, "__kwdefaults__", {"pause_seconds": 0.05})
    begin, *parts = send_slowly(make_app(), pieces)
    assert begin["status"] == 408
    assert (b"connection", b"close") in begin["headers"]
    assert b"That took too long to arrive" in b"".join(part["body"] for part in parts)


def test_a_body_that_drips_for_ever_is_ended_too(monkeypatch):
    monkeypatch.setattr(security, "LONGEST_FORM_SECONDS", -1)
    assert send_slowly(make_app(), [])[0]["status"] == 408
