"""The list of first steps checks itself: the key, the button in Cliniko, the first program that arrived."""

import pytest

from tests.programs.arrange import assign_program
from tests.support import Browser, Clinic, Page

ELSEWHERE = {"sec-fetch-site": "cross-site"}


def steps(page: Page) -> dict[str, str]:
    """Each step and what its pill says."""
    card = page.soup.find("section", attrs={"aria-labelledby": "first-steps"})
    if card is None:
        return {}
    rows = [(each.find("strong"), each.find(class_="pill")) for each in card.find_all("li")]
    return {str(title.get_text()): str(pill.get_text()) for title, pill in rows if title and pill}


def click(browser: Browser, patient_id: str, headers: dict[str, str]) -> Page:
    return browser.send("GET", f"/open/cliniko?patient_id={patient_id}", headers=headers)


KEY, BUTTON, PROGRAM = "Save your Cliniko API key", "Add the button in Cliniko", "Assign a first program"


def test_a_new_practice_ticks_off_step_by_step_until_the_list_is_gone(browser: Browser, clinic: Clinic) -> None:
    browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")
    page = browser.get("/today")
    assert steps(page) == {KEY: "To do", BUTTON: "Not seen yet", PROGRAM: "To do"}
    field = page.soup.find("input", id="copy-app-url")
    assert field is not None and field["value"] == "http://testserver/open/cliniko"
    assert page.link("All steps") == "/guide/connect-cliniko"
    browser.save_key(clinic.ana.key)
    page = browser.get("/today")
    assert (
        steps(page)[KEY] == "Done" and "Harbour Street Physiotherapy, as Ana Ruiz (practitioner): may add" in page.text
    )
    olivia = clinic.add_patient("Olivia", "Hart")
    client = click(browser, olivia, ELSEWHERE).headers["location"]
    assert steps(browser.get("/today"))[BUTTON] == "Done"
    assign_program(browser, client)
    assert steps(browser.get("/today"))[PROGRAM] == "On its way"
    browser.run_jobs(hurry=True, rounds=3)
    assert steps(browser.get("/today")) == {}


@pytest.mark.parametrize(
    ("headers", "is_button"),
    [
        (ELSEWHERE, True),
        ({"sec-fetch-site": "same-site"}, True),  # the demo: another port of this machine
        ({"sec-fetch-site": "same-origin"}, False),  # the search, or the day's own button
        ({"sec-fetch-site": "none"}, False),  # typed
        ({"sec-fetch-site": "same-origin", "referer": "http://testserver/sign-in?next=x"}, True),  # signed in first
        ({}, True),  # an older browser
        ({"referer": "http://testserver/clients"}, False),
        ({"referer": "http://["}, True),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_known", [True, False])
def test_only_a_click_from_elsewhere_counts_as_the_button(
    ana: Browser, clinic: Clinic, headers: dict[str, str], is_button: bool, is_known: bool
) -> None:
    olivia = clinic.add_patient("Olivia", "Hart")
    if is_known:
        click(ana, olivia, {"sec-fetch-site": "none"})
    click(ana, olivia, headers)
    assert steps(ana.get("/today"))[BUTTON] == ("Done" if is_button else "Not seen yet")


def test_a_colleague_who_joined_has_a_list_of_their_own(ana: Browser, clinic: Clinic) -> None:
    colleague = ana.invite_colleague(name="Ben Cole")
    assert steps(colleague.get("/today")) == {KEY: "To do", PROGRAM: "To do"}
    colleague.save_key(clinic.ben.key)
    assert steps(colleague.get("/today")) == {KEY: "Done", PROGRAM: "To do"}


def test_a_key_that_was_revoked_or_may_add_no_files_is_no_step_done(ana: Browser, clinic: Clinic) -> None:
    clinic.ben.role = "scheduler"
    colleague = ana.invite_colleague(name="Ben Cole")
    colleague.save_key(clinic.ben.key)
    page = colleague.get("/today")
    assert steps(page)[KEY] == "Role not permitted" and "may not add files" in page.text
    clinic.ana.key_archived = True
    ana.post("/today/read")
    assert steps(ana.get("/today"))[KEY] == "Needs a new key"


def test_put_away_it_stays_away_for_that_member_alone_until_they_bring_it_back(ana: Browser, ben: Browser) -> None:
    before = steps(ana.get("/today"))
    assert before and not ana.get("/today").has_button("Show first steps")
    page = ana.press("Hide this list")
    assert page.path == "/today" and steps(page) == steps(ana.get("/today")) == {}
    assert steps(ben.get("/today"))
    page = ana.press("Show first steps")
    assert page.path == "/today" and steps(page) == steps(ana.get("/today")) == before
    assert not page.has_button("Show first steps")
