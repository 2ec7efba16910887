"""What the patient's page shows: the newest version, nothing else of the practice, and only to whom was let in."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Letterhead
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.programs.models import Program
from tests.programs.arrange import counted_queries
from tests.programs.home.arrange import Given, Now, give_another, give_program, open_home, set_content
from tests.support import Browser, Page

JPEG = b"\xff\xd8\xff\xe0 a photo"
MARK = "<img src=x onerror=alert(1)>\"'`{{7*7}}</title></textarea></script><script>alert(2)</script>"


def headings(page: Page) -> list[str]:
    return [" ".join(heading.get_text(" ").split()) for heading in page.soup.find_all("h3")]


def figures(page: Page) -> list[str]:
    return [str(image["src"]) for image in page.soup.select(".home-figure img")]


def test_the_page_shows_what_is_on_the_sheet(phone: Browser, given: Given) -> None:
    page = phone.get(given.path)
    assert page.h1 == "Knee: osteoarthritis and strength"
    assert "Bayside Physio" in page.text
    assert "For Ana , from Pat Nguyen . 25 Nov 2026." in page.text
    assert headings(page)[:2] == ["1 Knee straightening in sitting", "2 Sit to stand"]
    for words in ("3 sets of 8, once a day", "Put a firm chair against a wall", "A higher seat makes it easier."):
        assert words in page.text
    assert len(figures(page)) == 7


def test_no_more_of_the_client_than_the_first_name_and_nothing_of_others_is_shown(
    browser: Browser, database: sa.Engine
) -> None:
    columns: dict[str, Any] = {"last_name": "Featherstonehaugh", "email": "ana@patients.example", "pronouns": "she/her"}
    given = give_program(browser, database, first_name="Anastasia", preferred_first_name="Ana", **columns)
    give_program(browser.another(), database, last_name="Quillfeather")
    page = open_home(given).get(given.path)
    ids = (given.client.rpartition("/")[2], given.program.rpartition("/")[2])
    for words in ("Anastasia", "Featherstonehaugh", "Quillfeather", "patients.example", "she/her", "1961", *ids):
        assert words not in page.content.decode(), words
    assert "Sign out" not in page.text and page.soup.find("nav", class_="site-nav") is None


def test_the_practices_telephone_and_its_warning_are_at_hand(given: Given, phone: Browser, database: sa.Engine) -> None:
    with Session(database) as session, session.begin():
        practice_id = session.scalars(
            sa.select(Program.practice_id).where(Program.id == given.program.rpartition("/")[2])
        ).one()
        session.add(Letterhead(practice_id=practice_id, phone="(02) 9876 5432", updated_at=datetime.now(UTC)))
    page = phone.get(given.path)
    assert page.link("Call (02) 9876 5432") == "tel:0298765432"
    assert "Stop and call us if your knee becomes hot" in page.text


def test_the_same_address_shows_the_newest_version(given: Given, phone: Browser) -> None:
    before = given.link_page()
    given.revise(Sets="6")
    page = phone.get(given.path)
    assert "6 sets of 10" in page.text and "3 sets of 10" not in page.text
    assert "Version 2, 25 Nov 2026." in page.text
    assert given.link_page().text == before.text


def test_the_code_stays_the_same_when_the_program_is_edited(browser: Browser, database: sa.Engine) -> None:
    given = give_program(browser, database, born=None)
    code = given.code
    given.revise(Sets="6")
    assert given.code == code
    assert "6 sets of 10" in open_home(given, code).get(given.path).text


def test_changes_that_were_not_assigned_yet_are_not_shown(given: Given, phone: Browser) -> None:
    given.member.get(given.program)
    given.member.press("Edit program")
    given.member.press("Save draft", Sets="9")
    assert "9 sets" not in phone.get(given.path).text


def test_a_program_that_was_never_assigned_has_no_page(browser: Browser, database: sa.Engine) -> None:
    given = give_program(browser, database)
    browser.get(given.client)
    draft = browser.press("New program").path.removesuffix("/edit")
    assert browser.get(f"{draft}/home").status == 404


@pytest.mark.parametrize(("column", "words"), [("paused_at", "is paused"), ("ended_at", "has ended")])
def test_a_program_that_was_stopped_says_so_and_takes_no_more_ticks(
    given: Given, phone: Browser, database: sa.Engine, now: Now, column: str, words: str
) -> None:
    given.set_state(database, **{column: now()})
    now.move(days=1)
    page = phone.get(given.path)
    assert f"This program {words}. Ask Pat Nguyen before you go on with it." in page.text
    assert "Sit to stand" in page.text
    assert not page.soup.select("[name=done]") and not page.has_button("Save")


def test_search_engines_are_kept_away_everywhere(given: Given, phone: Browser) -> None:
    stranger = given.member.another()
    for page in (stranger.get(given.path), stranger.get("/p/nowhere"), phone.get(given.path)):
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        robots = page.soup.find("meta", attrs={"name": "robots"})
        assert robots is not None and robots["content"] == "noindex, nofollow"


def test_pages_are_kept_by_nobody_on_the_way_and_tell_other_sites_nothing(given: Given, phone: Browser) -> None:
    for page in (given.member.another().get(given.path), phone.get(given.path)):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")


def test_the_page_asks_the_database_little(given: Given, phone: Browser) -> None:
    with counted_queries(phone) as queries:
        phone.get(given.path)
    assert len(queries) <= 3, queries


def test_the_worker_that_keeps_the_page_offline_governs_patients_pages_only(phone: Browser) -> None:
    worker = phone.get("/p/offline.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"  # a newer one is found at once
    assert "service-worker-allowed" not in worker.headers  # so its scope is /p/ at most


def test_figures_are_for_who_was_let_in_and_may_stay_in_the_phone(given: Given, phone: Browser) -> None:
    (address, *_) = figures(phone.get(given.path))
    figure = phone.get(address)
    assert figure.headers["content-type"] == "image/svg+xml"
    assert figure.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert "Knee straightening in sitting" in figure.content.decode()
    for visitor in (given.member, given.member.another()):
        assert visitor.get(address).status == 404
    assert phone.get(f"{given.path}/figures/0123456789ab.svg").status == 404


def test_figures_are_those_of_the_newest_version(given: Given, phone: Browser) -> None:
    (first, *_) = figures(phone.get(given.path))
    given.remove_first_exercise()
    assert first not in figures(phone.get(given.path))
    assert phone.get(first).status == 404


def add_photo(database: sa.Engine, given: Given) -> str:
    """Add a photo to an exercise of the practice of a program; return its id."""
    with Session(database) as session, session.begin():
        program = session.get_one(Program, uuid.UUID(given.program.rpartition("/")[2]))
        exercise_id = session.scalars(sa.select(ExerciseRecord.id).limit(1)).one()
        photo = ExercisePhoto(
            id=uuid.uuid4(),
            practice_id=program.practice_id,
            exercise_id=exercise_id,
            place=0,
            content=JPEG,
            width=4,
            height=3,
            created_at=datetime.now(UTC),
        )
        session.add(photo)
        return str(photo.id)


def test_photos_of_own_exercises_are_shown_to_who_was_let_in(given: Given, phone: Browser, database: sa.Engine) -> None:
    shown, other = add_photo(database, given), add_photo(database, given)
    set_content(database, given, photo_ids=[shown])
    page = phone.get(given.path)
    address = f"{given.path}/photos/{shown}.jpg"
    assert address in [image["src"] for image in page.soup.find_all("img")]
    assert not figures(page)
    answer = phone.get(address)
    assert (answer.content, answer.headers["content-type"]) == (JPEG, "image/jpeg")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert phone.get(f"{given.path}/photos/{other}.jpg").status == 404  # of the practice, but not of this program
    assert given.member.another().get(address).status == 404
    neighbour = give_another(given.member, given.email, given.client)
    assert open_home(neighbour).get(address.replace(given.path, neighbour.path)).status == 404


def test_a_photo_of_another_practice_is_never_served(given: Given, phone: Browser, database: sa.Engine) -> None:
    elsewhere = give_program(given.member.another(), database)
    foreign = add_photo(database, elsewhere)
    set_content(database, given, photo_ids=[foreign])
    assert phone.get(f"{given.path}/photos/{foreign}.jpg").status == 404


def test_markup_in_a_program_is_shown_as_it_was_typed(given: Given, phone: Browser, database: sa.Engine) -> None:
    set_content(database, given, name=MARK, steps=[MARK], cautions=[MARK], note=MARK, feels_like=MARK)
    phone.post(f"{given.path}/days/2026-11-25", {"comment": MARK, "version": "1"})
    page = phone.get(given.path)
    assert not page.soup.select("img[src='x'], [onerror]")
    assert all(script.get("src") or script["type"] == "application/json" for script in page.soup.find_all("script"))
    assert page.text.count("onerror=alert(1)>") >= 35
    figure = phone.get(figures(page)[0])
    assert b"<script" not in figure.content and b"<img" not in figure.content


def test_text_of_either_direction_is_written_from_its_own_side(given: Given, phone: Browser) -> None:
    page = phone.get(given.path)
    for selector in ("h1", ".home-note", ".steps", ".cautions", "#comment", "h3 > [dir]"):
        found = page.soup.select_one(selector)
        assert found is not None and found["dir"] == "auto", selector
    assert page.soup.find("bdi") is not None


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (datetime(2026, 11, 25, 12, 59, tzinfo=UTC), "Australia/Sydney", "Today, Wednesday 25 November"),
        (datetime(2026, 11, 25, 13, 1, tzinfo=UTC), "Australia/Sydney", "Today, Thursday 26 November"),
        (datetime(2026, 11, 25, 13, 1, tzinfo=UTC), "America/Los_Angeles", "Today, Wednesday 25 November"),
    ],
)
def test_today_is_the_practices_day(
    browser: Browser, database: sa.Engine, now: Now, moment: datetime, zone: str, words: str
) -> None:
    now.moment = moment
    given = give_program(browser, database, zone=zone, born=date(1961, 3, 27))
    assert words in open_home(given).get(given.path).text
