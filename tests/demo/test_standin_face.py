"""The stand-in's web face shows patients, the button and the files, and obeys no markup."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.demo.patients import ARCHIVED, OLIVIA, OLIVIA_TWICE, fill
from tests.demo.world import NO_TLS, PDF, World
from tests.fakes.cliniko import FakeCliniko


@pytest.fixture
def demo() -> Iterator[tuple[FakeCliniko, httpx.Client]]:
    with FakeCliniko(app_url="http://127.0.0.1:9999/open/cliniko") as fake:
        fill(fake.state)
        with httpx.Client(base_url=fake.url, verify=NO_TLS) as web:
            yield fake, web


def test_the_button_leads_to_the_app_url_with_the_patient_id_alone(demo: Any) -> None:
    _, web = demo
    page = web.get(f"/patients/{OLIVIA}").text
    assert f'href="http://127.0.0.1:9999/open/cliniko?patient_id={OLIVIA}"' in page
    assert "Open in Kinebridge" in page
    assert "Cliniko stand-in (demo)" in page


def test_every_patient_of_the_demo_has_a_page(demo: Any) -> None:
    fake, web = demo
    for patient in fake.state.patients.values():
        assert web.get(f"/patients/{patient.id}").status_code == 200
        assert web.get(f"/patients/{patient.id}/files").status_code == 200


def test_markup_in_a_name_is_shown_and_not_obeyed(demo: Any) -> None:
    _, web = demo
    page = web.get("/").text
    assert "&lt;b&gt;Bold&lt;/b&gt; Robin &amp; Co" in page
    assert "<b>" not in page


@pytest.mark.parametrize("q", ["王", "الزهراني", "πΑΠΑΔ", "hương nguyễn", "ใจดี", "peggy", "o'brien"])
def test_patients_are_found_by_any_name_in_any_script(demo: Any, q: str) -> None:
    _, web = demo
    assert web.get("/", params={"q": q}).text.count('href="/patients/') == 1


def test_the_clinics_are_kept_apart(demo: Any) -> None:
    _, web = demo
    assert "Castellano" not in web.get("/").text
    assert "Castellano" in web.get("/", params={"clinic": "riverside-podiatry"}).text


def test_the_demo_has_one_archived_and_one_merged_patient(demo: Any) -> None:
    fake, web = demo
    assert fake.state.patients[ARCHIVED].archived_at is not None
    assert f'href="/patients/{OLIVIA}"' in web.get(f"/patients/{OLIVIA_TWICE}").text
    longest = max(len(patient.last_name) for patient in fake.state.patients.values())
    assert longest == 255


def test_the_files_tab_waits_for_processing_and_then_opens_the_pdf(world: World) -> None:
    page = f"/patients/{world.patient.id}/files"
    record = world.add_file("Exercises <1>")
    waiting = world.web.get(page).text
    assert 'http-equiv="refresh"' in waiting
    assert "Processing" in waiting
    assert f"{page}/{record['id']}" not in waiting
    assert world.web.get(f"{page}/{record['id']}").status_code == 404
    world.state.processing_polls = 0
    ready = world.web.get(page).text
    assert 'http-equiv="refresh"' not in ready
    assert "Exercises &lt;1&gt;" in ready
    assert f'href="{page}/{record["id"]}"' in ready
    opened = world.web.get(f"{page}/{record['id']}")
    assert opened.content == PDF
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.headers["content-disposition"].startswith("inline")


def test_a_file_that_is_no_pdf_is_not_opened_in_the_browser(world: World) -> None:
    world.state.processing_polls = 0
    post = world.presign()
    sent = {"file": ("x.html", b"<script>", "text/html")}
    key = ElementTree.fromstring(world.web.post(post["url"], data=post["fields"], files=sent).content).findtext(
        "Key", ""
    )
    record = world.record(post["url"] + key).json()
    world.api.get(record["links"]["self"])
    opened = world.web.get(f"/patients/{world.patient.id}/files/{record['id']}")
    assert opened.headers["content-disposition"].startswith("attachment")


def test_unknown_and_deleted_patients_have_no_page(demo: Any) -> None:
    fake, web = demo
    fake.state.delete_patient(OLIVIA)
    assert [web.get(f"/patients/{which}").status_code for which in ("1", OLIVIA)] == [404, 404]
    assert OLIVIA not in web.get("/").text
