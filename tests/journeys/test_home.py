"""The patient's page on a phone: let in, ticked off with and without a connection, and seen by the practitioner."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.test_pages import PHONE
from tests.looks.judge import px_too_wide, violations

DANIEL = "1404918245177431061"  # no date of birth is known
PEGGY = "1404918245177431055"  # born 21 July 1959; like Daniel given one program only, in one test
GIORGOS = "1404918245177431090"  # born 30 May 1968
# What the browser keeps: where service workers govern, and the paths in all caches.
KEPT = """async () => {
    const workers = await navigator.serviceWorker.getRegistrations();
    const caches_ = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
    return [workers.map((worker) => worker.scope), requests.map((request) => new URL(request.url).pathname)];
}"""
# What is to be tapped and is lower than a fingertip (44 px); a radio button and its number are tapped as one label.
TOO_LOW = """() => [...document.querySelectorAll("a[href], button, label:has(input)")]
    .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 44)
    .map((each) => each.outerHTML)"""


def give_program(page: Page, address: str, patient_id: str, sign_in: Callable[[Page], None]) -> str:
    """As the practitioner, give a patient a program and open the page of its link; return the client page's address."""
    page.goto(f"{address}/open/cliniko?patient_id={patient_id}")
    sign_in(page)
    page.get_by_role("button", name="New program").click()
    page.get_by_label("Start from template").select_option("knee-osteoarthritis")
    page.get_by_role("button", name="Start from template").click()
    page.get_by_role("button", name="Assign program").click()
    expect(page.locator("main")).to_contain_text("Version 1")
    client = page.url.partition("?")[0]
    page.get_by_role("link", name="Patient's page").first.click()
    return client


@pytest.fixture
def phone(chrome: Browser) -> Iterator[Page]:
    """A phone in a hand, without motion so that colours are measured as they stay."""
    context = chrome.new_context(viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def let_in(phone: Page, url: str, answer: str) -> None:
    """Answer at the door and wait until the phone keeps the page."""
    phone.goto(url)
    phone.get_by_role("textbox").fill(answer)
    phone.get_by_role("button", name="Open my program").tap()
    expect(phone.get_by_text("This page also opens without a connection.")).to_be_visible()


def tap_pain(phone: Page, when: str, number: int) -> None:
    """Tap a number of pain before or afterwards."""
    phone.get_by_role("group", name=when).locator(f"label:has([value='{number}'])").tap()


def test_a_patient_ticks_off_at_home_with_and_without_a_connection_and_the_practitioner_sees_it(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    client = give_program(page, demo[0], PEGGY, sign_in)
    let_in(phone, page.get_by_label("Address").input_value(), "21/7/1959")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Knee: osteoarthritis and strength")
    expect(phone.locator("main")).to_contain_text("For Peggy, from Amara Okafor")

    tap_pain(phone, "Pain before", 6)
    phone.get_by_label("Done: Sit to stand").tap()
    expect(phone.locator("#state")).to_contain_text("Saved at")

    scopes, kept = phone.evaluate(KEPT)
    assert [urlsplit(scope).path for scope in scopes] == ["/p/"]
    own = urlsplit(phone.url).path
    assert {path for path in kept if not path.startswith("/static/")} == {
        own,
        *(urlsplit(image.evaluate("image => image.src")).path for image in phone.locator("main img").all()),
    }

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_label("Done: Sit to stand")).to_be_checked()
    expect(phone.locator("main")).to_contain_text("Put a firm chair against a wall")
    for picture in phone.locator(".home-figure img").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth > 0)")
    phone.get_by_label("Done: Mini squat").tap()
    tap_pain(phone, "Pain afterwards", 3)
    phone.get_by_label("How did it go?").fill("Stairs went better")
    expect(phone.locator("#state")).to_have_text("No connection. Kept on this phone and sent later.")
    phone.reload()
    expect(phone.get_by_label("How did it go?")).to_have_value("Stairs went better")

    sent: list[str] = []
    # Those that arrived: tries while there is still no connection come to nothing.
    phone.on("response", lambda answer: sent.append(answer.url) if answer.request.method == "POST" else None)
    phone.context.set_offline(False)
    expect(phone.locator("#state")).to_contain_text("Saved at")
    phone.reload()
    expect(phone.get_by_label("Done: Mini squat")).to_be_checked()
    assert len([url for url in sent if "/days/" in url]) == 1  # and what is saved is not sent again

    page.goto(client)
    diary = page.get_by_role("region", name="At home")
    expect(diary).to_contain_text("Done today, 29% of the exercises.")
    expect(diary).to_contain_text("6 before, 3 after")
    expect(diary).to_contain_text("Stairs went better")


def test_the_patients_pages_shut_nobody_out_and_fit_a_phone(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    client = give_program(page, demo[0], DANIEL, sign_in)
    url = page.get_by_label("Address").input_value()
    code = page.locator(".reference").inner_text()
    found = {"link": violations(page)}
    phone.goto(url)
    found["door"] = violations(phone)
    phone.get_by_role("button", name="Open my program").tap()
    expect(phone.locator("[aria-invalid]")).to_be_visible()
    found["door with an error"] = violations(phone)
    phone.goto(url[:-1])
    found["gone"] = violations(phone)
    let_in(phone, url, code)
    tap_pain(phone, "Pain before", 6)
    phone.get_by_label("Done: Sit to stand").tap()
    expect(phone.locator("#state")).to_contain_text("Saved at")
    found["program"] = violations(phone)
    page.goto(client)
    expect(page.get_by_role("region", name="At home")).to_be_visible()
    found["client"] = violations(page)
    assert {name: lines for name, lines in found.items() if lines} == {}

    page.set_viewport_size(PHONE)
    assert [px_too_wide(shown) for shown in (phone, page)] == [0, 0]
    assert phone.evaluate(TOO_LOW) == []


def test_forgetting_the_phone_keeps_nothing_in_it_and_waits_for_what_is_not_sent(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    url = page.get_by_label("Address").input_value()
    let_in(phone, url, "30 May 1968")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Forget this phone").tap()
    expect(phone.get_by_text("This needs a connection")).to_be_visible()
    phone.get_by_label("Done: Mini squat").tap()
    phone.get_by_role("button", name="Forget this phone").tap()
    expect(phone.locator("#state")).to_have_text("No connection. Kept on this phone and sent later.")
    phone.context.set_offline(False)
    expect(phone.locator("#state")).to_contain_text("Saved at")
    phone.get_by_role("button", name="Forget this phone").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your exercise program")
    assert phone.evaluate("caches.keys()") == []
    assert phone.evaluate("Object.keys(localStorage)") == []
    phone.context.set_offline(True)
    with pytest.raises(Exception, match=r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        phone.reload()


def test_a_phone_drops_a_program_that_was_turned_off(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    url = page.get_by_label("Address").input_value()
    let_in(phone, url, "30.05.1968")
    page.get_by_text("Turn off").click()
    page.get_by_role("button", name="Turn the page off").click()
    expect(page.locator("main")).to_contain_text("is turned off")
    assert phone.evaluate("caches.keys()") != []
    phone.get_by_label("Done: Mini squat").tap()  # the first the phone hears of it
    expect(phone.get_by_role("heading", level=1)).to_have_text("No program here")
    assert phone.evaluate("caches.keys()") == []
    assert phone.evaluate("Object.keys(localStorage)") == []


def test_whatever_becomes_of_an_answer_on_the_way_a_tick_counts_once(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    url = page.get_by_label("Address").input_value()
    let_in(phone, url, "30.05.1968")
    days = re.compile(r"/days/")

    def lose_answer(route: Route) -> None:
        route.fetch()  # the server has it
        route.abort()

    phone.route(days, lose_answer)
    phone.get_by_label("Done: Sit to stand").tap()
    expect(phone.locator("#state")).to_have_text("No connection. Kept on this phone and sent later.")
    phone.unroute(days)
    statuses = itertools.cycle([404, 200])  # of proxies on the way, with pages of their own
    phone.route(days, lambda route: route.fulfill(status=next(statuses), body="a proxy's own words"))
    with phone.expect_response(days):
        phone.get_by_label("Done: Sit to stand").tap()  # a slip, taken back before the phone knows that it was saved
    expect(phone.locator("#state")).to_have_text("Not saved yet. Trying again soon.")
    with phone.expect_response(days):
        phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#state")).to_have_text("Not saved yet. Trying again soon.")
    phone.unroute(days)
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.locator("#state")).to_contain_text("Saved at")
    fresh = phone.context.new_page()
    fresh.goto(url)
    expect(fresh.get_by_label("How did it go?")).to_be_visible()
    expect(fresh.get_by_label("Done: Sit to stand")).not_to_be_checked()


def test_what_was_noted_while_a_program_was_ended_elsewhere_is_said_to_be_refused(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    let_in(phone, page.get_by_label("Address").input_value(), "30.05.1968")
    phone.route(re.compile("/days/"), lambda route: route.fulfill(status=409, headers={"X-Kinebridge-Program": "open"}))
    phone.get_by_label("Done: Sit to stand").tap()
    expect(phone.locator("#state")).to_have_text("Not saved: this day is closed for notes.")
    expect(phone.get_by_role("alert")).to_contain_text("Not saved, because the program was paused or ended by then")


def test_two_tabs_of_one_phone_know_of_each_other(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None]
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    url = page.get_by_label("Address").input_value()
    let_in(phone, url, "30-5-1968")
    other = phone.context.new_page()
    other.goto(url)
    expect(other.locator("#save")).to_be_hidden()
    phone.get_by_label("Done: Mini squat").tap()
    expect(other.get_by_label("Done: Mini squat")).to_be_checked()
    other.get_by_label("Done: Sit to stand").tap()
    expect(phone.get_by_label("Done: Sit to stand")).to_be_checked()
    expect(other.locator("#state")).to_contain_text("Saved at")
    fresh = phone.context.new_page()
    fresh.goto(url)
    for name in ("Mini squat", "Sit to stand"):
        expect(fresh.get_by_label(f"Done: {name}")).to_be_checked()


def test_the_page_prints_on_paper(
    demo: tuple[str, str], page: Page, phone: Page, sign_in: Callable[[Page], None], tmp_path: Path
) -> None:
    give_program(page, demo[0], GIORGOS, sign_in)
    let_in(phone, page.get_by_label("Address").input_value(), "30 5 68")
    phone.emulate_media(media="print")
    expect(phone.get_by_text("Put a firm chair against a wall")).to_be_visible()
    for hidden in (
        phone.locator("#state"),
        phone.get_by_label("Done: Sit to stand"),
        phone.get_by_text("Forget this phone"),
    ):
        expect(hidden).to_be_hidden()
