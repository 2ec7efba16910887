"""Markup in every field of every form is inert in the answer, and afterwards on every page there is."""

import re
import uuid

from tests.fuzz.schema import READ_BY_THE_ROUTE
from tests.programs.arrange import start_from_template
from tests.security.test_extra_fields import LEFT_OUT, TAKEN
from tests.security.test_stored_markup import MARK
from tests.security.test_walk import FIELDS
from tests.support import Browser, Clinic, Page

# Choices, without which a form would be refused as a whole; every other field is text to somebody.
CHOSEN = {name: value for name, value in TAKEN.items() if name not in ("name", "title", "email", "practice_name")}
CHOSEN |= {"time_zone": "Australia/Sydney", "patient_word": "client", "paper": "A4", "date_of_birth": "1961-03-27"}
SHORT = MARK[:38]  # fits where only few characters do


def assert_inert(page: Page, where: str) -> None:
    assert page.status < 500, where
    if not page.headers.get("content-type", "").startswith("text/html") or b"onerror" not in page.content:
        return
    assert not page.soup.select("img[src='x'], [onerror], main script"), where
    assert all(script.get("src") for script in page.soup.find_all("script")), where


def test_what_is_typed_into_any_field_is_text_on_every_page(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    client = ana.open_patient(clinic.add_patient(MARK, SHORT, date_of_birth="1961-03-27")).path
    editor = start_from_template(ana, client).path
    template = ana.post("/templates", {"program": editor.split("/")[4], "name": SHORT}).path
    ids = {"client_id": client.rpartition("/")[2], "program_id": editor.split("/")[4], "number": "1"}
    ids |= {"key": template.rpartition("/")[2], "slug": ana.post("/exercises/new", {"name": SHORT}).path.split("/")[2]}
    ids["membership_id"] = ana.get("/account/team").link("Manage").rpartition("/")[2]

    def path_of(pattern: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], str(uuid.uuid4())), pattern)

    for text in (MARK, SHORT):
        for (method, pattern), known in FIELDS.items():
            if method != "POST" or pattern in LEFT_OUT or pattern.endswith(("/deactivate", "/remove")):
                continue
            names = known | set(READ_BY_THE_ROUTE.get(pattern, ()))
            sent = {name: CHOSEN.get(name, text) for name in names if not name.endswith("practice")}
            browser = ana.another() if pattern in ("/sign-up", "/sign-in") else ana
            assert_inert(browser.send("POST", path_of(pattern), data=sent), f"POST {pattern}")
    seen = 0
    for (method, pattern), names in FIELDS.items():
        if method == "GET":
            url = str(ana.server.build_request("GET", path_of(pattern), params=dict.fromkeys(names, SHORT)).url)
            for page in (ana.send("GET", path_of(pattern)), ana.send("GET", url)):
                assert_inert(page, f"GET {pattern}")
                seen += b"onerror" in page.content
    assert seen > 20, "what was typed is shown somewhere"
