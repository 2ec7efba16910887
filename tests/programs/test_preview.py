"""What is printed: a preview is what will be sent, with the practice's letterhead and the way to the patient's page."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pypdf
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.clock import Clock
from tests.programs.arrange import add_client, assign_program, start_from_template
from tests.support import Browser, Page

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """A day that does not pass."""
    return lambda: NOON


@pytest.fixture
def email(browser: Browser) -> str:
    """Who is signed in."""
    return browser.sign_up()


@pytest.fixture
def client(email: str, database: sa.Engine) -> str:
    """A client of the signed-in practitioner."""
    return add_client(database, email)


@pytest.fixture
def other_browser(server: TestClient) -> Iterator[Browser]:
    """Somebody else's browser."""
    yield Browser(server)


def read(answer: Page) -> str:
    """The text of a PDF, with the spaces of its lines put right."""
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    return " ".join(text.split())


def newest_pdf(browser: Browser, client: str) -> Page:
    """Download the newest version's PDF from the client's page."""
    browser.get(client)
    assert browser.page is not None
    return browser.get(browser.page.link("Download PDF"))


def home_address(answer: Page) -> str:
    """The address of the patient's page on a sheet."""
    found = re.search(r"/p/[a-z0-9]{20}", read(answer).replace(" ", ""))
    assert found, "no address on the sheet"
    return found[0]


def test_the_preview_is_byte_for_byte_what_is_sent(browser: Browser, client: str) -> None:
    editor = start_from_template(browser, client)
    preview = browser.press("Preview PDF")
    assert preview.headers["content-disposition"].startswith("inline")
    browser.get(editor.path)
    browser.press("Assign program")
    assert newest_pdf(browser, client).content == preview.content


def test_the_preview_shows_what_was_just_typed(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    assert "Knees for Ana" in read(browser.press("Preview PDF", **{"Program title": "Knees for Ana"}))


def test_while_a_preview_is_drawn_nobody_waits_for_it(
    browser: Browser, client: str, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[int] = []

    def draw(_document: object) -> bytes:
        with database.connect() as connection:
            connection.execute(sa.text("SELECT id FROM programs WHERE client_id = :id FOR UPDATE NOWAIT"), client_id)
            links = "SELECT count(*) FROM program_links JOIN programs p ON p.id = program_id WHERE client_id = :id"
            addresses.append(connection.execute(sa.text(links), client_id).scalar_one())
        return b"%PDF-"

    client_id = {"id": client.rpartition("/")[2]}
    start_from_template(browser, client)
    monkeypatch.setattr("app.programs.pdf_routes.render", draw)
    assert browser.press("Preview PDF").content == b"%PDF-"
    assert addresses == [1]  # stored already: who assigns at this moment finds the address it prints


def test_a_faulty_program_has_no_preview_but_says_what_is_missing(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    page = browser.press("Preview PDF", Sets="many")
    assert page.path.endswith("/edit")
    assert "Check this" in page.text


def test_nobody_else_sees_a_preview(browser: Browser, other_browser: Browser, client: str) -> None:
    preview = start_from_template(browser, client).path.removesuffix("edit") + "preview.pdf"
    other_browser.sign_up()
    assert browser.get(preview).status == 200
    assert other_browser.get(preview).status == 404


def test_the_sheet_carries_the_letterhead_and_the_title(
    browser: Browser, client: str, email: str, database: sa.Engine
) -> None:
    with database.begin() as connection:
        membership = (
            "SELECT m.id FROM memberships m JOIN practitioners p ON p.id = practitioner_id WHERE email = :email"
        )
        connection.execute(
            sa.text(f"UPDATE memberships SET title = 'APA' WHERE id IN ({membership})"), {"email": email}
        )
        connection.execute(
            sa.text(
                "INSERT INTO letterheads (practice_id, address, phone, footer, updated_at) SELECT practice_id, "
                "'1 Quay Street', '02 5550 1234', 'Closed on Sundays', now() FROM memberships m "
                "JOIN practitioners p ON p.id = practitioner_id WHERE email = :email"
            ),
            {"email": email},
        )
    assign_program(browser, client)
    text = read(newest_pdf(browser, client))
    for words in ("1 Quay Street", "Call us: 02 5550 1234", "Closed on Sundays", "Pat Nguyen, APA"):
        assert words in text


def test_the_address_on_the_sheet_stays_through_all_versions(
    browser: Browser, client: str, email: str, database: sa.Engine
) -> None:
    start_from_template(browser, add_client(database, email, first_name="Yan"))
    previewed = home_address(browser.press("Preview PDF"))
    assign_program(browser, client)
    first = home_address(newest_pdf(browser, client))
    browser.get(client)
    assert browser.page is not None
    browser.get(browser.page.link("Knee: osteoarthritis"))
    browser.press("Edit program")
    browser.press("Assign program", **{"Program title": "Knees, part two"})
    assert home_address(newest_pdf(browser, client)) == first != previewed  # another program, another address
