"""My account > Team: members, inviting a colleague, withdrawing an invitation."""

import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from app.accounts.colleagues.member_routes import CHANGES
from tests.leaving.arrange import end, membership_of
from tests.support import PASSWORD, Browser, Page


def new_email() -> str:
    return f"{uuid.uuid4().hex[:12]}@practice.example"


def join_links(page: Page) -> list[str]:
    values = [str(field.get("value")) for field in page.soup.find_all("input", readonly=True)]
    return [value for value in values if "/join/" in value]


def set_role(database: sa.Engine, email: str, role: str) -> None:
    query = sa.text(
        "UPDATE memberships SET role = :role FROM practitioners p "
        "WHERE p.id = memberships.practitioner_id AND p.email = :email"
    )
    with database.begin() as connection:
        connection.execute(query, {"role": role, "email": email})


def sentence_beside_email(page: Page) -> str:
    assert page.status == 422
    return " ".join(page.soup.find(id="f-email-error").get_text().split())


def test_every_member_sees_who_belongs_to_the_practice(browser: Browser) -> None:
    email = browser.sign_up(name="Pat Nguyen")
    colleague = browser.invite_colleague(name="Lee Okafor")
    for viewer in (browser, colleague):
        text = viewer.get("/account/team").text
        for words in ("Pat Nguyen", email, "Owner", "Lee Okafor", "Practitioner"):
            assert words in text


def test_a_large_team_is_searched_by_name_or_email(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.sign_up(name="Pat Nguyen")
    lee = browser.invite_colleague(name="Zoë Okafor")
    assert "Find a colleague" not in browser.get("/account/team").text
    monkeypatch.setattr("app.accounts.colleagues.team_routes.MOST_AT_A_GLANCE", 1)
    found = lee.get("/account/team?q=zoe").text
    assert "Find a colleague" in found and "Zoë Okafor (you)" in found and "Pat Nguyen" not in found
    assert "Nobody found" in browser.get("/account/team?q=nobody-of-ours").text


def test_inviting_shows_the_link_to_pass_on(browser: Browser) -> None:
    browser.sign_up()
    email = new_email()
    browser.get("/account/team")
    page = browser.press("Invite", **{"Colleague's email": email})
    assert page.path == "/account/team"
    assert "The invitation is ready." in page.text
    [link] = join_links(page)
    assert link.startswith("http://testserver/join/")
    assert email in page.text
    assert "Joins as practitioner" in page.text


def test_without_a_mail_server_nobody_is_told_that_an_invitation_was_emailed(browser: Browser) -> None:
    browser.sign_up()
    browser.invite(new_email())
    assert "No mail server is set up here, so share its link yourself." in browser.page.text
    page = browser.press("Send again")
    assert "The link works for seven more days. No mail server is set up here" in page.text
    assert "Not emailed, made" in page.text
    assert "on its way" not in page.text and "emailed again" not in page.text


def test_the_newest_invitation_stands_first(browser: Browser) -> None:
    browser.sign_up()
    first, second = new_email(), new_email()
    browser.invite(first)
    browser.invite(second)
    text = browser.page.text
    assert text.index(second) < text.index(first)
    assert len(join_links(browser.page)) == 2


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Enter an email address."),
        ("lee", "This does not look like an email address"),
        ("l" * 300 + "@practice.example", "This is too long"),
    ],
)
def test_an_address_that_cannot_be_taken_has_a_sentence_and_stays(browser: Browser, email: str, sentence: str) -> None:
    browser.sign_up()
    browser.get("/account/team")
    page = browser.press("Invite", **{"Colleague's email": email, "Role": "admin"})
    assert sentence_beside_email(page).startswith(sentence)
    assert page.soup.find("input", {"name": "email"})["value"] == email
    assert page.soup.find("option", selected=True)["value"] == "admin"
    assert join_links(page) == []


def test_a_role_that_is_not_offered_is_refused(browser: Browser) -> None:
    browser.sign_up()
    page = browser.post("/account/team", {"email": new_email(), "role": "owner"})
    assert page.status == 422
    assert "Choose a role from the list." in page.text


def test_inviting_a_member_is_refused_whatever_the_case(browser: Browser) -> None:
    email = browser.sign_up()
    browser.get("/account/team")
    page = browser.press("Invite", **{"Colleague's email": email.upper()})
    assert sentence_beside_email(page) == "This colleague already belongs to the practice."


def test_inviting_twice_is_refused_and_the_first_link_stays(browser: Browser) -> None:
    browser.sign_up()
    email = new_email()
    link = browser.invite(email)
    page = browser.press("Invite", **{"Colleague's email": email.title()})
    assert sentence_beside_email(page) == "This colleague is already invited: the link to pass on is on this page."
    assert browser.another().get(link).has_button("Join practice")


def test_a_colleague_of_another_practice_may_be_invited(browser: Browser) -> None:
    email = browser.sign_up()
    other = browser.another()
    other.sign_up(practice="Hillside Rehab")
    other.invite(email)
    assert "The invitation is ready." in other.page.text


def test_a_practitioner_cannot_invite_and_sees_no_links(browser: Browser) -> None:
    browser.sign_up()
    colleague = browser.invite_colleague()
    browser.invite()
    page = colleague.get("/account/team")
    assert not page.has_button("Invite")
    assert join_links(page) == []
    answer = colleague.post("/account/team", {"email": new_email()})
    assert answer.status == 403
    assert "Only an owner or admin of the practice can do this." in answer.text
    assert len(join_links(browser.get("/account/team"))) == 1


def test_a_practitioner_cannot_withdraw(browser: Browser) -> None:
    browser.sign_up()
    colleague = browser.invite_colleague()
    browser.invite()
    invitation_id = browser.page.soup.find("input", {"name": "invitation_id"})["value"]
    assert colleague.post("/account/team/withdraw", {"invitation_id": invitation_id}).status == 403


def test_an_admin_invites_too(browser: Browser) -> None:
    browser.sign_up()
    browser.get("/account/team")
    page = browser.press("Invite", **{"Colleague's email": new_email(), "Role": "admin"})
    admin = browser.another()
    admin.get(urlsplit(join_links(page)[0]).path)
    admin.press("Join practice", **{"Your name": "Lee Okafor", "Password": PASSWORD})
    assert "/join/" in admin.invite()


def test_a_withdrawn_invitation_no_longer_works(browser: Browser) -> None:
    browser.sign_up()
    email = new_email()
    link = browser.invite(email)
    page = browser.press(f"Withdraw the invitation of {email}")
    assert "The invitation is withdrawn." in page.text
    assert join_links(page) == []
    invited = browser.another().get(link)
    assert invited.status == 410
    assert "This invitation was withdrawn. Ask your colleague for a new one." in invited.text


def test_withdrawing_what_was_used_changes_nothing(browser: Browser) -> None:
    browser.sign_up()
    link = browser.invite()
    invitation_id = browser.page.soup.find("input", {"name": "invitation_id"})["value"]
    colleague = browser.another()
    colleague.get(link)
    colleague.press("Join practice", **{"Your name": "Lee Okafor", "Password": PASSWORD})
    page = browser.post("/account/team/withdraw", {"invitation_id": invitation_id})
    assert "Nothing was changed." in page.text
    assert "Lee Okafor" in page.text


@pytest.mark.parametrize("invitation_id", ["", "1", "\0", str(uuid.UUID(int=7))])
def test_an_unknown_invitation_cannot_be_withdrawn(browser: Browser, invitation_id: str) -> None:
    browser.sign_up()
    assert browser.post("/account/team/withdraw", {"invitation_id": invitation_id}).status == 404


def test_a_stranger_of_another_practice_can_neither_see_nor_withdraw_an_invitation(browser: Browser) -> None:
    browser.sign_up()
    email = new_email()
    link = browser.invite(email)
    invitation_id = browser.page.soup.find("input", {"name": "invitation_id"})["value"]
    stranger = browser.another()
    stranger.sign_up(practice="Hillside Rehab")
    assert email not in stranger.get("/account/team").text
    assert stranger.post("/account/team/withdraw", {"invitation_id": invitation_id}).status == 404
    assert browser.another().get(link).has_button("Join practice")


def test_a_member_who_left_may_be_invited_again(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    email = new_email()
    colleague = browser.another()
    colleague.get(browser.invite(email))
    colleague.press("Join practice", **{"Your name": "Lee Okafor", "Password": PASSWORD})
    with database.begin() as connection:
        query = sa.text(
            "UPDATE memberships SET ended_at = now() FROM practitioners p "
            "WHERE p.id = memberships.practitioner_id AND p.email = :email"
        )
        connection.execute(query, {"email": email})
    assert email not in browser.get("/account/team").text
    returning = browser.another()
    returning.get(browser.invite(email))
    assert returning.press("Join practice", Password=PASSWORD).path == "/account/settings"
    assert email in browser.get("/account/team").text


def test_who_invited_and_who_joined_is_recorded(browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    browser.invite_colleague()
    with database.connect() as connection:
        rows: list[Any] = list(
            connection.exec_driver_sql(
                "SELECT action, practitioner_id, practice_id, detail FROM audit_events "
                "WHERE action LIKE 'invitation.%%' ORDER BY id DESC LIMIT 2"
            )
        )
    accepted, made = rows
    assert (made.action, accepted.action) == ("invitation.made", "invitation.accepted")
    assert made.practice_id == accepted.practice_id
    assert made.practitioner_id != accepted.practitioner_id
    assert made.detail == accepted.detail
    assert list(made.detail) == ["invitation_id"]


def test_a_role_changed_to_and_fro_fills_no_mailbox(ana: Browser, database: sa.Engine) -> None:
    ana.invite_colleague(name="Kim Adler")
    id_ = membership_of(ana, "Kim Adler")
    for number in range(CHANGES.waits.free):
        role = ("admin", "practitioner")[number % 2]
        for _ in range(2):  # pressed twice, it is one change
            assert ana.post(f"/account/team/{id_}/role", {"role": role}).status == 200
    refused = ana.post(f"/account/team/{id_}/role", {"role": "admin"})
    assert refused.status == 429 and "changed many times just now" in refused.text and "Wait 1 minute" in refused.text
    subject = "Kinebridge: your access to a practice was changed"
    told = sa.text("SELECT count(*) FROM outgoing_mails WHERE text LIKE '%Kim Adler%' AND subject = :subject")
    with database.connect() as connection:
        assert connection.execute(told, {"subject": subject}).scalar_one() == CHANGES.waits.free
    ana.get(f"/account/team/{id_}")
    assert "no longer has access" in end(ana, "Kim Adler").text, "ending access is never held up"
