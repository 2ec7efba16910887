"""My account > Settings: what stands after a practitioner's name on programs."""

import sqlalchemy as sa

from tests.accounts.letterheads import example_words, recorded, sentence, value
from tests.support import Browser, Clinic


def test_everyone_sets_their_own_title_and_it_is_printed_after_the_name(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up(name="Pat Nguyen")
    colleague = browser.invite_colleague(name="Lee Okafor")
    colleague.get("/account/settings")
    page = colleague.press("Save title", **{"Your title": "  Physiotherapist,  APA "})
    assert "Your title is saved." in page.text
    assert value(page, "title") == "Physiotherapist, APA"
    assert "Prepared by Lee Okafor, Physiotherapist, APA" in example_words(colleague)
    assert value(browser.get("/account/settings"), "title") == ""
    assert "APA" not in example_words(browser)
    assert recorded(database, email) == ["member.title_saved"]


def test_a_title_is_of_one_practice(browser: Browser) -> None:
    browser.sign_up(practice="Bayside Physio")
    person = browser.another()
    email = person.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    person.post("/account/settings/title", {"title": "Director"})
    person.get(browser.invite(email))
    person.press("Join practice")
    assert value(person.get("/account/settings"), "title") == ""
    person.press("Hillside Rehab")
    assert value(person.get("/account/settings"), "title") == "Director"


def test_a_title_that_is_too_long_stays_to_be_shortened(browser: Browser) -> None:
    browser.sign_up()
    page = browser.post("/account/settings/title", {"title": "x" * 101})
    assert sentence(page, "title") == "This is too long: use at most 100 characters."
    assert value(page, "title") == "x" * 101
    assert value(browser.get("/account/settings"), "title") == ""


def test_saving_a_key_leaves_the_title_alone(ana: Browser, clinic: Clinic) -> None:
    ana.post("/account/settings/title", {"title": "Physiotherapist"})
    ana.post("/account/settings", {"api_key": clinic.ana.key})
    assert value(ana.get("/account/settings"), "title") == "Physiotherapist"
