"""Importing by the pages: the dry run, the import, and what happens in between."""

import threading
import uuid

import pytest
import sqlalchemy as sa
from bs4 import Tag

from app.exercises.exchange import routes, service
from app.exercises.exchange.columns import COLUMNS
from tests.exercises.exchange.samples import entry, packed, picture
from tests.exercises.exchange.sending import IMPORT, count, own_names, press_import, rows, send, send_bytes
from tests.support import Browser, Page

FILE = """Name,Purpose,Regions,Goal,Colour
Bridge,Lifts,Low back,Strength,red
Squat,Bends,knee,Fame,
bridge,Again,,,
Plank,,,,
"""


@pytest.fixture
def ana(browser: Browser) -> Browser:
    """Somebody who owns a practice here."""
    browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")
    return browser


@pytest.fixture
def ben(ana: Browser) -> Browser:
    """A colleague of Ana's."""
    return ana.invite_colleague(name="Ben Cole")


def test_the_page_documents_every_column_and_gives_an_empty_file(ana: Browser) -> None:
    page = ana.get(IMPORT)
    for column in COLUMNS:
        assert column.header in page.text and column.says in page.text
    assert "Low back" in page.text and "1,000 exercises and 50 MB" in page.text
    empty = ana.get(page.link("empty CSV"))
    assert empty.content.decode("utf-8-sig").strip() == ",".join(column.header for column in COLUMNS)
    assert 'attachment; filename="exercises.csv"' in empty.headers["content-disposition"]
    assert "Send" not in send_bytes(ana, empty.content).h1
    assert ana.get("/exercises").link("Import and export") == IMPORT


def test_the_dry_run_lists_each_row_and_writes_nothing(ana: Browser) -> None:
    page = send(ana, FILE)
    assert rows(page, "add") == [("2", "Bridge", "Only for you"), ("5", "Plank", "Only for you")]
    assert rows(page, "refuse") == [
        ("3", "Squat", "Goal: “Fame” is not in the list of this column."),
        ("4", "bridge", "Row 2 has the same name."),
    ]
    assert "To be added: 2" in page.text and "Refused: 2" in page.text
    assert "“Colour”" in page.text
    assert page.has_button("Import 2 exercises")
    assert own_names(ana) == []


def test_the_import_does_what_the_dry_run_said_and_says_so(ana: Browser) -> None:
    send(ana, FILE)
    page = press_import(ana)
    assert page.h1 == "Import done"
    assert "2 exercises were imported." in page.text
    assert [row[1] for row in rows(page, "refuse")] == ["Squat", "bridge"]
    assert own_names(ana) == ["Bridge", "Plank"]
    page = ana.get("/exercises?only=own&q=bridge")
    shown = ana.get(str(page.soup.select(".exercise-card h2 a")[0]["href"]))
    assert "Lifts" in shown.text and "Strength" in shown.text


def test_a_second_import_of_the_same_file_changes_nothing(ana: Browser) -> None:
    text = "Name,Purpose\nBridge,Lifts\n"
    send(ana, text)
    press_import(ana)
    page = send(ana, text)
    assert [row[1] for row in rows(page, "same")] == ["Bridge"]
    assert "There is nothing to import" in page.text
    assert not any(button.get_text().startswith("Import ") for button in page.soup.find_all("button"))


def test_a_known_exercise_is_changed_in_place(ana: Browser) -> None:
    send(ana, "Name,Purpose\nBridge,Lifts\n")
    press_import(ana)
    page = send(ana, "Name,Purpose,Sets\nBRIDGE,Holds,3\n")
    assert rows(page, "change") == [("2", "BRIDGE", "Name, Purpose, Dose")]
    press_import(ana)
    assert own_names(ana) == ["BRIDGE"]


def test_pressing_twice_imports_once(ana: Browser) -> None:
    first = send(ana, "Name\nBridge\n")
    press_import(ana)
    ana.page = first
    page = press_import(ana)
    assert page.h1 == "Import done" and "1 exercise was imported." in page.text
    assert own_names(ana) == ["Bridge"]


def press_at_once(*waiting: tuple[Browser, Page]) -> list[int]:
    """Press the import buttons of these pages at one moment and return the statuses, in order."""
    answers: list[int] = []

    def press(browser: Browser, page: Page) -> None:
        form = page.soup.find("form", class_="action-bar")
        assert isinstance(form, Tag)
        data = {str(field["name"]): str(field["value"]) for field in form.find_all("input")}
        answers.append(browser.send("POST", str(form["action"]), data=data).status)

    threads = [threading.Thread(target=press, args=pair) for pair in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(answers)


def test_two_presses_at_once_import_once(ana: Browser) -> None:
    page = send(ana, "Name\n" + "".join(f"Exercise {number}\n" for number in range(30)))
    assert press_at_once((ana, page), (ana, page), (ana, page)) == [303, 303, 303]
    assert len(own_names(ana)) == 30


def test_two_colleagues_who_import_the_same_name_at_once_make_one_exercise(ana: Browser, ben: Browser) -> None:
    text = "Name,Shared\n" + "".join(f"Exercise {number},yes\n" for number in range(30))
    assert press_at_once((ana, send(ana, text)), (ben, send(ben, text))) == [303, 409]
    assert len(own_names(ana)) == 30


def test_what_changed_meanwhile_is_said_before_anything_is_imported(ana: Browser, ben: Browser) -> None:
    send(ana, "Name,Purpose\nBridge,Lifts\nSquat,Bends\n")
    press_import(ana)
    text = "Name,Purpose,Shared\nBridge,Holds,\nPlank,Still,\n"
    waiting = send(ana, text)
    send(ben, "Name,Shared\nPlank,yes\n")
    press_import(ben)
    ana.page = waiting
    page = press_import(ana)
    assert page.status == 409
    assert "nothing was imported yet" in page.text
    # Ana runs the team, so she may change what Ben has shared; the row that would have added now changes.
    assert rows(page, "change") == [("2", "Bridge", "Purpose"), ("3", "Plank Changed meanwhile", "Purpose")]
    assert "Holds" not in ana.get("/exercises?only=own&q=bridge").text
    ana.page = page
    assert "2 exercises were imported." in press_import(ana).text


def test_an_edit_meanwhile_is_not_overwritten_unseen(ana: Browser) -> None:
    send(ana, "Name,Purpose\nBridge,Lifts\n")
    press_import(ana)
    waiting = send(ana, "Name,Purpose\nBridge,Holds\n")
    slug = ana.get("/exercises?only=own").link("Bridge")
    ana.get(f"{slug}/edit")
    ana.press("Save exercise", **{"What it is for": "Mine"})
    ana.page = waiting
    page = press_import(ana)
    assert page.status == 409
    assert rows(page, "change") == [("2", "Bridge Changed meanwhile", "Purpose")]
    assert "Mine" in ana.get(slug).text


def test_a_failure_half_way_imports_nothing(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    send(ana, "Name\nBridge\nSquat\nPlank\n")
    waiting = ana.page
    real, calls = service.create, []

    async def fail_at_third(*arguments: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError
        return await real(*arguments, **more)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(service, "create", fail_at_third)
    assert press_import(ana).status == 500
    assert own_names(ana) == []
    monkeypatch.undo()
    ana.page = waiting
    press_import(ana)
    assert own_names(ana) == ["Bridge", "Plank", "Squat"]


def test_imported_ones_are_private_unless_the_person_shares_them(ana: Browser, ben: Browser) -> None:
    send(ben, "Name,Shared\nMine,\nOurs,yes\n", shares="no")
    press_import(ben)
    assert own_names(ana) == ["Ours"]
    page = send(ben, "Name,Shared\nBridge,\nSecret,no\n", shares="yes")
    assert [row[1:] for row in rows(page, "add")] == [("Bridge", "For the whole practice"), ("Secret", "Only for you")]
    press_import(ben)
    assert own_names(ana) == ["Bridge", "Ours"]
    assert own_names(ben) == ["Bridge", "Mine", "Ours", "Secret"]


def test_a_practitioner_cannot_change_a_colleagues_exercise_by_import(ana: Browser, ben: Browser) -> None:
    send(ana, "Name,Purpose\nBridge,Lifts\n", shares="yes")
    press_import(ana)
    page = send(ben, "Name,Purpose\nBridge,Hacked\n")
    assert "only they can change it" in rows(page, "refuse")[0][2]


def test_private_exercises_of_a_colleague_do_not_show_through(ana: Browser, ben: Browser) -> None:
    send(ana, "Name,Purpose\nSecret,Lifts\n")
    press_import(ana)
    page = send(ben, "Name,Purpose\nSecret,Other\n")
    assert [row[1] for row in rows(page, "add")] == ["Secret"]


def test_an_import_is_its_members_alone(ana: Browser, ben: Browser) -> None:
    address = send(ana, "Name\nBridge\n").url
    stranger = ana.another()
    stranger.sign_up(practice="Riverside Podiatry")
    for who in (ben, stranger):
        for method in ("GET", "POST"):
            assert who.send(method, address, data={} if method == "POST" else None).status == 404
    assert own_names(ana) == []
    assert ana.get(f"{IMPORT}/{uuid.uuid4()}").status == 404


def test_a_newer_file_takes_the_place_of_one_that_waits_and_of_old_ones(ana: Browser, database: sa.Engine) -> None:
    first = send(ana, "Name\nBridge\n").url
    second = send(ana, "Name\nSquat\n").url
    assert ana.get(first).status == 404
    press_done = ana.get(second)
    ana.page = press_done
    press_import(ana)
    send(ana, "Name\nPlank\n")
    assert ana.get(second).h1 == "Import done"
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE exercise_imports SET created_at = created_at - interval '2 days'")
    send(ana, "Name\nLunge\n")
    assert ana.get(second).status == 404
    assert count(database, "exercise_imports") == 1


def test_a_form_of_another_practice_is_refused(ana: Browser) -> None:
    page = send_bytes(ana, b"Name\nBridge\n", made_by=str(uuid.uuid4()))
    assert page.status == 409


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Choose a file first."),
        (b"Goal\nStrength\n", "names no column “Name”"),
        (b"Name\n", "no exercises below"),
        (b"%PDF-1.7 ...", "This is a PDF."),
        (picture(), "This is a picture."),
        (b"PK\x03\x04 nothing", "The zip is damaged"),
        (b'{"name": "Bridge"}', "must be an array"),
        (b"Name\n" + b"Bridge\n" * 1001, "more than 1,000 exercises"),
        (b"Name\n" + b"x" * (10 * 1024 * 1024), "at most 10 MB"),
        (packed([]), "holds no exercises"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(ana: Browser, content: bytes, words: str) -> None:
    page = send_bytes(ana, content, name="" if not content else "exercises.csv")
    assert page.status == 422
    error = page.soup.find(id="f-file-error")
    assert error is not None and words in error.get_text()


def test_an_excel_workbook_and_a_zip_without_a_list_are_refused_in_words(ana: Browser) -> None:
    workbook = packed([entry()], **{"[Content_Types].xml": b"<Types/>"})
    assert "Save the sheet as “CSV UTF-8”" in send_bytes(ana, workbook).text
    twice = packed([entry()], **{"old/exercises.json": b"[]"})
    assert "2 files named exercises.json" in send_bytes(ana, twice).text


def test_more_than_the_limit_is_refused_before_it_is_kept(ana: Browser) -> None:
    page = ana.send("POST", IMPORT, data={}, headers={"content-length": str(routes.MOST_BODY_BYTES + 1)})
    assert page.status == 413
    page = ana.send("POST", "/exercises/new", data={}, headers={"content-length": str(2 * 1024 * 1024)})
    assert page.status == 413


def test_a_file_above_the_limit_is_named(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_UPLOAD_BYTES", 1024 * 1024)
    assert "larger than 1 MB" in send_bytes(ana, b"Name\n" + b"x" * 1024 * 1024).text


def test_names_and_texts_are_shown_as_text(ana: Browser) -> None:
    page = send(ana, 'Name,Purpose\n"<script>alert(1)</script>","<img src=x>"\n', name="<b>.csv")
    assert not [script for script in page.soup.find_all("script") if not script.has_attr("src")]
    assert "<script>alert(1)</script>" in rows(page, "add")[0][1]


def test_nobody_imports_or_exports_without_signing_in(browser: Browser) -> None:
    for path in (
        IMPORT,
        f"{IMPORT}/{uuid.uuid4()}",
        f"{IMPORT}/empty.csv",
        "/exercises/export.csv",
        "/exercises/export.zip",
    ):
        answer = browser.send("GET", path)
        assert answer.status == 303 and answer.headers["location"].startswith("/sign-in")
    assert send_bytes(browser, b"Name\nBridge\n").path == "/sign-in"
