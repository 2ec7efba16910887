"""A person of several practices works in one at a time and changes it from any page."""

import uuid

import pytest
import sqlalchemy as sa

from app.accounts.signing_in.switching import page_there
from tests.support import PASSWORD, Browser


def person_of_two_practices(browser: Browser) -> tuple[Browser, str]:
    """Return a browser signed in as someone of Hillside Rehab and Bayside Physio, who works in the latter."""
    browser.sign_up(practice="Bayside Physio")
    person = browser.another()
    email = person.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    person.get(browser.invite(email))
    person.press("Join practice")
    return person, email


def active_practice(browser: Browser) -> str:
    page = browser.get("/account/team")
    return " ".join(page.soup.find("summary").get_text(" ").split()).removeprefix("Practice: ")


def test_the_header_changes_the_practice(browser: Browser) -> None:
    person, _email = person_of_two_practices(browser)
    assert active_practice(person) == "Bayside Physio"
    page = person.press("Hillside Rehab")
    assert "You are now working in the practice named at the top of the page." in page.text
    assert active_practice(person) == "Hillside Rehab"
    assert "Pat Nguyen" not in person.page.text


def test_the_choice_is_kept_for_the_next_sign_in(browser: Browser) -> None:
    person, email = person_of_two_practices(browser)
    person.press("Hillside Rehab")
    again = browser.another()
    again.sign_in(email)
    assert active_practice(again) == "Hillside Rehab"


def test_practices_are_offered_in_the_order_of_their_names(browser: Browser) -> None:
    person, _email = person_of_two_practices(browser)
    menu = person.get("/account/team").soup.find("details")
    assert [button.get_text() for button in menu.find_all("button")] == ["Bayside Physio", "Hillside Rehab"]


def test_the_page_stays_and_the_change_is_on_record_there(browser: Browser) -> None:
    person, _email = person_of_two_practices(browser)
    person.get("/templates?notice=saved")
    page = person.press("Hillside Rehab")
    assert page.path == "/templates" and "You are now working in the practice" in page.text
    assert "Lee Okafor switched to this practice." in person.get("/account/activity").text
    person.get("/account/activity")
    assert person.press("Bayside Physio").path == "/account/settings", "activity is for who runs the practice"
    person.press("Bayside Physio")
    assert browser.get("/account/activity").text.count("Lee Okafor switched to this practice.") == 1


@pytest.mark.parametrize(
    ("page", "there"),
    [
        ("/clients", "/clients"),
        ("/clients?q=hart", "/clients"),
        (f"/clients/{uuid.UUID(int=7)}", "/clients"),
        (f"/clients/{uuid.UUID(int=7)}/programs/{uuid.UUID(int=8)}/edit", "/clients"),
        ("/clients/new", "/clients/new"),
        ("/exercises/bridge", "/exercises"),
        ("/deliveries?state=key", "/deliveries"),
        ("/account/sharing", "/account/sharing"),
        (f"/account/team/{uuid.UUID(int=7)}/remove", "/account/team"),
        ("/account/activity?kind=client", "/account/settings"),
        ("/account/security/two-factor", "/account/security"),
        ("/open/cliniko?patient_id=12", "/open/cliniko?patient_id=12"),
        ("/", "/today"),
        ("/p/nowhere", "/today"),
    ],
)
def test_in_another_practice_one_comes_to_the_same_page_or_the_nearest_above(page: str, there: str) -> None:
    assert page_there(page) == there


def test_changing_leads_to_a_page_of_our_own_only(browser: Browser) -> None:
    person, _email = person_of_two_practices(browser)
    practice_id = person.get("/account/team").soup.find("details").find_all("button")[1]["value"]
    data = {"practice_id": practice_id, "next": "/account/sharing"}
    answer = person.send("POST", "/account/practice", data=data)
    assert answer.headers["location"] == "/account/sharing?notice=practice-changed"
    answer = person.send("POST", "/account/practice", data={**data, "next": "//evil.example"})
    assert answer.headers["location"] == "/today?notice=practice-changed"


@pytest.mark.parametrize("practice_id", ["", "1", "\0", str(uuid.UUID(int=7))])
def test_a_practice_nobody_knows_cannot_be_chosen(browser: Browser, practice_id: str) -> None:
    person, _email = person_of_two_practices(browser)
    assert person.post("/account/practice", {"practice_id": practice_id}).status == 404
    assert active_practice(person) == "Bayside Physio"


def test_a_strangers_practice_cannot_be_chosen(browser: Browser, database: sa.Engine) -> None:
    person, email = person_of_two_practices(browser)
    stranger = browser.another()
    stranger_email = stranger.sign_up(practice="Strangers")
    query = sa.text("SELECT active_practice_id FROM practitioners WHERE email = :email")
    with database.connect() as connection:
        practice_id = connection.execute(query, {"email": stranger_email}).scalar_one()
    assert person.post("/account/practice", {"practice_id": str(practice_id)}).status == 404
    with database.connect() as connection:
        assert connection.execute(query, {"email": email}).scalar_one() != practice_id


def test_a_practice_one_has_left_cannot_be_chosen_and_is_not_offered(browser: Browser, database: sa.Engine) -> None:
    person, email = person_of_two_practices(browser)
    practice_id = person.get("/account/team").soup.find("details").find_all("button")[0]["value"]
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE memberships SET ended_at = now() WHERE practice_id = :id AND role = 'practitioner'"),
            {"id": practice_id},
        )
    page = person.get("/account/team")
    assert "Bayside Physio" not in page.soup.find("header").get_text()
    assert page.soup.find("details") is None
    assert person.post("/account/practice", {"practice_id": practice_id}).status == 404
    again = browser.another()
    assert again.sign_in(email, PASSWORD, target="/account/team").path == "/account/team"
