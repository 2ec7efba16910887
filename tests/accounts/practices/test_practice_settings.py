"""My account > Practice: name, country, time zone, paper and the word for patients."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Membership, Practice, Practitioner
from app.demo.patients import DemoClinics
from tests.accounts.letterheads import example
from tests.programs.arrange import counted_queries
from tests.support import Browser, Page

PAGE = "/account/practice/settings"
LETTER = [612, 792]


def change(browser: Browser, **fields: Any) -> Page:
    """Fill in fields by label and press the button."""
    browser.get(PAGE)
    return browser.press("Save changes", **fields)


def value(page: Page, name: str) -> str:
    """What a field or a list has chosen."""
    found = page.soup.find(id=f"f-{name}")
    assert found is not None
    return str((found.find("option", selected=True) if found.name == "select" else found)["value"])


def paper(browser: Browser) -> list[float]:
    return [float(side) for side in example(browser).pages[0].mediabox[2:]]


def recorded(database: sa.Engine, email: str) -> list[list[str]]:
    """The fields of each recorded change in the person's practice, oldest first."""
    query = sa.text(
        "SELECT detail->'fields' FROM audit_events WHERE action = 'practice.settings_saved' AND "
        "practice_id = (SELECT active_practice_id FROM practitioners WHERE email = :email) ORDER BY id"
    )
    with database.connect() as connection:
        return list(connection.execute(query, {"email": email}).scalars())


def test_an_owner_changes_what_the_practice_says_of_itself(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up(practice="Bayside Physio")
    page = change(browser, **{"Practice name": " Harbour  Physio ", "Country": "US", "Time zone": "perth"})
    assert "Your changes are saved." in page.text
    assert page.soup.find(class_="who-practice").get_text() == "Harbour Physio"
    assert [value(page, name) for name in ("name", "country", "time_zone")] == [
        "Harbour Physio",
        "US",
        "Australia/Perth",
    ]
    assert "Times are those of Australia/Perth." in browser.get("/account/security").text
    assert recorded(database, email) == [["name", "country", "time_zone"]]
    browser.get("/account/activity")
    assert "changed the practice's settings: name, country, time zone." in browser.page.text


def test_paper_is_that_of_the_country_unless_the_practice_says_otherwise(browser: Browser) -> None:
    browser.sign_up(country="AU")
    assert paper(browser) != LETTER
    change(browser, Country="CA")
    assert paper(browser) == LETTER
    change(browser, Paper="A4")
    assert paper(browser) != LETTER
    change(browser, Country="AU", Paper="Letter")
    assert paper(browser) == LETTER


def test_what_the_practice_has_set_outlives_the_next_key_and_given_up_cliniko_counts_again(
    browser: Browser, clinics: DemoClinics, database: sa.Engine
) -> None:
    email = browser.sign_up()
    assert "Cliniko's is used: not known yet." in browser.get(PAGE).text
    clinics.harbour.patient_word = "client"
    browser.save_key(clinics.practitioner_1.key)
    page = change(browser)
    assert "Nothing was changed." in page.text
    assert "as in Cliniko: Australia/Sydney." in page.text and "As in Cliniko: client" in page.text
    change(browser, **{"Time zone": "Europe/Dublin", "Word for patients": "patient"})
    browser.save_key(clinics.practitioner_1.key)
    with Session(database) as session:  # as lists of practices read it
        query = sa.select(Practice.time_zone, Practice.patient_word).join(Membership).join(Practitioner)
        assert session.execute(query.where(Practitioner.email == email)).one() == ("Europe/Dublin", "patient")
    colleague = browser.invite_colleague()
    assert "Europe/Dublin" in colleague.get(PAGE).text and "Word for patients Patient" in colleague.page.text
    change(browser, **{"Time zone": "", "Word for patients": ""})
    assert "Australia/Sydney" in colleague.get(PAGE).text and "Word for patients Client" in colleague.page.text


def test_colleagues_read_it_and_cannot_change_it(browser: Browser) -> None:
    browser.sign_up(practice="Bayside Physio")
    colleague = browser.invite_colleague()
    page = colleague.get(PAGE)
    assert "Owners and admins of the practice can change this." in page.text
    assert not page.has_button("Save changes") and "How long activity is kept" not in page.text
    tabs = page.soup.find("nav", class_="tabs")
    assert tabs is not None and "Practice" not in tabs.get_text() and "Practice" in browser.get(PAGE).text
    assert colleague.post(PAGE, {"name": "Mine now", "country": "AU"}).status == 403
    assert value(browser.get(PAGE), "name") == "Bayside Physio"


@pytest.mark.parametrize(
    ("label", "name", "typed", "sentence"),
    [
        ("Practice name", "name", " ", "Enter the name of your practice."),
        ("Practice name", "name", "a" * 201, "at most 200 characters"),
        ("Country", "country", "ZZ", "Choose a country from the list."),
        ("Time zone", "time_zone", "Atlantis", "This time zone is not known."),
        ("Paper", "paper", "A3", "Choose one from the list."),
        ("Word for patients", "patient_word", "punter", "Choose one from the list."),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field_and_nothing_is_saved(
    browser: Browser, database: sa.Engine, label: str, name: str, typed: str, sentence: str
) -> None:
    email = browser.sign_up()
    page = change(browser, **{"Time zone": "Dublin", label: typed})
    assert page.status == 422
    assert sentence in page.soup.find(id=f"f-{name}-error").get_text()
    assert recorded(database, email) == []


def test_a_form_made_in_another_practice_changes_nothing(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    stale = {"name": "Wrong", "country": "AU", "made_by": "5f0c0b43-8d2b-4d43-8f0e-4f3f0a3f4c11"}
    page = browser.post(PAGE, stale)
    assert page.status == 409 and "another practice" in page.text
    assert recorded(database, email) == []


def test_of_two_owners_who_change_it_at_once_the_second_is_shown_what_the_first_saved(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    email = browser.sign_up(practice="Bayside Physio")
    other_tab = browser.another()
    other_tab.cookies = dict(browser.cookies)
    for tab in (browser, other_tab):
        tab.get(PAGE)
    row = "SELECT 1 FROM practices WHERE id = (SELECT active_practice_id FROM practitioners WHERE email = :email)"
    with ThreadPoolExecutor() as pool:
        with database.begin() as holder:
            holder.execute(sa.text(f"{row} FOR UPDATE"), {"email": email})
            saving = [
                pool.submit(tab.press, "Save changes", **{"Practice name": name, "Country": "NZ"})
                for tab, name in ((browser, "First Physio"), (other_tab, "Second Physio"))
            ]
            wait_for_blocked(2)
        pages = [future.result() for future in saving]
    assert sorted(page.status for page in pages) == [200, 409]
    late, tab = next((page, tab) for page, tab in zip(pages, (browser, other_tab), strict=True) if page.status == 409)
    lost = {"First Physio": "Second Physio", "Second Physio": "First Physio"}[value(late, "name")]
    assert f"Practice name: {lost}" in late.text and "Country:" not in late.text
    assert tab.press("Save changes").status == 200
    assert recorded(database, email) == [["name", "country"], ["name"]]


def test_pressing_twice_saves_once(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    shown = browser.get(PAGE)
    browser.press("Save changes", Country="NZ")
    browser.page = shown
    assert "Nothing was changed." in browser.press("Save changes", Country="NZ").text
    assert recorded(database, email) == [["country"]]


def test_it_leads_to_all_else_that_a_practice_decides(browser: Browser) -> None:
    browser.sign_up()
    colleague = browser.invite_colleague()
    for who, count in ((browser, 6), (colleague, 3)):
        links = [str(link["href"]) for link in who.get(PAGE).soup.select("ul.rows a")]
        assert len(links) == count
        assert [who.get(link.partition("#")[0]).status for link in links] == [200] * count


def test_the_page_asks_the_database_little(browser: Browser) -> None:
    browser.sign_up()
    with counted_queries(browser) as queries:
        assert browser.get(PAGE).status == 200
    assert len(queries) <= 2, queries
