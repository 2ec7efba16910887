"""Running a team in a real browser: inviting by mail, joining, and working in two practices on a phone."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.looks.judge import px_too_wide
from tests.processes import wait_until

PASSWORD = "a boat that sails at noon"
PHONE = {"width": 390, "height": 844}


def sign_up(page: Page, address: str, name: str, practice: str) -> str:
    """Make a practice and return the address its owner signs in with."""
    email = f"{name.split()[0].lower()}@team.example"
    page.goto(f"{address}/sign-up")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Practice name").fill(practice)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_label("Cliniko API key")).to_be_visible()
    return email


def mailed_link(log: Path, email: str) -> str:
    """The link of the invitation that was mailed to an address; the demo prints its mails."""
    mail = re.compile(rf"^To: {re.escape(email)}$.*?^(http://\S+/join/\S+)$", re.M | re.S)
    wait_until(lambda: mail.search(log.read_text()) is not None, "the invitation is mailed")
    found = mail.search(log.read_text())
    assert found
    return found[1]


def test_a_colleague_invited_by_mail_joins_and_changes_between_practices_on_a_phone(
    demo: tuple[str, str], demo_log: Path, chrome: Browser
) -> None:
    address, _cliniko = demo
    owner = chrome.new_context().new_page()
    phone = chrome.new_context(viewport=PHONE).new_page()
    sign_up(owner, address, "Rosa Lind", "Hillside Rehab")
    email = sign_up(phone, address, "Kim Adler", "Adler and Daughters Physiotherapy and Sports Medicine")

    owner.goto(f"{address}/account/team")
    owner.get_by_label("Colleague's email").fill(email)
    owner.get_by_label("Role").select_option("admin")
    owner.get_by_role("button", name="Invite").click()
    expect(owner.locator("main")).to_contain_text("The invitation is ready. No mail server is set up here")

    phone.goto(mailed_link(demo_log, email))
    expect(phone.locator("main")).to_contain_text("Rosa Lind invites you")
    phone.get_by_role("button", name="Join practice").click()
    expect(phone.locator("main")).to_contain_text("You have joined the practice.")

    phone.goto(f"{address}/account/team")
    expect(phone.locator("main")).to_contain_text("People at Hillside Rehab")
    for practice in ("Adler and Daughters Physiotherapy and Sports Medicine", "Hillside Rehab"):
        phone.locator("header summary").click()
        expect(phone.get_by_role("button", name=practice)).to_be_visible()
        assert px_too_wide(phone) <= 0
        phone.get_by_role("button", name=practice).click()
        expect(phone.locator("main")).to_contain_text(f"People at {practice}")
        expect(phone.locator("header summary")).to_contain_text(practice)
        assert re.search(r"/account/team\?", phone.url)
        assert px_too_wide(phone) <= 0

    owner.goto(f"{address}/account/team")
    owner.get_by_role("link", name="Manage Kim Adler").click()
    owner.get_by_role("link", name="Remove").click()
    owner.get_by_role("button", name="Remove Kim Adler").click()
    expect(owner.locator("main")).to_contain_text("no longer has access to this practice")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("People at Adler and Daughters")
    expect(phone.locator("header summary")).to_have_count(0)
