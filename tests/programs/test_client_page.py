"""A client's page, a program's page and its PDF: what they show, and to whom."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.delivery.models import Delivery, DeliveryAttempt, DeliveryState
from app.programs.routes import age_on
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import add_client, assign_program, counted_queries, open_editor, start_from_template
from tests.support import Browser, Clinic, Page

TITLE = "Knee: osteoarthritis and strength"


def discard(browser: Browser) -> Page:
    """Press "Discard" on the client's page and say yes."""
    assert browser.page is not None
    browser.get(browser.page.link("Discard"))
    return browser.press("Discard draft")


def set_delivery(database: sa.Engine, client: str, state: DeliveryState, reason: str = "") -> None:
    """Put a client's only delivery into a state."""
    with Session(database) as session, session.begin():
        client_id = client.rpartition("/")[2]
        session.execute(sa.update(Delivery).where(Delivery.client_id == client_id).values(state=state, reason=reason))


def test_the_heading_is_exactly_the_clients_name(browser: Browser, database: sa.Engine) -> None:
    client = add_client(
        database, browser.sign_up(), first_name="Σωκράτης", preferred_first_name="<Soc>", last_name="O'Brien 👍🏽"
    )
    page = browser.get(client)
    assert page.status == 200
    assert page.h1 == "<Soc> (Σωκράτης) O'Brien 👍🏽"


def test_details_are_shown_and_missing_ones_are_not_invented(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    born = datetime.now(UTC).date() - timedelta(days=30 * 366)
    full = add_client(
        database,
        email,
        date_of_birth=born,
        email="ana@example.org",
        pronouns="she/her",
        phone_numbers=[{"type": "Mobile", "number": "0400 000 000"}],
    )
    text = browser.get(full).text
    for words in (f"{born.day} ", "(30)", "ana@example.org", "she/her", "Mobile", "0400 000 000"):
        assert words in text
    text = browser.get(add_client(database, email)).text
    assert "Born Not known" in text
    for words in ("Email", "Pronouns", "Phone", "Shared by"):
        assert words not in text


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (date(2000, 5, 1), date(2026, 5, 1), 26),
        (date(2026, 1, 1), date(2026, 12, 31), 0),
        (date(2027, 1, 1), date(2026, 12, 31), None),
        (None, date(2026, 1, 1), None),
    ],
)
def test_age_is_in_whole_years(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


def test_a_client_without_programs_is_told_how_to_start(browser: Browser, database: sa.Engine) -> None:
    page = browser.get(add_client(database, browser.sign_up()))
    assert "No programs yet" in page.text
    assert page.has_button("New program")


def test_a_draft_is_listed_continued_and_discarded(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    start_from_template(browser, client)
    page = browser.get(client)
    assert "Draft, not assigned yet" in page.text
    assert TITLE in page.text
    editor = browser.get(page.link("Continue"))
    assert editor.soup.select(".item")
    browser.get(client)
    page = discard(browser)
    assert page.path == client
    assert "The draft is discarded." in page.text
    assert "No programs yet" in page.text
    assert browser.get(editor.path).status == 404


def test_a_program_begun_and_left_untouched_is_not_listed(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    open_editor(browser, client)
    assert "No programs yet" in browser.get(client).text


def test_discarding_changes_keeps_what_was_assigned(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    page = assign_program(browser, client)
    browser.get(page.link(TITLE))
    browser.press("Edit program")
    browser.press("Save draft", Sets="9")
    page = browser.get(client)
    assert "New version, not assigned yet" in page.text
    page = discard(browser)
    assert "Version 1" in page.text
    assert "New version, not assigned yet" not in page.text
    browser.get(page.link(TITLE))
    editor = browser.press("Edit program")
    assert editor.soup.find(attrs={"name": "sets-0"})["value"] == "3"  # type: ignore[index]  # the field is there


def test_an_assigned_program_is_edited_from_the_clients_page_in_one_press(
    browser: Browser, database: sa.Engine
) -> None:
    client = add_client(database, browser.sign_up())
    assign_program(browser, client)
    browser.get(client)
    editor = browser.press("Edit program")
    assert editor.has_button("Assign program")
    page = browser.get(editor.path.removesuffix("/edit"))
    assert "A new version has been started and is not assigned yet. The patient still has version 1." in page.text
    assert page.link("Continue") == editor.path
    browser.get(editor.path)
    browser.press("Assign program", Sets="7")
    assert "not assigned yet" not in browser.get(page.path).text


def test_the_program_page_shows_every_version_with_its_doses(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up(name="Pat Nguyen"))
    page = assign_program(browser, client)
    browser.get(page.link(TITLE))
    browser.press("Edit program")
    page = browser.press("Assign program", **{"Sets": "6", "Note for this exercise": "<b>Slowly</b>"})
    page = browser.get(page.link(TITLE))
    assert page.h1 == TITLE
    assert page.text.index("Version 2") < page.text.index("6 sets of 10") < page.text.index("Version 1")
    assert page.text.index("Version 1") < page.text.rindex("3 sets of 10")
    assert "<b>Slowly</b>" in page.text
    assert "by Pat Nguyen" in page.text
    for number, link in zip((2, 1), page.soup.find_all("a", string="Download PDF"), strict=True):
        assert str(link["href"]).endswith(f"/versions/{number}.pdf")
        assert browser.get(str(link["href"])).content.startswith(b"%PDF")


def test_the_editor_of_an_assigned_program_leads_to_the_program(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    page = assign_program(browser, client)
    program = page.link(TITLE)
    assert browser.get(f"{program}/edit").path == program


@pytest.mark.parametrize(
    ("state", "reason", "words", "is_live", "button"),
    [
        (DeliveryState.WAITING, "", "Waiting to go to Cliniko", True, None),
        (DeliveryState.UPLOADING, "", "Uploading to Cliniko", True, None),
        (DeliveryState.PROCESSING, "", "Cliniko is processing it", True, None),
        (DeliveryState.DELIVERED, "", "In Cliniko", False, None),
        (DeliveryState.NOT_PERMITTED, "role", "Not permitted", False, "Retry now"),
        (DeliveryState.FAILED, "refused", "Cliniko refused the file", False, "Retry now"),
    ],
)
def test_the_state_of_a_delivery_is_said_in_words_and_kept_up_to_date(
    browser: Browser,
    database: sa.Engine,
    state: DeliveryState,
    reason: str,
    words: str,
    is_live: bool,
    button: str | None,
) -> None:
    client = add_client(database, browser.sign_up())
    assign_program(browser, client)
    set_delivery(database, client, state, reason)
    page = browser.get(client)
    part = page.soup.find(attrs={"data-live-url": f"{client}/deliveries"})
    assert part is not None
    fragment = browser.get(f"{client}/deliveries")
    assert b"<html" not in fragment.content
    assert " ".join(part.get_text(" ").split()) == " ".join(fragment.soup.get_text(" ").split())
    for shown in (page, fragment):
        assert words in shown.text
        assert bool(shown.soup.select('[data-live="on"]')) == is_live
        assert shown.has_button("Retry now") == (button == "Retry now")


def test_a_shared_client_says_whose_it_is(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up(name="Pat Nguyen"))
    share_with_everyone(browser)
    colleague = browser.invite_colleague()
    assert "Shared by Pat Nguyen" in colleague.get(client).text
    assert colleague.press("New program").status == 200


def share_with_everyone(browser: Browser) -> None:
    """Share the signed-in practitioner's clients with their practice."""
    browser.get("/account/sharing")
    browser.press("Save changes", **{"Everyone in the practice": True})


def test_client_page_and_fragment_ask_the_database_little_however_many_programs(
    browser: Browser, database: sa.Engine
) -> None:
    client = add_client(database, browser.sign_up())
    for _ in range(3):
        assign_program(browser, client)
    for path, most in ((client, 9), (f"{client}/deliveries", 8)):  # the page lists own templates too
        with counted_queries(browser) as queries:
            assert browser.get(path).status == 200
        assert len(queries) <= most, queries


def every_route(client: str, program: str) -> list[tuple[str, str]]:
    """Method and path of every page about a client's programs."""
    return [
        ("GET", client),
        ("GET", f"{client}/deliveries"),
        ("POST", f"{client}/programs"),
        ("GET", program),
        ("GET", f"{program}/edit"),
        ("POST", f"{program}/edit"),
        ("POST", f"{program}/revise"),
        ("POST", f"{program}/discard"),
        ("GET", f"{program}/versions/1.pdf"),
        ("GET", f"{program}/home"),
        ("POST", f"{program}/home/new"),
        ("POST", f"{program}/home/off"),
    ]


@pytest.mark.parametrize("stranger", ["colleague it is not shared with", "another practice"])
def test_strangers_get_the_same_404_on_every_route(browser: Browser, database: sa.Engine, stranger: str) -> None:
    client = add_client(database, browser.sign_up(), first_name="Secretia")
    program = assign_program(browser, client).link(TITLE)
    if stranger == "another practice":
        other = browser.another()
        other.sign_up(practice="Elsewhere")
    else:
        other = browser.invite_colleague()
    unknown = other.send("GET", f"/clients/{uuid.uuid4()}")
    assert unknown.status == 404
    for method, path in every_route(client, program):
        answer = other.send(method, path, data={"action": "add:bridge"} if method == "POST" else None)
        assert answer.status == 404, (method, path)
        assert answer.text == unknown.text
        assert b"Secretia" not in answer.content
    browser.get(program)
    assert browser.press("Edit program").status == 200


def test_a_program_is_found_under_its_own_client_only(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    client, other = add_client(database, email), add_client(database, email, first_name="Ben")
    program = assign_program(browser, client).link(TITLE)
    for method, path in every_route(other, program.replace(client, other))[3:]:
        assert browser.send(method, path, data={} if method == "POST" else None).status == 404, path


@pytest.mark.parametrize("number", ["0", "2", "-1", "1.5", "x", "99999999999999999999", "%20"])
def test_versions_that_do_not_exist_are_404(browser: Browser, database: sa.Engine, number: str) -> None:
    program = assign_program(browser, add_client(database, browser.sign_up())).link(TITLE)
    assert browser.get(f"{program}/versions/{number}.pdf").status == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    program = assign_program(browser, client).link(TITLE)
    nobody = browser.another()
    for method, path in every_route(client, program):
        answer = nobody.send(method, path, data={} if method == "POST" else None)
        assert answer.status == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_a_fragment_that_would_say_the_same_is_answered_without_it(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    assign_program(browser, client)
    set_delivery(database, client, DeliveryState.WAITING)
    first = browser.send("GET", f"{client}/deliveries")
    tag = first.headers["etag"]
    with counted_queries(browser) as queries:
        again = browser.send("GET", f"{client}/deliveries", headers={"If-None-Match": tag})
    assert (again.status, again.content, again.headers["etag"]) == (304, b"", tag)
    assert len(queries) <= 4, queries
    set_delivery(database, client, DeliveryState.UPLOADING)
    changed = browser.send("GET", f"{client}/deliveries", headers={"If-None-Match": tag})
    assert changed.status == 200 and "Uploading to Cliniko" in changed.text
    assert changed.headers["etag"] != tag


def test_what_was_tried_can_be_unfolded(browser: Browser, database: sa.Engine) -> None:
    client = add_client(database, browser.sign_up())
    program = assign_program(browser, client).link(TITLE)
    assert "What was tried" not in browser.get(client).text
    with Session(database) as session, session.begin():
        delivery = session.scalars(sa.select(Delivery).where(Delivery.client_id == client.rpartition("/")[2])).one()
        delivery.claim = 12
        for minute in range(12):
            session.add(
                DeliveryAttempt(
                    delivery_id=delivery.id,
                    started_at=datetime(2026, 11, 22, 3, minute, tzinfo=UTC),
                    took_ms=1234,
                    step="upload",
                    result="transient",
                    reason="server_trouble",
                    remote_status=503,
                )
            )
    for path in (client, f"{client}/deliveries", program):
        lines = browser.get(path).soup.select("details.tried li")
        words = [" ".join(line.get_text().split()) for line in lines]
        assert words[0] == ("22 Nov 2026, 3:11 am · Uploading the file: Cliniko is having trouble. (status 503, 1.2 s)")
        assert len(words) == 10


def test_the_patients_page_in_cliniko_opens_in_a_new_tab_where_its_address_is_known(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(patient).path
    link = ana.get(client).soup.select_one("a[target=_blank]")
    assert link is not None
    assert link["href"] == f"{cliniko.url}/patients/{patient}"
    assert (link["target"], link["rel"]) == ("_blank", ["noopener"])
    ana.share_with_everyone()
    colleague = ana.invite_colleague()  # who has no key
    assert f"{cliniko.url}/patients/{patient}" in colleague.get(client).content.decode()
    with database.begin() as connection:
        connection.execute(sa.text("DELETE FROM client_links WHERE patient_id = :id"), {"id": patient})
    assert "Open in Cliniko" not in ana.get(client).text
    stranger = ana.another()
    by_hand = add_client(database, stranger.sign_up())
    assert "Open in Cliniko" not in stranger.get(by_hand).text
