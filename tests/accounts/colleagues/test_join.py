"""The page behind an invitation's link: joining with a new login or with the one a person has."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.crypto import Vault
from app.main import create_app
from app.settings import Settings
from tests.accounts.arrange import email_of
from tests.conftest import SECRET
from tests.support import PASSWORD, Browser, Page

NEWCOMER = {"Your name": "Lee Okafor", "Password": PASSWORD}


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@practice.example"


def memberships_of(database: sa.Engine, email: str) -> list[tuple[Any, ...]]:
    query = sa.text(
        "SELECT pr.name, m.role, m.ended_at IS NULL FROM memberships m "
        "JOIN practitioners p ON p.id = m.practitioner_id JOIN practices pr ON pr.id = m.practice_id "
        "WHERE lower(p.email) = lower(:email) ORDER BY m.created_at"
    )
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(query, {"email": email})]


def header(page: Page) -> str:
    return " ".join(page.soup.find("header").get_text(" ").split())


def labels(page: Page) -> list[str]:
    return [" ".join(label.get_text().split()) for label in page.soup.find("main").find_all("label")]


def test_the_page_says_who_invites_to_which_practice_and_which_email(browser: Browser) -> None:
    browser.sign_up(name="Pat Nguyen", practice="Bayside Physio")
    email = new_email()
    page = browser.another().get(browser.invite(email))
    assert page.h1 == "Join Bayside Physio"
    assert "Pat Nguyen invites you" in page.text
    assert email in page.text
    assert labels(page) == ["Your name", "Password"]


def test_a_newcomer_joins_and_is_signed_in(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up(practice="Bayside Physio")
    email = new_email()
    colleague = browser.another()
    colleague.get(browser.invite(email))
    page = colleague.press("Join practice", **NEWCOMER)
    assert "You have joined the practice." in page.text
    assert "Lee Okafor" in header(page)
    assert "Bayside Physio" in header(page)
    assert memberships_of(database, email) == [("Bayside Physio", "practitioner", True)]
    again = browser.another()
    assert again.sign_in(email, target="/account/team").path == "/account/team"


def test_the_role_is_the_invitations_whatever_the_form_says(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    email = new_email()
    link = browser.invite(email)
    data = {"name": "Lee", "password": PASSWORD, "role": "owner", "email": "other@practice.example"}
    browser.another().post(link, data)
    assert [role for _practice, role, _active in memberships_of(database, email)] == ["practitioner"]
    assert memberships_of(database, "other@practice.example") == []


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"Your name": "", "Password": PASSWORD}, "name", "Enter your name."),
        ({"Your name": "Lee", "Password": ""}, "password", "Choose a password of at least 12 characters."),
        ({"Your name": "Lee", "Password": "short"}, "password", "This is too short"),
        ({"Your name": "Lee", "Password": "x" * 1001}, "password", "This is too long"),
        ({"Your name": "Lee Okafor", "Password": "okafor.lee.2026"}, "password", "This is easy to guess"),
    ],
)
def test_a_field_that_cannot_be_taken_has_a_sentence_and_the_link_stays_good(
    browser: Browser, fields: dict[str, str], name: str, sentence: str
) -> None:
    browser.sign_up()
    colleague = browser.another()
    colleague.get(browser.invite())
    page = colleague.press("Join practice", **fields)
    assert page.status == 422
    assert page.soup.find(id=f"f-{name}-error").get_text().startswith(sentence)
    assert page.soup.find("input", {"name": "name"})["value"] == fields["Your name"]
    assert colleague.press("Join practice", **NEWCOMER).path == "/account/settings"


def test_a_link_works_once(browser: Browser) -> None:
    browser.sign_up()
    link = browser.invite()
    colleague = browser.another()
    colleague.get(link)
    colleague.press("Join practice", **NEWCOMER)
    second = browser.another()
    page = second.get(link)
    assert page.status == 410
    assert "This invitation was used. If that was you, sign in" in page.text
    assert second.post(link, {"name": "Eve", "password": PASSWORD}).status == 410


def test_a_link_works_for_seven_days(settings: Settings, database_url: str) -> None:
    now = [datetime.now(UTC)]
    app = create_app(settings, database_url, clock=lambda: now[0])
    with TestClient(app, base_url="http://testserver") as server:
        browser = Browser(server)
        browser.sign_up()
        link = browser.invite()
        now[0] += timedelta(days=6, hours=23)
        assert browser.another().get(link).has_button("Join practice")
        now[0] += timedelta(hours=2)
        page = browser.another().get(link)
        assert page.status == 410
        assert "more than seven days old. Ask your colleague for a new one." in page.text
        assert browser.another().post(link, {"name": "Lee", "password": PASSWORD}).status == 410
        assert "/join/" not in str(browser.get("/account/team").content)


def test_forged_links_lead_nowhere(browser: Browser) -> None:
    browser.sign_up()
    token = browser.invite().removeprefix("/join/")
    vault = Vault([SECRET])
    forged = [
        # Not the last letter: some of its bits say nothing.
        token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:],
        token.partition(".")[0],
        str(uuid.uuid4()),
        Vault(["someone-elses-" + "s" * 40]).sign(str(uuid.uuid4()), purpose="invitation"),
        vault.sign(str(uuid.uuid4()), purpose="session-cookie"),
        vault.sign(str(uuid.uuid4()), purpose="invitation"),
        "x" * 5000,
        "%00",
    ]
    for other_token in forged:
        for page in (
            browser.another().get(f"/join/{other_token}"),
            browser.another().post(f"/join/{other_token}", {"name": "Eve", "password": PASSWORD}),
        ):
            assert page.status == 404
            assert "Copy the whole link again, or ask your colleague for a new one." in page.text


def test_of_two_racing_newcomers_with_one_link_one_joins(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    browser.sign_up()
    email = new_email()
    link = browser.invite(email)
    invitation_id = browser.page.soup.find("input", {"name": "invitation_id"})["value"]
    pages = race_to_join(
        database, wait_for_blocked, invitation_id, link, [(browser.another(), NEWCOMER), (browser.another(), NEWCOMER)]
    )
    assert sorted(page.status for page in pages) == [200, 410]
    assert len(memberships_of(database, email)) == 1


def test_of_two_racing_tabs_of_a_person_with_a_login_one_joins(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    browser.sign_up()
    person = browser.another()
    email = person.sign_up(practice="Hillside Rehab")
    link = browser.invite(email)
    invitation_id = browser.page.soup.find("input", {"name": "invitation_id"})["value"]
    fields = {"Password": PASSWORD}
    pages = race_to_join(
        database, wait_for_blocked, invitation_id, link, [(browser.another(), fields), (browser.another(), fields)]
    )
    assert sorted(page.status for page in pages) == [200, 410]
    assert len(memberships_of(database, email)) == 2


def race_to_join(
    database: sa.Engine,
    wait_for_blocked: Callable[[int], None],
    invitation_id: str,
    link: str,
    racers: list[tuple[Browser, dict[str, str]]],
) -> list[Page]:
    """Let each browser press Join practice, all held at the invitation's row, and let them go together."""
    for racer, _fields in racers:
        racer.get(link)
    with ThreadPoolExecutor() as pool, database.connect() as other:
        other.execute(sa.text("SELECT 1 FROM invitations WHERE id = :id FOR UPDATE"), {"id": invitation_id})
        joining = [pool.submit(racer.press, "Join practice", **fields) for racer, fields in racers]
        wait_for_blocked(len(racers))
        other.rollback()
        return [future.result() for future in joining]


def test_an_account_made_while_the_form_was_filled_in_is_asked_for_its_password(
    browser: Browser, database: sa.Engine, wait_for_blocked: Callable[[int], None]
) -> None:
    browser.sign_up()
    email = new_email()
    colleague = browser.another()
    colleague.get(browser.invite(email))
    with ThreadPoolExecutor() as pool, database.connect() as other:
        other.execute(
            sa.text("INSERT INTO practitioners (id, name, email, password_hash) VALUES (:id, 'First', :email, 'x')"),
            {"id": uuid.uuid4(), "email": email},
        )
        joining = pool.submit(colleague.press, "Join practice", **NEWCOMER)
        wait_for_blocked(1)
        other.commit()
        page = joining.result()
    assert page.status == 422
    assert "Your email now has an account." in page.text
    assert labels(page) == ["Password"]
    # The invitation was not used up by it.
    assert colleague.get(page.path).has_button("Join practice")


# With the login a person already has


def invited_person(browser: Browser) -> tuple[Browser, str, str]:
    """Return a browser signed in as someone of another practice, their email, and their invitation's path."""
    browser.sign_up(practice="Bayside Physio")
    person = browser.another()
    email = person.sign_up(name="Lee Okafor", practice="Hillside Rehab")
    return person, email, browser.invite(email)


def test_who_has_a_login_is_asked_for_its_password_only(browser: Browser, database: sa.Engine) -> None:
    _person, email, link = invited_person(browser)
    other = browser.another()
    page = other.get(link)
    assert labels(page) == ["Password"]
    assert "You already have a login" in page.text
    page = other.press("Join practice", Password=PASSWORD)
    assert "You have joined the practice." in page.text
    assert "Bayside Physio" in header(page)
    assert {name for name, _role, _active in memberships_of(database, email)} == {"Bayside Physio", "Hillside Rehab"}


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "Enter your Kinebridge password."),
        ("not the right password", "This does not match your Kinebridge password."),
    ],
)
def test_without_the_right_password_nobody_joins(
    browser: Browser, database: sa.Engine, password: str, sentence: str
) -> None:
    _person, email, link = invited_person(browser)
    other = browser.another()
    other.get(link)
    page = other.press("Join practice", Password=password)
    assert page.status == 422
    assert sentence in page.text
    assert other.cookies == {}
    assert len(memberships_of(database, email)) == 1
    assert other.press("Join practice", Password=PASSWORD).path == "/account/settings"


def test_a_name_and_password_do_not_take_over_an_existing_account(browser: Browser, database: sa.Engine) -> None:
    _person, email, link = invited_person(browser)
    other = browser.another()
    assert other.post(link, {"name": "Eve", "password": "a password of my own"}).status == 422
    assert len(memberships_of(database, email)) == 1


def test_who_is_signed_in_already_joins_with_one_button(browser: Browser) -> None:
    person, _email, link = invited_person(browser)
    page = person.get(link)
    assert labels(page) == []
    page = person.press("Join practice")
    assert "You have joined the practice." in page.text
    assert "Bayside Physio" in header(page)


def test_who_is_signed_in_as_someone_else_is_told_and_joins_as_the_invited(browser: Browser) -> None:
    browser.sign_up(name="Pat Nguyen")
    email = new_email()
    page = browser.get(browser.invite(email))
    assert f"You are signed in as Pat Nguyen. Joining signs this browser in as {email}." in page.text
    page = browser.press("Join practice", **NEWCOMER)
    assert "Lee Okafor" in header(page)


def test_joining_by_the_password_renews_the_session(browser: Browser) -> None:
    _person, email, link = invited_person(browser)
    stranger = browser.another()
    stranger.sign_up()
    before = dict(stranger.cookies)
    stranger.get(link)
    stranger.press("Join practice", Password=PASSWORD)
    assert email_of(stranger) == email
    old = browser.another()
    old.cookies = before
    assert old.get("/account/settings").path == "/sign-in"


def test_a_member_who_is_invited_by_an_older_link_keeps_their_role(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    email = new_email()
    colleague = browser.another()
    colleague.get(browser.invite(email))
    colleague.press("Join practice", **NEWCOMER)
    with database.begin() as connection:
        query = sa.text(
            "INSERT INTO invitations (id, practice_id, email, role, invited_by_id, created_at, expires_at) "
            "SELECT :id, practice_id, email, 'admin', invited_by_id, created_at, expires_at "
            "FROM invitations WHERE email = :email"
        )
        second = uuid.uuid4()
        connection.execute(query, {"id": second, "email": email})
    colleague.get("/join/" + Vault([SECRET]).sign(str(second), purpose="invitation"))
    colleague.press("Join practice")
    assert [role for _practice, role, _active in memberships_of(database, email)] == ["practitioner"]
