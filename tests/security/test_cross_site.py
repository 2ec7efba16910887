"""No other site can send a form of ours in somebody's name, whichever form it is."""

import re
import uuid

import pytest

from tests.support import Browser
from tests.test_access import ROUTES

POSTS = [path for method, path in ROUTES if method == "POST"]
FOREIGN = (
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site", "origin": "http://other.testserver"},
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver:8080"},
)


def test_every_form_is_among_those_tried() -> None:
    assert len(POSTS) >= 12


@pytest.mark.parametrize("headers", FOREIGN, ids=repr)
def test_another_sites_form_is_refused_everywhere(headers: dict[str, str], browser: Browser) -> None:
    browser.sign_up()
    for pattern in POSTS:
        path = re.sub(r"\{[^}]+\}", str(uuid.uuid4()), pattern)
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"):
            answer = browser.send("POST", path, data={}, headers={**headers, "content-type": kind})
            assert answer.status == 403, path
            assert "set-cookie" not in answer.headers
    assert browser.get("/clients").path == "/clients"  # still signed in


def test_nothing_is_changed_by_a_plain_link(browser: Browser) -> None:
    browser.sign_up()
    for pattern in POSTS:
        path = re.sub(r"\{[^}]+\}", str(uuid.uuid4()), pattern)
        browser.send("GET", path + "?practice_id=x&api_key=x&rule=practice", headers={"sec-fetch-site": "cross-site"})
    assert browser.get("/clients").path == "/clients"
    page = browser.get("/account/sharing")
    chosen = page.soup.find("input", {"name": "rule", "checked": True})
    assert chosen is not None
    assert chosen["value"] == "default"


def test_no_page_may_be_framed_or_kept(browser: Browser) -> None:
    browser.sign_up()
    for path in ("/clients", "/account/settings", "/account/team", "/exercises", "/nothing", "/open/cliniko"):
        headers = browser.send("GET", path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["cache-control"] == "no-store", path
        assert headers["referrer-policy"] == "same-origin", path
