"""A practice has one owner, who passes the ownership on to a colleague with the password; both are told by mail."""

import pytest

from app.settings import Settings
from tests.fakes.smtp import FakeSmtp
from tests.leaving.arrange import email_of, membership_of
from tests.support import PASSWORD, Browser, Page

PAGE = "/account/team/ownership"


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    return smtp.settings(settings)


@pytest.fixture
def owner(browser: Browser) -> Browser:
    browser.sign_up(name="Pat Nguyen")
    return browser


@pytest.fixture
def lee(owner: Browser) -> Browser:
    return owner.invite_colleague(name="Lee Okafor")


def pass_on(owner: Browser, lee: str, password: str = PASSWORD) -> Page:
    owner.get("/account/team")
    assert owner.page is not None
    page = owner.get(owner.page.link("Transfer ownership"))
    choice = next(o["value"] for o in page.soup.find_all("option") if o.get_text().startswith(lee))
    return owner.press("Transfer ownership", **{"New owner": choice, "Your password": password})


def test_the_owner_passes_the_ownership_on_and_is_an_admin_then(owner: Browser, lee: Browser, smtp: FakeSmtp) -> None:
    page = pass_on(owner, "Lee Okafor")
    assert page.path == "/account/team" and "You are now an admin." in page.text
    assert "Pat Nguyen (you) " in page.text and owner.get(PAGE).status == 404
    assert lee.get(PAGE).status == 200
    lee.get(f"/account/team/{membership_of(lee, 'Pat Nguyen')}")
    assert lee.page is not None and lee.page.has_button("Save role")
    owner.run_jobs()
    told = {mail["To"]: str(mail.get_content()) for mail in smtp.messages}
    new, former = email_of(lee), email_of(owner)
    assert "Hello Lee Okafor" in told[new] and "Pat Nguyen transferred ownership of the practice Bayside" in told[new]
    assert "You are now an admin there." in told[former]
    record = lee.get("/account/activity").text
    assert "Pat Nguyen transferred ownership of the practice to Lee Okafor." in record


def test_nothing_is_passed_on_with_a_wrong_password_or_to_nobody(owner: Browser, lee: Browser, smtp: FakeSmtp) -> None:
    page = pass_on(owner, "Lee Okafor", "wrong")
    assert page.status == 422 and "This does not match your password." in page.text
    chosen = page.soup.find("option", selected=True)
    assert chosen is not None and chosen.get_text().startswith("Lee Okafor"), "the choice stays"
    stranger = owner.another()
    stranger.sign_up(practice="Hillside Rehab")
    away = membership_of(owner, "Lee Okafor")
    owner.post(f"/account/team/{away}/deactivate")
    for colleague in ("", "1", away):
        answer = owner.post(PAGE, {"colleague": colleague, "password": PASSWORD})
        assert answer.status == 422 and "Choose a colleague from the list." in answer.text
    assert owner.get(PAGE).status == 200
    owner.run_jobs()
    assert not any("ownership" in str(mail["Subject"]) for mail in smtp.messages)


def test_for_all_but_the_owner_there_is_no_such_page(owner: Browser, lee: Browser) -> None:
    owner.get(f"/account/team/{membership_of(owner, 'Lee Okafor')}")
    owner.press("Save role", **{"Role at": "admin"})
    assert "Transfer ownership" not in lee.get("/account/team").text
    mine = {"colleague": membership_of(owner, "Lee Okafor"), "password": PASSWORD}
    assert lee.get(PAGE).status == lee.post(PAGE, mine).status == 404
    assert "Invite a colleague under Team first." in alone(owner)


def alone(owner: Browser) -> str:
    other = owner.another()
    other.sign_up(practice="Hillside Rehab")
    return other.get(PAGE).text
