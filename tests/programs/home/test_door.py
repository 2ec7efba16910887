"""The door of a patient's page: who is let in, how guessing is slowed, and what an address tells a stranger."""

import itertools
import threading
from datetime import date

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.accounts.models import AuditEvent
from app.main import create_app
from app.programs.home.address_limit import MOST_WRONG_ANSWERS, AddressLimit
from app.programs.models import ProgramLink
from app.settings import Settings
from tests.programs.arrange import add_client, counted_queries
from tests.programs.home.arrange import NOON, Given, Now, field_of, give_another, give_program, open_home
from tests.support import Browser, Page

WRONG = (f"{day}/4/1961" for day in itertools.cycle(range(1, 29)))
NO_MATCH = "That does not match"
SHUT = "Too many answers that did not match. Wait"


def try_at(phone: Browser, path: str, answer: str) -> Page:
    return phone.post(f"{path}/open", {"answer": answer})


def shut_door(given: Given) -> Browser:
    """Give five wrong answers."""
    stranger = given.member.another()
    for _ in range(4):
        assert NO_MATCH in try_at(stranger, given.path, next(WRONG)).text
    assert f"{SHUT} 1 minute" in try_at(stranger, given.path, next(WRONG)).text
    return stranger


def test_the_door_tells_nothing_of_whose_it_is(given: Given) -> None:
    page = given.member.another().get(given.path)
    assert page.status == 200
    assert page.h1 == "Your exercise program"
    assert "Your date of birth" in page.text
    for words in ("Ana", "Silva", "Pat", "Nguyen", "Bayside", "Knee", "1961-"):
        assert words not in page.content.decode(), words


def test_the_date_of_birth_opens_the_page_and_the_phone_is_asked_once(given: Given) -> None:
    phone = open_home(given)
    assert phone.get(given.path).h1 == "Knee: osteoarthritis and strength"


def test_without_a_date_of_birth_the_code_of_the_sheet_opens_it(browser: Browser, database: sa.Engine) -> None:
    given = give_program(browser, database, born=None)
    phone = browser.another()
    assert "The 6-digit code on your sheet" in phone.get(given.path).text
    assert NO_MATCH in phone.press("Open my program", **{field_of(phone): "000 000"}).text
    open_home(given, given.code)


def test_an_old_sheets_code_still_opens_once_a_date_of_birth_is_known(browser: Browser, database: sa.Engine) -> None:
    given = give_program(browser, database, born=None)
    code = given.code
    with database.begin() as connection:
        connection.execute(
            sa.text("UPDATE clients SET date_of_birth = '1961-03-27' WHERE id = :id"),
            {"id": given.client.rpartition("/")[2]},
        )
    open_home(given, code)
    open_home(given, "27 March 1961")


def test_an_empty_answer_and_a_slip_are_pointed_out_and_not_counted(given: Given) -> None:
    phone = given.member.another()
    for _ in range(8):
        page = try_at(phone, given.path, " ")
        assert page.status == 422 and "Enter your answer." in page.text
        assert NO_MATCH in try_at(phone, given.path, "my birthday").text
    open_home(given)


def test_five_wrong_answers_shut_the_door_to_the_right_one_too(given: Given) -> None:
    stranger = shut_door(given)
    page = try_at(stranger, given.path, "27/3/1961")
    assert page.status == 429 and SHUT in page.text
    assert page.headers["retry-after"] == "60"
    assert not stranger.cookies


def test_the_door_opens_again_after_a_while_and_stays_shut_longer_with_each_wrong_answer(
    given: Given, now: Now
) -> None:
    stranger = shut_door(given)
    for minutes in (2, 4, 8):
        now.move(minutes=minutes / 2, seconds=1)
        assert NO_MATCH in try_at(stranger, given.path, "a slip").text  # not told to wait again
        assert f"{SHUT} {minutes} minutes" in try_at(stranger, given.path, next(WRONG)).text
    now.move(minutes=8)
    open_home(given)


def test_of_many_wrong_answers_at_once_only_five_are_looked_at(given: Given, database: sa.Engine) -> None:
    stranger = given.member.another()
    threads = [threading.Thread(target=try_at, args=(stranger, given.path, next(WRONG))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connect() as connection:
        query = sa.select(ProgramLink.failures).where(ProgramLink.public_id == given.path[3:15])
        assert connection.scalar(query) == 5


def test_the_right_answer_makes_wrong_ones_forgotten(given: Given) -> None:
    for _ in range(3):
        stranger = given.member.another()
        for _ in range(4):
            assert NO_MATCH in try_at(stranger, given.path, next(WRONG)).text
        open_home(given)


def test_a_phone_that_was_let_in_stays_in_while_the_door_is_shut(given: Given) -> None:
    phone = open_home(given)
    shut_door(given)
    assert phone.get(given.path).h1 == "Knee: osteoarthritis and strength"


def test_the_practitioner_is_told_that_the_door_is_shut(given: Given) -> None:
    assert "Too many wrong answers" not in given.link_page().text
    shut_door(given)
    assert "Too many wrong answers were given. The page takes answers again in 1 minute." in given.link_page().text


def test_one_network_address_that_guesses_at_many_links_has_to_wait(
    given: Given, database: sa.Engine, now: Now
) -> None:
    limit = AddressLimit()
    given.member.server.app.state.home_address_limit = limit  # type: ignore[attr-defined]  # our app's
    for _ in range(MOST_WRONG_ANSWERS - 1):
        limit.count("testclient", now())
    other = give_another(given.member, given.email, given.client)
    stranger = given.member.another()
    assert NO_MATCH in try_at(stranger, other.path, next(WRONG)).text
    page = try_at(stranger, given.path, "27/3/1961")
    assert page.status == 429 and f"{SHUT} 10 minutes" in page.text
    now.move(minutes=10)
    open_home(given)


def test_addresses_are_counted_one_by_one_but_ipv6_by_its_network() -> None:
    limit = AddressLimit()
    for number in range(MOST_WRONG_ANSWERS):
        limit.count(f"2001:db8:1:2::{number:x}", NOON)
        limit.count("192.0.2.7", NOON)
    assert limit.over_until("2001:db8:1:2:ffff::1", NOON) and limit.over_until("::ffff:192.0.2.7", NOON)
    assert not limit.over_until("2001:db8:1:3::1", NOON) and not limit.over_until("192.0.2.8", NOON)
    assert not limit.over_until("not an address", NOON)


def test_a_made_up_address_is_refused_without_asking_the_database(given: Given) -> None:
    stranger = given.member.another()
    made_up = [given.path[:-1] + ("2" if given.path[-1] != "2" else "3"), "/p/" + "2" * 20, "/p/x", f"{given.path}2"]
    for path in made_up:
        with counted_queries(stranger) as queries:
            for method, rest in (("GET", ""), ("POST", "/open"), ("POST", "/leave"), ("POST", "/days/2026-11-25")):
                answer = stranger.send(method, path + rest, data={"answer": "27/3/1961"} if method == "POST" else None)
                assert answer.status == 404 and answer.h1 == "No program here", path
        assert queries == []


def test_an_address_typed_in_capitals_leads_to_the_page(given: Given) -> None:
    page = given.member.another().get("/p/" + given.path.removeprefix("/p/").upper())
    assert page.path == given.path and page.status == 200


def test_a_link_that_was_turned_off_looks_like_one_that_never_was(given: Given) -> None:
    phone = open_home(given)
    given.link_page()
    assert "turned off" in given.member.press("Turn the page off").text
    never = phone.get("/p/" + "2" * 20)
    for visitor in (phone, given.member.another()):
        for method, path in (
            ("GET", given.path),
            ("POST", f"{given.path}/open"),
            ("POST", f"{given.path}/days/2026-11-25"),
        ):
            page = visitor.send(method, path, data={"answer": "27/3/1961"} if method == "POST" else None)
            assert (page.status, page.text) == (404, never.text), path
            assert page.headers["x-kinebridge-program"] == "gone"


def test_a_new_address_shuts_the_old_one_and_asks_every_phone_again(given: Given) -> None:
    phone = open_home(given)
    given.link_page()
    given.member.press("Replace the address")
    field = given.link_page().soup.find("input", id="copy-address")
    assert field is not None
    renewed = str(field["value"]).removeprefix("http://testserver")
    assert renewed != given.path
    assert phone.get(given.path).status == 404
    assert phone.get(renewed).h1 == "Your exercise program"
    phone.press("Open my program", **{"Your date of birth": "27/3/1961"})
    assert phone.get(renewed).h1 == "Knee: osteoarthritis and strength"


def test_what_opened_one_page_opens_no_other(given: Given, database: sa.Engine) -> None:
    phone = open_home(given)
    client = add_client(database, given.email, first_name="Ben", date_of_birth=date(1961, 3, 27))
    for other in (
        give_another(given.member, given.email, client),
        give_another(given.member, given.email, given.client),
    ):
        assert phone.get(other.path).h1 == "Your exercise program"
        ((name, value),) = phone.cookies.items()
        theirs = name.replace(given.path[3:15], other.path[3:15])
        phone.cookies[theirs] = value  # the right name, another link's value
        assert phone.get(other.path).h1 == "Your exercise program"
        del phone.cookies[theirs]


def test_a_sign_in_opens_no_patients_page_and_a_patients_page_is_no_sign_in(given: Given) -> None:
    assert given.member.get(given.path).h1 == "Your exercise program"
    phone = open_home(given)
    assert phone.get(given.client).path == "/sign-in"
    assert phone.get(f"{given.program}/home").path == "/sign-in"


def test_forgetting_this_phone_makes_it_ask_again_and_drops_what_the_browser_kept(given: Given) -> None:
    phone = open_home(given)
    answer = phone.send("POST", f"{given.path}/leave", data={})
    assert answer.headers["clear-site-data"] == '"cache"'
    assert not phone.cookies
    assert phone.get(given.path).h1 == "Your exercise program"


def test_the_cookie_goes_to_this_page_only_and_no_script_reads_it(given: Given) -> None:
    answer = given.member.another().send("POST", f"{given.path}/open", data={"answer": "27/3/1961"})
    cookie = answer.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", f"path={given.path};", "max-age=15552000"):
        assert part in cookie


def test_over_tls_the_cookie_is_sent_over_tls_only(settings: Settings, database_url: str, given: Given) -> None:
    secure = settings.model_copy(update={"public_url": "https://testserver"})
    app: FastAPI = create_app(secure, database_url)
    with TestClient(app, base_url="https://testserver") as server:
        answer = Browser(server).send("POST", f"{given.path}/open", data={"answer": "27/3/1961"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Secure-program-")
    assert "; Secure" in cookie


def test_opening_and_shutting_are_recorded_without_what_was_answered(given: Given, database: sa.Engine) -> None:
    open_home(given)
    shut_door(given)
    with database.connect() as connection:
        query = sa.select(AuditEvent.action, AuditEvent.detail).where(
            AuditEvent.client_id == given.client.rpartition("/")[2], AuditEvent.action.like("program.%home%")
        )
        rows = connection.execute(query.order_by(AuditEvent.id)).all()
    program_id = given.program.rpartition("/")[2]
    assert [tuple(row) for row in rows] == [
        ("program.opened_at_home", {"program_id": program_id}),
        *[("program.home_refused", {"program_id": program_id})] * 4,
        ("program.home_locked", {"program_id": program_id}),
    ]


@pytest.mark.parametrize("rest", ["/open", "/days/2026-11-25"])
def test_coming_back_to_a_forms_address_leads_to_the_page(given: Given, rest: str) -> None:
    assert open_home(given).get(given.path + rest).path == given.path


def test_a_corrected_date_of_birth_opens_the_door_at_once_and_shuts_nobody_out(given: Given) -> None:
    inside = open_home(given)
    patient = shut_door(given)
    given.member.get(f"{given.client}/edit")
    assert given.member.press("Save changes", **{"Date of birth": "1962-03-27"}).h1
    given.member.run_jobs()
    assert NO_MATCH in try_at(patient, given.path, "27 March 1961").text
    assert try_at(patient, given.path, "27 March 1962").h1 == "Knee: osteoarthritis and strength"
    assert inside.get(given.path).h1 == "Knee: osteoarthritis and strength"
