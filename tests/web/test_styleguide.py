"""/styleguide: everything the pages are made of, for who works on the look on a machine of their own."""

import re

import pytest
from starlette.testclient import TestClient

from app.web.assets import STATIC_FOLDER
from tests.web.small_app import HOST, make_app


@pytest.mark.parametrize("public_url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_on_this_machine_it_is_there_without_signing_in_and_without_a_database(public_url):
    answer = TestClient(make_app(public_url), base_url=public_url).get("/styleguide")
    assert answer.status_code == 200
    assert "<h1>Styleguide</h1>" in answer.text


@pytest.mark.parametrize("public_url", ["https://kinebridge.example.org", "https://127.0.0.1.example.org"])
def test_for_browsers_elsewhere_there_is_nothing_at_its_address(public_url):
    served = TestClient(make_app(public_url), base_url=HOST)
    assert served.get("/styleguide").status_code == 404
    assert served.get("/styleguide").text == served.get("/nowhere").text


def test_it_shows_every_kind_and_state(visitor):
    html = visitor.get("/styleguide").text
    shown = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', html))))
    css = "".join(path.read_text() for path in STATIC_FOLDER.glob("*.css"))
    for base in ("button", "pill", "notice"):
        kinds = set(re.findall(rf"\.{base}\.(\w+)", css)) | {base}
        assert kinds - shown - {"leave"} == set(), base
    for state in (
        "disabled",
        'aria-disabled="true"',
        'aria-invalid="true"',
        'aria-pressed="true"',
        'aria-current="page"',
    ):
        assert state in html
