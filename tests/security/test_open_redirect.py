"""No address that a form or a query names as what comes next leads off this site."""

import re
import uuid
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.security.test_walk import FIELDS
from tests.support import PASSWORD, Browser

# More of them, at the door: tests/accounts/signing_in/test_sign_in.py.
ELSEWHERE = (
    *("//evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example", "/\t/evil.example"),
    *(" //evil.example", "javascript:alert(1)//evil.example", "/\r\nLocation: https://evil.example"),
)
TARGETS = sorted(route for route, names in FIELDS.items() if "next" in names)


def leads_off(address: str) -> bool:
    """As a browser reads an address: backslashes are slashes, tabs and line ends are not there."""
    seen = re.sub(r"[\t\r\n]", "", address.strip()).replace("\\", "/")
    parts = urlsplit(seen)
    return bool(parts.scheme or parts.netloc or seen.startswith("//"))


def test_the_forms_with_a_target_are_found() -> None:
    assert ("POST", "/sign-in") in TARGETS and ("POST", "/account/practice") in TARGETS and len(TARGETS) >= 10
    assert leads_off("/\\evil.example") and leads_off("/\t/evil.example") and not leads_off("/clients?x=//evil")


@pytest.mark.parametrize("target", ELSEWHERE, ids=repr)
def test_no_target_leads_off_this_site_from_any_form(target: str, browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    with database.connect() as connection:
        query = sa.text("SELECT active_practice_id FROM practitioners WHERE email = :email")
        practice_id = str(connection.execute(query, {"email": email}).scalar_one())
    signed_in = dict(browser.cookies)
    taken = {"email": email, "password": PASSWORD, "practice_id": practice_id, "favourite": "yes"}
    for method, pattern in TARGETS:
        path = re.sub(r"\{slug\}", "pendulum-swing", re.sub(r"\{\w+_id\}", str(uuid.uuid4()), pattern))
        for cookies in ({}, signed_in):
            if cookies and path == "/sign-out":
                continue
            browser.cookies = dict(cookies)
            url = str(browser.server.build_request("GET", path, params={"next": target}).url)
            sent = {name: taken[name] for name in FIELDS[method, pattern] & taken.keys()} | {"next": target}
            answer = browser.send("GET", url) if method == "GET" else browser.send("POST", path, data=sent)
            where = f"{method} {pattern}"
            assert answer.status < 500, where
            assert not leads_off(answer.headers.get("location", "/")), where
            if b"evil" not in answer.content:
                continue
            carried = [str(field.get("value", "")) for field in answer.soup.find_all("input", {"name": "next"})]
            linked = [str(link.get("href", "")) for link in answer.soup.find_all("a")]
            assert not [each for each in carried if each and leads_off(each)], where
            assert not [each for each in linked if "evil" in urlsplit(each).netloc], where
