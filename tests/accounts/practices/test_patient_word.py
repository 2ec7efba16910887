"""A practice's own word for those it treats stands on all of its pages, and the other one on none."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.guidance import PAGES
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, Page, send_pdf

# Names that Cliniko gives to parts of itself.
CLINIKOS = re.compile(r"Connected patient apps")


def words_on(page: Page) -> str:
    """All that a page says, to screen readers too."""
    told = [page.soup.get_text(" ")]
    for name in ("aria-label", "placeholder", "title", "alt"):
        told += [str(element[name]) for element in page.soup.find_all(attrs={name: True})]
    return CLINIKOS.sub("", " ".join(" ".join(told).split()))


def pages(ana: Browser, ben: Browser, clinic: Clinic) -> Iterator[Page]:
    """Every kind of page on which somebody who is treated can be named."""
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27")
    yield ana.get("/clients")
    client = ana.open_patient(patient).path
    yield ana.get(client)
    yield ana.get("/clients/new")
    yield ben.open_patient(patient)
    yield ana.open_patient("404404")
    yield ana.open_patient("no-number")
    editor = start_from_template(ana, client)
    yield editor
    program = editor.path.removesuffix("/edit")
    yield ana.press("Save draft")
    yield ana.get(f"{program}/copy")
    yield ana.get(f"{program}/discard")
    ana.get(editor.path)
    yield ana.press("Assign program")
    yield ana.get(program)
    yield ana.get(f"{program}/home")
    send_pdf(ana, client)
    yield ana.get("/deliveries")
    yield ana.get(f"{client}/record")
    yield ana.get(f"{client}/edit")
    yield ana.get("/templates/knee-osteoarthritis")
    yield ana.get("/templates/knee-osteoarthritis/use")
    yield ana.get("/exercises/new")
    for path in ("settings", "sharing", "team", "letterhead", "alerts", "activity"):
        yield ana.get(f"/account/{path}")
    yield ana.get("/guide")
    for each in PAGES:
        yield ana.get(each.path)


@pytest.mark.parametrize(("word", "other"), [("client", "patient"), ("patient", "client")])
def test_the_practices_word_is_used_everywhere(
    word: str, other: str, ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    clinic.account.patient_word = word
    ana.save_key(clinic.ana.key)
    used = 0
    for page in pages(ana, ben, clinic):
        assert page.status in (200, 400, 404), page.url
        told = words_on(page)
        found = re.search(rf".{{0,60}}\b{other}s?\b.{{0,60}}", told, re.IGNORECASE)
        assert found is None, f"{page.path}: {found[0]}"
        used += bool(re.search(rf"\b{word}s?\b", told, re.IGNORECASE))
    assert used >= 20
