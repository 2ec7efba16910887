"""The client page keeps itself up to date: without disturbing who reads it, and without flooding anybody."""

from datetime import UTC, datetime

import sqlalchemy as sa
from playwright.sync_api import Response, expect
from sqlalchemy.orm import Session

from app.delivery.models import Delivery, DeliveryAttempt, DeliveryState
from tests.programs.arrange import add_client, assign_program
from tests.programs.conftest import OpenPage
from tests.support import Browser

HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def change(database: sa.Engine, client: str, state: DeliveryState, *, attempts: int = 0) -> None:
    """Put the client's only delivery into a state, with so many more attempts."""
    with Session(database) as session, session.begin():
        delivery = session.scalars(sa.select(Delivery).where(Delivery.client_id == client.rpartition("/")[2])).one()
        delivery.state, delivery.reason = state, "unreachable" if state is DeliveryState.WAITING else ""
        delivery.claim += attempts
        for _ in range(attempts):
            tried = {"started_at": datetime.now(UTC), "took_ms": 900, "step": "upload", "result": "transient"}
            session.add(DeliveryAttempt(delivery_id=delivery.id, reason="unreachable", **tried))


def test_the_page_follows_a_delivery_and_leaves_what_is_unfolded_and_focused_until_it_has_arrived(
    browser: Browser, address: str, open_page: OpenPage, database: sa.Engine
) -> None:
    client = add_client(database, browser.sign_up())
    assign_program(browser, client)
    change(database, client, DeliveryState.WAITING, attempts=1)
    page = open_page()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in browser.cookies.items()]
    )
    page.clock.install()
    answers: list[int] = []

    def note(response: Response) -> None:
        if response.url.endswith("/deliveries"):
            answers.append(response.status)

    page.on("response", note)

    def poll() -> int:
        """Let the time of the next look come; returns its answer."""
        with page.expect_response("**/deliveries"):
            page.clock.run_for(15_000)
        return answers[-1]

    def let_pass(times: int) -> int:
        """Let the time of so many looks pass, each with a walk to the server; returns how many there have been."""
        for _ in range(times):
            page.clock.run_for(15_000)
            page.evaluate("fetch('/healthz').then((answer) => answer.text())")
        return len(answers)

    page.goto(address + client)
    tried = page.get_by_text("What was tried")
    tried.click()
    tried.focus()
    assert poll() == 200
    assert {poll() for _ in range(2)} == {304}  # nothing new: nothing but a head
    change(database, client, DeliveryState.WAITING, attempts=1)
    assert poll() == 200
    expect(page.locator(".tried li")).to_have_count(2)
    expect(page.locator(".tried li").first).to_be_visible()
    expect(tried).to_be_focused()

    seen = len(answers)
    page.evaluate(HIDE, True)
    assert let_pass(4) <= seen + 1  # one look may be on its way; out of sight there is no other
    page.evaluate(HIDE, False)
    expect(page.locator(".tried")).to_be_visible()
    let_pass(45)
    stopped = page.get_by_text("This is no longer kept up to date.")
    expect(stopped).to_be_visible()
    seen = len(answers)
    assert let_pass(4) == seen

    page.evaluate(HIDE, True)
    change(database, client, DeliveryState.DELIVERED)
    with page.expect_response("**/deliveries"):
        page.evaluate(HIDE, False)
    expect(page.get_by_text("In Cliniko", exact=True)).to_be_visible()
    expect(stopped).to_be_hidden()
    seen = len(answers)
    assert let_pass(4) == seen  # it has arrived: there is nothing more to ask

    change(database, client, DeliveryState.WAITING)
    page.reload()
    page.context.clear_cookies()  # signed out in another tab
    poll()
    expect(stopped).to_be_visible()


def test_a_page_that_lies_open_follows_nobody_who_signs_in_beside_it(
    browser: Browser, address: str, open_page: OpenPage, database: sa.Engine
) -> None:
    """A shared computer: below the first one's name nothing of the next one's comes up."""
    client = add_client(database, browser.sign_up())
    assign_program(browser, client)
    change(database, client, DeliveryState.WAITING)
    other = browser.another()
    other.sign_up(name="Robin Vale")
    page = open_page()

    def sign_in(who: Browser) -> None:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in who.cookies.items()]
        )

    page.clock.install()
    sign_in(browser)
    page.goto(address + client)
    sign_in(other)
    with page.expect_response("**/deliveries") as answered:
        page.clock.run_for(15_000)
    assert answered.value.status == 409
    expect(page.get_by_text("This is no longer kept up to date.")).to_be_visible()

    sign_in(browser)
    page.goto(f"{address}/clients")
    sign_in(other)
    page.get_by_role("searchbox").fill("oliv")
    page.clock.run_for(1_000)
    expect(page.get_by_role("group", name="Signed in")).to_contain_text("Robin Vale")
