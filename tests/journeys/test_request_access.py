"""A colleague's patient is asked for, given by the link in the owner's mail, and opened."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from app.demo.run import EMAILS
from tests.journeys.test_pages import PHONE
from tests.looks.judge import px_too_wide, violations
from tests.processes import wait_until

JAMES = "52817"  # opened in this journey alone


def new_page(chrome: Browser, **more: object) -> Page:
    page = chrome.new_context(reduced_motion="reduce", **more).new_page()  # type: ignore[arg-type]  # playwright's own
    page.set_default_timeout(20_000)
    return page


def test_case_6_from_a_colleagues_patient_to_opening_them_with_leave(
    demo: tuple[str, str], demo_log: Path, chrome: Browser, sign_in: Callable[..., None]
) -> None:
    address = demo[0]
    amara, ben = new_page(chrome), new_page(chrome, viewport=PHONE)
    amara.goto(f"{address}/open/cliniko?patient_id={JAMES}")
    sign_in(amara)
    amara.get_by_role("link", name="Who can see this patient").click()
    amara.get_by_role("combobox", name="Colleague").select_option(index=1)
    amara.get_by_label("Cannot see the patient").check()
    amara.get_by_role("button", name="Save changes").click()
    expect(amara.locator("main")).to_contain_text("Cannot see this patient. Chosen for this patient only")

    ben.goto(f"{address}/open/cliniko?patient_id={JAMES}")
    sign_in(ben, EMAILS[1])
    expect(ben.get_by_role("heading", level=1)).to_have_text("A colleague has added this patient")
    assert violations(ben) == [] and px_too_wide(ben) <= 0
    ben.get_by_role("button", name="Request access").click()
    expect(ben.get_by_role("heading", level=1)).to_have_text("You have asked for access")

    link = re.compile(rf"{re.escape(address)}/access-requests/\S+")
    wait_until(lambda: link.search(demo_log.read_text()) is not None, "the mail to the owner")
    found = link.search(demo_log.read_text())
    assert found is not None and "James" not in demo_log.read_text()
    amara.goto(found[0])
    expect(amara.get_by_role("heading", level=1)).to_contain_text("asks to see a patient")
    assert violations(amara) == [] and px_too_wide(amara) <= 0
    amara.get_by_role("button", name="Let them edit").click()
    expect(amara.locator("main")).to_contain_text("Granted, for viewing and editing, by")

    ben.goto(f"{address}/alerts")
    assert violations(ben) == [] and px_too_wide(ben) <= 0
    ben.get_by_role("link", name="Open the patient").click()
    expect(ben.get_by_role("heading", level=1)).to_have_text("James Whitlock")
    expect(ben.get_by_role("button", name="New program")).to_be_visible()
