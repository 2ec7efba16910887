"""Assigning a program: one version, one PDF, one delivery, whatever is pressed how often."""

import io
import threading
from zoneinfo import ZoneInfo

import pypdf
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.orm import Session, undefer

from app.delivery.models import Delivery, Document
from app.locales import write_long_date
from app.pdf.document import ProgramDocument
from app.pdf.render import render
from app.programs.content import ProgramContent
from app.programs.models import Program, ProgramVersion
from tests.programs.arrange import add_client, assign_program, open_editor, set_practice, start_from_template
from tests.support import Browser, Clinic, Page

TITLE = "Knee: osteoarthritis and strength"


@pytest.fixture
def email(browser: Browser) -> str:
    """The email address of the signed-in practitioner."""
    return browser.sign_up(name="Pat Nguyen", practice="Bayside Physio")


@pytest.fixture
def client(database: sa.Engine, email: str) -> str:
    """The page of one of their clients, linked to a patient in Cliniko."""
    return add_client(database, email)


def versions_of(database: sa.Engine, client: str) -> list[ProgramVersion]:
    """Every version assigned to a client, in order."""
    with Session(database) as session:
        statement = (
            sa.select(ProgramVersion)
            .join(Program, Program.id == ProgramVersion.program_id)
            .where(Program.client_id == client.rpartition("/")[2])
            .order_by(ProgramVersion.assigned_at)
            .options(undefer(ProgramVersion.content))
        )
        return list(session.scalars(statement))


def count(database: sa.Engine, model: type[Delivery] | type[Document], client: str) -> int:
    """How many rows of this kind a client has."""
    with Session(database) as session:
        query = sa.select(sa.func.count()).select_from(model).where(model.client_id == client.rpartition("/")[2])
        return session.scalar(query) or 0


def read_pdf(browser: Browser, client: str, version: int = 1) -> tuple[Page, str]:
    """Download a version's PDF from the program's page and read its text."""
    browser.get(client)
    assert browser.page is not None
    program = next(a["href"] for a in browser.page.soup.select(".row-main a"))
    answer = browser.get(f"{program}/versions/{version}.pdf")
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    return answer, " ".join(text.split())


def test_template_to_assigned_takes_two_presses(browser: Browser, database: sa.Engine, client: str) -> None:
    page = assign_program(browser, client)
    assert page.path == client
    assert "The program is assigned." in page.text
    assert TITLE in page.text
    assert "Version 1" in page.text
    (version,) = versions_of(database, client)
    assert version.title == TITLE
    assert version.delivery_id is not None
    assert count(database, Delivery, client) == 1


def test_the_pdf_holds_names_doses_and_notes(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    browser.press(
        "Assign program", **{"Sets": "4", "Load": "2 kg", "Side": "left", "Note for this exercise": "Sit tall."}
    )
    answer, text = read_pdf(browser, client)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    assert ".pdf" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    for words in ("Ana Silva", "Pat Nguyen", "Bayside Physio", TITLE, "4 sets of 10, left side", "2 kg", "Sit tall."):
        assert words in text, words


def test_case_17_the_pdf_shows_the_preferred_name(browser: Browser, database: sa.Engine, email: str) -> None:
    client = add_client(database, email, first_name="Margaret", preferred_first_name="Peggy", last_name="Lô Đặng")
    assign_program(browser, client)
    assert "Peggy (Margaret) Lô Đặng" in read_pdf(browser, client)[1]


@pytest.mark.parametrize(("country", "width"), [("US", 612), ("CA", 612), ("AU", 595)])
def test_the_paper_is_the_one_of_the_country(
    browser: Browser, database: sa.Engine, email: str, client: str, country: str, width: int
) -> None:
    set_practice(database, email, country=country)
    assign_program(browser, client)
    answer, _ = read_pdf(browser, client)
    assert round(float(pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].mediabox.width)) == width


def test_the_date_is_the_practices_own(browser: Browser, database: sa.Engine, email: str, client: str) -> None:
    set_practice(database, email, time_zone="Pacific/Kiritimati")  # 14 hours ahead
    assign_program(browser, client)
    ahead = read_pdf(browser, client)[1]
    set_practice(database, email, time_zone="Pacific/Pago_Pago")  # 11 hours behind, so never on the same date
    assign_program(browser, client)
    behind = read_pdf(browser, client)[1]
    first, second = (version.assigned_at for version in versions_of(database, client))
    assert write_long_date(first.astimezone(ZoneInfo("Pacific/Kiritimati")).date()) in ahead
    assert write_long_date(second.astimezone(ZoneInfo("Pacific/Pago_Pago")).date()) in behind


def test_the_version_keeps_what_the_library_said_that_day(browser: Browser, database: sa.Engine, client: str) -> None:
    assign_program(browser, client)
    (version,) = versions_of(database, client)
    content = ProgramContent.from_data(version.content)
    first = content.exercises[0]
    assert first.slug == "seated-knee-extension"
    assert first.dose.sets == 3
    assert first.dose_words == "3 sets of 10, each side, hold 3 seconds, once a day, 5 days a week"
    assert len(first.steps) >= 3 and first.cautions and first.figure


def test_pressing_assign_twice_assigns_once(browser: Browser, database: sa.Engine, client: str) -> None:
    page = start_from_template(browser, client)
    browser.press("Assign program")
    browser.page = page
    again = browser.press("Assign program")
    assert again.path == client
    assert "The program is assigned." in again.text
    assert len(versions_of(database, client)) == 1
    assert count(database, Delivery, client) == 1
    assert count(database, Document, client) == 1


def test_two_assigns_at_the_same_moment_assign_once(browser: Browser, database: sa.Engine, client: str) -> None:
    page = start_from_template(browser, client)
    both = [browser.another(), browser.another()]
    for one in both:
        one.cookies, one.page = dict(browser.cookies), page
    ends: list[str] = []
    threads = [threading.Thread(target=lambda b=one: ends.append(b.press("Assign program").path)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert ends == [client, client]
    assert len(versions_of(database, client)) == 1
    assert count(database, Delivery, client) == 1


def test_a_stale_tab_assigns_nothing_and_shows_the_newer_program(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    old = start_from_template(browser, client)
    browser.press("Save draft", **{"Program title": "Newer title"})
    browser.page = old
    page = browser.press("Assign program", Sets="19")
    assert page.status == 409
    assert "changed somewhere else" in page.text
    assert "Sets: 19" in page.text
    assert versions_of(database, client) == []
    page = browser.press("Assign program")
    assert page.path == client
    assert [version.title for version in versions_of(database, client)] == ["Newer title"]


def test_a_tab_left_open_since_before_assigning_does_not_lose_or_assign_its_changes(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    old = start_from_template(browser, client)
    browser.press("Assign program")
    browser.page = old
    page = browser.press("Assign program", Sets="19")
    assert page.status == 409
    assert "Sets: 19" in page.text
    assert len(versions_of(database, client)) == 1


def test_an_outdated_page_does_not_begin_the_next_version_behind_somebodys_back(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    old = start_from_template(browser, client)
    browser.press("Assign program", Sets="19")
    browser.page = old
    page = browser.press("Save draft", **{"Note for the patient": "Typed in the old tab"})
    assert page.status == 409
    assert "Typed in the old tab" in page.text
    assert page.soup.select_one("#f-sets-0")["value"] == "19"
    page = browser.press("Save draft", **{"Note for the patient": "Typed again"})
    assert (page.status, page.soup.select_one("#f-sets-0")["value"]) == (200, "19")


def test_the_page_that_was_assigned_may_go_on_to_the_next_version(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    old = start_from_template(browser, client)
    browser.press("Assign program")
    browser.page = old
    page = browser.press("Add Chin tuck in sitting")
    assert page.status == 200 and len(page.soup.select(".item")) == len(old.soup.select(".item")) + 1
    assert "This becomes version 2" in page.text


def test_case_28_assigning_again_makes_a_version_that_says_which_it_replaces(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    assign_program(browser, client)
    browser.get(browser.page.link(TITLE))  # type: ignore[union-attr]  # the client page is open
    browser.press("Edit program")
    page = browser.press("Assign program", Sets="5")
    assert "Version 2" in page.text
    first, second = versions_of(database, client)
    assert (first.number, second.number) == (1, 2)
    assert first.document_id != second.document_id
    assert first.delivery_id != second.delivery_id
    assert "3 sets of 10" in read_pdf(browser, client, 1)[1]
    newer = read_pdf(browser, client, 2)[1]
    assert "Version 2, replaces version 1 of" in newer
    assert "5 sets of 10" in newer


def test_edit_program_brings_back_what_was_assigned(browser: Browser, client: str) -> None:
    start_from_template(browser, client)
    browser.press("Assign program", **{"Sets": "7", "Load": "red band", "Program title": "Mine"})
    browser.get(browser.page.link("Mine"))  # type: ignore[union-attr]  # the client page is open
    page = browser.press("Edit program")
    values = {field["name"]: field.get("value") for field in page.soup.select("#program input")}
    assert (values["title"], values["sets-0"], values["load-0"]) == ("Mine", "7", "red band")


def test_a_version_cannot_be_changed_or_deleted_in_the_database(
    browser: Browser, database: sa.Engine, client: str
) -> None:
    assign_program(browser, client)
    (version,) = versions_of(database, client)
    for statement in (
        sa.update(ProgramVersion).where(ProgramVersion.id == version.id).values(title="Other"),
        sa.delete(ProgramVersion).where(ProgramVersion.id == version.id),
    ):
        with Session(database) as session, pytest.raises(sa.exc.IntegrityError, match="never changed"):
            session.execute(statement)


def test_a_client_without_a_patient_in_cliniko_gets_the_program_without_a_delivery(
    browser: Browser, database: sa.Engine, email: str
) -> None:
    client = add_client(database, email, patient_id=None)
    page = assign_program(browser, client)
    assert "not linked to Cliniko" in page.text
    assert count(database, Document, client) == 1
    assert count(database, Delivery, client) == 0


def test_without_a_key_the_program_is_assigned_and_its_delivery_waits(browser: Browser, client: str) -> None:
    page = assign_program(browser, client)
    assert "as soon as a working API key is saved" in page.text
    assert "Needs a new key" in page.text
    assert page.link("Open Settings").startswith("/account/settings?next=%2Fclients%2F")


def test_case_21_a_role_known_not_to_add_files_is_told_at_once(clinic: Clinic, ana: Browser) -> None:
    """Not "on its way to Cliniko", where it cannot arrive."""
    clinic.ana.role = "scheduler"
    ana.get("/account/settings")
    ana.press("Check again")
    page = assign_program(ana, ana.open_patient(clinic.add_patient()).path)
    assert "Your role in Cliniko cannot add files, so its PDF stays here until the role changes." in page.text
    assert "on its way" not in page.text


def test_version_pdf_delivery_and_job_are_one_transaction(
    browser: Browser, app: FastAPI, database: sa.Engine, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_rest: object) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("app.programs.service.note_uses", fail)
    start_from_template(browser, client)
    assert browser.press("Assign program").status == 500
    assert versions_of(database, client) == []
    assert count(database, Document, client) == 0
    assert count(database, Delivery, client) == 0
    monkeypatch.undo()
    open_page = browser.get(browser.get(client).link("Continue"))
    assert open_page.status == 200
    assert browser.press("Assign program").path == client


def test_assigning_is_recorded_without_names(browser: Browser, database: sa.Engine, client: str) -> None:
    assign_program(browser, client)
    with database.connect() as connection:
        query = sa.text("SELECT detail FROM audit_events WHERE action = 'program.assigned' AND client_id = :id")
        (detail,) = connection.scalars(query, {"id": client.rpartition("/")[2]}).all()
    assert set(detail) == {"program_id", "version"}
    assert detail["version"] == 1


def test_an_endless_name_and_forty_exercises_are_assigned(browser: Browser, database: sa.Engine, email: str) -> None:
    client = add_client(database, email, first_name="Ὀ" * 255, last_name="漢" * 255)
    page = open_editor(browser, client)
    form = {"action": "assign", "title": "T" * 200, "note": "n " * 2000, "revision": "0"}
    page = browser.post(page.path, form | {f"slug-{n}": "bridge" for n in range(40)})
    assert page.path == client
    answer, _ = read_pdf(browser, client)
    assert answer.status == 200
    assert len(pypdf.PdfReader(io.BytesIO(answer.content)).pages) > 5


def test_other_pages_are_answered_while_a_pdf_is_drawn(
    browser: Browser, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def draw_slowly(document: ProgramDocument) -> bytes:
        begun.set()
        assert may_end.wait(20), "nothing was answered meanwhile"
        return render(document)

    monkeypatch.setattr("app.programs.service.render", draw_slowly)
    start_from_template(browser, client)
    other = browser.another()
    thread = threading.Thread(target=lambda: browser.press("Assign program"))
    thread.start()
    assert begun.wait(20)
    assert other.get("/healthz").status == 200
    may_end.set()
    thread.join(timeout=20)
    assert "Version 1" in browser.get(client).text
