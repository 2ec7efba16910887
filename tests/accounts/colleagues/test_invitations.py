"""Invitations are mailed, listed with their times, sent again and withdrawn."""

import re
import uuid

import pytest
import sqlalchemy as sa

from app.settings import Settings
from tests.clients.arrange import run_beside
from tests.delivery.arrange import query
from tests.fakes.smtp import FakeSmtp
from tests.programs.home.arrange import Now
from tests.support import PASSWORD, Browser, Page


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def clock(now: Now) -> Now:
    return now


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


@pytest.fixture
def lee(browser: Browser) -> str:
    """The address of a colleague whom Pat has invited to Bayside Physio."""
    browser.sign_up(name="Pat Nguyen")
    email = f"lee-{uuid.uuid4().hex[:12]}@practice.example"
    browser.invite(email)
    return email


def mailed_links(browser: Browser, smtp: FakeSmtp) -> list[str]:
    """The links of all mails that were sent, in order."""
    browser.run_jobs()
    found = [re.search(r"^http://testserver(/join/\S+)$", str(mail.get_content()), re.M) for mail in smtp.messages]
    return [match[1] for match in found if match]


def send_again(browser: Browser, email: str) -> Page:
    browser.get("/account/team")
    return browser.press(f"Send the invitation of {email} again")


def join(browser: Browser, link: str) -> Page:
    return browser.post(link, {"name": "Lee Okafor", "password": PASSWORD})


def test_an_invitation_is_mailed_with_the_link_and_says_who_invites_to_what(
    browser: Browser, lee: str, smtp: FakeSmtp
) -> None:
    (link,) = mailed_links(browser, smtp)
    (mail,) = smtp.messages
    assert mail["To"] == lee and mail["Subject"] == "Kinebridge: you are invited to a practice"
    assert "Pat Nguyen invites you to work in the practice Bayside Physio" in mail.get_content()
    assert join(browser.another(), link).path == "/account/settings"


def test_the_list_says_when_an_invitation_was_mailed_and_runs_out(
    browser: Browser, lee: str, now: Now, database: sa.Engine
) -> None:
    assert browser.page is not None and "The invitation is on its way by email." in browser.page.text
    text = browser.get("/account/team").text
    assert "Emailed 25 Nov 2026, 12:00 pm. Joins as practitioner, until 2 Dec 2026, 12:00 pm." in text
    now.move(days=8)
    page = browser.get("/account/team")
    assert f"{lee} Emailed 25 Nov 2026, 12:00 pm. Expired 2 Dec 2026, 12:00 pm." in page.text
    assert "/join/" not in page.content.decode()
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE invitations SET expires_at = expires_at - interval '30 days' WHERE email = :e"), {"e": lee}
        )
    assert lee not in browser.get("/account/team").text


@pytest.mark.parametrize("days", [6, 10])
def test_sent_again_old_and_new_link_work_for_seven_more_days(
    days: int, browser: Browser, lee: str, smtp: FakeSmtp, now: Now
) -> None:
    (first,) = mailed_links(browser, smtp)
    now.move(days=days)
    assert "Its link works for seven more days." in send_again(browser, lee).text
    second = mailed_links(browser, smtp)[1]
    now.move(days=6)
    for link in (second, first):
        assert browser.another().get(link).has_button("Join practice")
    assert join(browser.another(), first).path == "/account/settings"
    assert browser.another().get(second).status == 410


def test_an_address_gets_three_mails_and_then_one_now_and_then_whoever_invites(
    browser: Browser, lee: str, smtp: FakeSmtp, now: Now
) -> None:
    for _ in range(2):
        assert "emailed again" in send_again(browser, lee).text
    assert "Nothing was emailed" in send_again(browser, lee).text
    other = browser.another()
    other.sign_up(practice="Hillside Rehab")
    other.invite(lee)
    assert (
        other.page is not None and "ready, but was not emailed" in other.page.text and "Not emailed" in other.page.text
    )
    assert len(mailed_links(browser, smtp)) == 3
    now.move(minutes=21)
    assert "emailed again" in send_again(other, lee).text


def test_what_was_answered_or_withdrawn_is_not_sent_again(browser: Browser, lee: str, smtp: FakeSmtp) -> None:
    browser.get("/account/team")
    assert browser.page is not None
    field = browser.page.soup.find("input", {"name": "invitation_id"})
    assert field is not None
    browser.press(f"Withdraw the invitation of {lee}")
    page = browser.post("/account/team/send-again", {"invitation_id": field["value"]})
    assert "Nothing was changed." in page.text
    assert len(mailed_links(browser, smtp)) == 1


def test_a_new_invitation_takes_the_place_of_one_that_ran_out(browser: Browser, lee: str, now: Now) -> None:
    now.move(days=8)
    link = browser.invite(lee)
    assert browser.page is not None and len(browser.page.soup.find_all("label", string=f"Link for {lee}")) == 1
    assert "Ran out" not in browser.page.text
    assert join(browser.another(), link).path == "/account/settings"


def test_a_stranger_or_a_practitioner_sends_nothing_again(browser: Browser, lee: str, smtp: FakeSmtp) -> None:
    page = browser.get("/account/team")
    field = page.soup.find("input", {"name": "invitation_id"})
    assert field is not None
    stranger, colleague = browser.another(), browser.invite_colleague(name="Ben Cole")
    stranger.sign_up(practice="Hillside Rehab")
    sent = {"invitation_id": field["value"]}
    assert stranger.post("/account/team/send-again", sent).status == 404
    assert colleague.post("/account/team/send-again", sent).status == 403
    assert len([mail for mail in smtp.messages if mail["To"] == lee]) == 0
    browser.run_jobs()
    assert len([mail for mail in smtp.messages if mail["To"] == lee]) == 1


@pytest.mark.parametrize("first", ["join", "withdraw"])
def test_of_accepting_and_withdrawing_at_once_the_first_counts(
    first: str, browser: Browser, lee: str, database: sa.Engine
) -> None:
    page = browser.get("/account/team")
    field = page.soup.find("input", {"name": "invitation_id"})
    found = re.search(r"/join/[\w.-]+", page.content.decode())
    assert field is not None and found
    calls = {
        "join": lambda: join(browser.another(), found[0]),
        "withdraw": lambda: browser.post("/account/team/withdraw", {"invitation_id": field["value"]}),
    }
    with database.begin() as connection:
        connection.execute(sa.text("SELECT 1 FROM invitations WHERE id = :id FOR UPDATE"), {"id": field["value"]})
        order = [first, *(calls.keys() - {first})]
        answers = run_beside(database, *(calls[name] for name in order))
        connection.commit()
        joined, withdrawn = (dict(zip(order, answers(), strict=True))[name] for name in ("join", "withdraw"))
    ((accepted_at, withdrawn_at),) = query(
        database, "SELECT accepted_at, withdrawn_at FROM invitations WHERE id = :id", id=field["value"]
    )
    if first == "join":
        assert accepted_at and not withdrawn_at
        assert joined.path == "/account/settings" and "Nothing was changed." in withdrawn.text
    else:
        assert withdrawn_at and not accepted_at
        assert joined.status == 410 and "withdrawn" in joined.text and "is withdrawn" in withdrawn.text
    assert ("Lee Okafor" in browser.get("/account/team").text) == (first == "join")
