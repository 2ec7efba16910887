"""The page of deliveries: what each member sees on it, narrowed down, counted, tried again and exported."""

import csv
import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import utc_now
from app.delivery import routes
from app.delivery.filters import AGES, GROUPS, Filter, Tally, count, read_filter
from app.delivery.models import DeliveryState
from tests.delivery.arrange import row
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import counted_queries
from tests.support import Browser, Clinic, Page, send_pdf

S = DeliveryState
Send = Callable[..., str]


def change(database: sa.Engine, delivery_id: str, **values: Any) -> None:
    assigned = ", ".join(f"{name} = :{name}" for name in values)
    with database.begin() as connection:
        connection.execute(sa.text(f"UPDATE deliveries SET {assigned} WHERE id = :id"), {"id": delivery_id, **values})


def state_of(database: sa.Engine, delivery_id: str) -> str:
    with database.connect() as connection:
        found = connection.execute(sa.text("SELECT state FROM deliveries WHERE id = :id"), {"id": delivery_id})
        return str(found.scalar_one())


@pytest.fixture
def send(clinic: Clinic, database: sa.Engine) -> Send:
    """Have a practitioner send a PDF to a new client, put into a state; returns the delivery's id."""

    def send_one(browser: Browser, last_name: str, state: str = "waiting", title: str = "Knees", **values: Any) -> str:
        client = browser.open_patient(clinic.add_patient("Olivia", last_name)).path
        delivery_id = send_pdf(browser, client, title=title)
        change(database, delivery_id, state=state, **values)
        return delivery_id

    return send_one


def names(page: Page) -> list[str]:
    """Whom the rows are about, in order."""
    return [" ".join(each.get_text().split()) for each in page.soup.select(".rows strong")]


def counts(page: Page) -> list[str]:
    """The groups with their numbers."""
    return [" ".join(each.get_text().split()) for each in page.soup.select("nav[aria-label=State] a")]


def test_each_group_holds_its_states_newest_first_with_their_number(ana: Browser, send: Send) -> None:
    ago = utc_now() - timedelta(hours=2)
    for number, state in enumerate(S):
        send(ana, f"Nr{number} {state}", state, created_at=ago + timedelta(minutes=number))
    page = ana.get("/deliveries")
    assert names(page) == [f"Olivia Nr{number} {state}" for number, state in reversed(list(enumerate(S)))]
    assert counts(page) == [
        "All 7", "Waiting 3", "Needs attention 1", "Needs a key 1", "Not permitted 1", "In Cliniko 1"
    ]  # fmt: skip
    assert page.soup.select_one('nav[aria-label="Main"] [aria-current=page]').get_text() == "Deliveries"  # type: ignore[union-attr]
    for group, (words, states) in GROUPS.items():
        shown = ana.get(page.link(words))
        assert {name.rpartition(" ")[2] for name in names(shown)} == set(states), group
        assert counts(shown) == counts(page)


def test_deliveries_are_narrowed_by_age_and_the_numbers_follow(ana: Browser, send: Send) -> None:
    send(ana, "Young", "failed")
    send(ana, "Old", "failed", created_at=utc_now() - timedelta(days=2))
    send(ana, "Older", "waiting", created_at=utc_now() - timedelta(days=4))
    page = ana.get("/deliveries?age=1d")
    assert names(page) == ["Olivia Old", "Olivia Older"]
    assert counts(page)[:3] == ["All 2", "Waiting 1", "Needs attention 1"]
    options = [option.get_text() for option in page.soup.select("[name=age] option")]
    assert options == [
        "Any age (3)", "Older than 1 hour (2)", "Older than 1 day (2)", "Older than 3 days (1)", "Older than 7 days (0)"
    ]  # fmt: skip
    attention = ana.get(page.link("Needs attention"))
    assert names(attention) == ["Olivia Old"]
    assert attention.soup.select("[name=age] option")[0].get_text() == "Any age (2)"
    assert ana.press("Show", Age="3d").text.count("None here") == 1


def test_owners_see_the_whole_practice_and_others_what_their_own_key_sends(
    ana: Browser, ben: Browser, send: Send
) -> None:
    send(ana, "Hart")
    ben.share_with_everyone()
    of_ben = send(ben, "Cole")
    page = ana.get("/deliveries")
    assert names(page) == ["Olivia Cole", "Olivia Hart"]
    assert [option.get_text() for option in page.soup.select("[name=who] option")] == [
        "Everybody (2)", "Ana Ruiz (1)", "Ben Cole (1)"
    ]  # fmt: skip
    who = page.soup.select("[name=who] option")[2]["value"]
    assert names(ana.get(f"/deliveries?who={who}")) == ["Olivia Cole"]

    page = ben.get("/deliveries")
    assert names(page) == ["Olivia Cole"] and counts(page)[0] == "All 1"
    assert not page.soup.select("[name=who]")
    assert of_ben.encode() in page.content

    stranger = ana.another()
    stranger.sign_up(practice="Elsewhere")
    for path in ("/deliveries", f"/deliveries?who={who}"):
        assert "No deliveries yet" in stranger.get(path).text or names(stranger.page) == []  # type: ignore[arg-type]


def test_a_row_names_no_client_its_viewer_may_not_see(
    ana: Browser, ben: Browser, send: Send, database: sa.Engine
) -> None:
    delivery_id = send(ben, "Secretia", "failed", title="Secretia's knees", reason="refused")
    for path in ("/deliveries", "/deliveries.csv"):
        seen = ana.get(path)
        assert b"Secretia" not in seen.content and b"/clients/" not in seen.content.partition(b"<main")[2]
        assert delivery_id in seen.content.decode()
        assert "Cliniko refused the file" in seen.content.decode()
    assert "A patient not shared with you" in ana.get("/deliveries").text
    assert ana.send("GET", f"/deliveries/{delivery_id}/program.pdf").status == 404
    assert b"Secretia" in ben.get("/deliveries").content and b"Secretia" in ben.get("/deliveries.csv").content
    ben.share_with_everyone()
    assert b"Secretia" in ana.get("/deliveries").content
    # A colleague's client that is no longer shared is not named either to the one whose key sends.
    ana.share_with_everyone()
    other = send(ana, "Formerly")
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE deliveries SET membership_id = (SELECT membership_id FROM deliveries WHERE id = :ben) "
                "WHERE id = :other"
            ),
            {"ben": delivery_id, "other": other},
        )
    assert "Olivia Formerly" in names(ben.get("/deliveries"))
    ana.get("/account/sharing")
    ana.press("Save changes", Nobody=True)
    assert other in ben.get("/deliveries").content.decode()
    assert b"Formerly" not in ben.get("/deliveries").content


def test_more_deliveries_than_a_page_holds_go_on_the_next_and_odd_addresses_show_something(
    ana: Browser, send: Send, database: sa.Engine
) -> None:
    delivery_id = send(ana, "Hart", "failed")
    multiply(database, delivery_id, 60)
    first = ana.get("/deliveries?state=attention")
    assert len(names(first)) == 50 and "Page 1 of 2" in first.text
    second = ana.get(first.link("Next"))
    assert len(names(second)) == 11 and "Page 2 of 2" in second.text
    assert "state=attention" in second.link("Previous")
    for odd in ("page=0", "page=-1", "page=x", "page=99999", "page=" + "9" * 40, "state=x&age=x&who=x", "retried=x"):
        page = ana.get(f"/deliveries?{odd}")
        assert page.status == 200 and names(page), odd
    multiply(database, send(ana, "Lee", "delivered"), 20)
    page = ana.get("/deliveries")
    assert page.has_button("Retry all 61") and not page.has_button("Retry all 82")
    with database.begin() as connection:
        rest = "UPDATE deliveries SET state = 'delivered' WHERE practice_id = (SELECT practice_id FROM deliveries "
        connection.execute(sa.text(f"{rest} WHERE id = :id)"), {"id": delivery_id})
    page = ana.get("/deliveries")
    assert len(names(page)) == 50 and not page.has_button("Retry chosen")  # all of it has arrived


def multiply(database: sa.Engine, delivery_id: str, number: int) -> None:
    """Make copies of a delivery, each a minute older than the one before."""
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO deliveries (id, practice_id, client_id, document_id, membership_id, patient_id, "
                "description, state, reason, started_at, created_at) SELECT gen_random_uuid(), practice_id, client_id, "
                "document_id, membership_id, patient_id, description, state, reason, started_at, "
                "created_at - n * interval '1 minute' FROM deliveries, generate_series(1, :n) AS n WHERE id = :id"
            ),
            {"id": delivery_id, "n": number},
        )


def test_the_ticked_ones_are_tried_again_or_all_that_the_choices_show(
    ana: Browser, send: Send, database: sa.Engine
) -> None:
    first, second = send(ana, "Hart", "failed"), send(ana, "Lee", "failed")
    done, waiting = send(ana, "Done", "delivered"), send(ana, "Waits", next_attempt_at=utc_now() + timedelta(hours=1))
    ana.get("/deliveries?state=attention")
    page = ana.press("Retry chosen", **{"Choose Knees for Olivia Hart": True})
    assert "1 delivery is being tried again now." in page.text
    assert counts(page)[2] == "Needs attention 1" and "state=attention" in page.url
    assert [state_of(database, each) for each in (first, second, done)] == ["waiting", "failed", "delivered"]
    assert "Nothing was tried again" in ana.press("Retry chosen").text
    ana.get("/deliveries")
    assert "2 deliveries are being tried again now." in ana.press("Retry all shown").text
    ana.run_jobs(hurry=True, rounds=4)
    assert {state_of(database, each) for each in (first, second, done, waiting)} == {"delivered"}


def test_one_row_is_tried_again_by_its_own_button_whatever_is_ticked(
    ana: Browser, send: Send, database: sa.Engine
) -> None:
    older, newer = send(ana, "Hart", "failed"), send(ana, "Lee", "failed")
    ana.get("/deliveries")
    page = ana.press("Retry now", **{"Choose Knees for Olivia Hart": True})
    assert "1 delivery is being tried again now." in page.text
    assert [state_of(database, each) for each in (older, newer)] == ["failed", "waiting"]


def test_nobody_tries_again_what_they_do_not_see(ana: Browser, ben: Browser, send: Send, database: sa.Engine) -> None:
    of_ana = send(ana, "Hart", "failed")
    stranger = ana.another()
    stranger.sign_up(practice="Elsewhere")
    for who in (ben, stranger):
        for which in ("all", "chosen", of_ana):
            page = who.post("/deliveries/retry", {"which": which, "id": [of_ana, "x", str(uuid.uuid4())]})
            assert "Nothing was tried again" in page.text
    assert state_of(database, of_ana) == "failed"


def test_what_has_no_working_key_is_not_said_to_be_tried_again(
    ana: Browser, send: Send, clinic: Clinic, database: sa.Engine
) -> None:
    delivery_id = send(ana, "Hart")
    clinic.ana.key_archived = True
    ana.run_jobs()
    assert state_of(database, delivery_id) == "needs_key"
    page = ana.get("/deliveries?state=key")
    assert page.link("Open Settings") == "/account/settings?next=%2Fdeliveries%3Fstate%3Dkey"
    assert not page.has_button("Retry now")
    assert "Nothing was tried again" in ana.press("Retry all shown").text


def test_a_press_sends_so_many_and_says_that_there_are_more(
    ana: Browser, send: Send, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "MOST_RETRIED", 3)
    multiply(database, send(ana, "Hart", "failed"), 4)
    ana.get("/deliveries")
    page = ana.press("Retry all shown")
    assert "3 deliveries are being tried again now. That is the most at once. Press again for the rest." in page.text
    assert "2 deliveries are being tried again now." in ana.press("Retry all shown").text


def test_trying_many_again_takes_few_queries(ana: Browser, send: Send, database: sa.Engine) -> None:
    delivery_id = send(ana, "Hart", "failed")
    multiply(database, delivery_id, 120)
    send(ana, "Lee", next_attempt_at=utc_now() + timedelta(hours=1))
    client = row(database, delivery_id).client_id
    with counted_queries(ana) as queries:
        went = ana.send("POST", "/deliveries/retry", data={"which": "all"})
    assert went.headers["location"].endswith("retried=122")
    assert len(queries) <= 12, queries
    with database.connect() as connection:
        waiting = (
            "SELECT count(*) FROM deliveries WHERE client_id = :c AND state = 'waiting' AND next_attempt_at IS NULL"
        )
        assert connection.execute(sa.text(waiting), {"c": client}).scalar_one() == 121
        jobs = (
            "SELECT count(DISTINCT args->>'delivery_id') FROM procrastinate_jobs WHERE task_name = 'delivery.deliver' "
            "AND status = 'todo' AND args->>'delivery_id' IN (SELECT id::text FROM deliveries WHERE client_id = :c)"
        )
        assert connection.execute(sa.text(jobs), {"c": client}).scalar_one() == 121
    assert "tried 122 deliveries again" in ana.get("/account/activity?kind=delivery").text


def test_a_form_of_another_practice_tries_nothing_again(ana: Browser, send: Send, database: sa.Engine) -> None:
    delivery_id = send(ana, "Hart", "failed")
    assert ana.post("/deliveries/retry", {"which": "all", "made_by": str(uuid.uuid4())}).status == 409
    assert state_of(database, delivery_id) == "failed"


def test_the_export_is_safe_to_open_and_says_everything_in_words(ana: Browser, send: Send) -> None:
    at = utc_now().replace(year=2026, month=11, day=20, hour=13, minute=5, second=9, microsecond=7)
    delivery_id = send(ana, "=cmd|'/c calc'!A0", "failed", title="@SUM(1)", reason="refused", created_at=at)
    send(ana, "Done", "delivered", delivered_at=at, created_at=at)
    answer = ana.get("/deliveries.csv?state=attention")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="deliveries-20')
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[:4] == ["Delivery", "Client id", "Client", "Program"]
    assert row[0] == delivery_id
    assert row[2:8] == [
        "Olivia =cmd|'/c calc'!A0", "'@SUM(1)", "Ana Ruiz", "Needs attention",
        "Cliniko refused the file. The PDF is not in the patient's Files. Download it and add it in Cliniko by hand.",
        "2026-11-20T13:05:09Z",
    ]  # fmt: skip
    assert row[8:] == ["", ""]
    assert len(ana.get("/deliveries.csv").content.decode().splitlines()) == 3


def test_the_pdf_of_a_delivery_is_shown_to_who_sees_its_client(ana: Browser, ben: Browser, send: Send) -> None:
    send(ana, "Hart", "failed")
    path = ana.get("/deliveries").link("Download PDF")
    assert ana.get(path).content == b"%PDF-1.4 for a test"
    assert ben.get(path).status == 404


def test_the_page_asks_the_database_little_however_many_there_are(
    ana: Browser, send: Send, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    multiply(database, send(ana, "Hart"), 60)
    # An export is on record: one of its statements.
    for path, most in (("/deliveries?state=waiting&age=1h&page=2", 8), ("/deliveries.csv", 5)):
        with counted_queries(ana) as queries:
            assert ana.get(path).status == 200
        assert len(queries) <= most, queries


def test_the_few_of_a_state_are_found_by_an_index_among_many(database: sa.Engine) -> None:
    with database.connect() as connection:  # a table of its own: what other tests left would change the plan
        for statement in (
            "CREATE TEMP TABLE d (LIKE deliveries INCLUDING DEFAULTS INCLUDING INDEXES)",
            "INSERT INTO d (id, practice_id, client_id, document_id, membership_id, patient_id, description, state, "
            "started_at, created_at) SELECT gen_random_uuid(), id, id, id, id, '1', '', "
            "CASE WHEN mod(n, 1000) = 0 THEN 'failed' ELSE 'delivered' END, at, at FROM (SELECT n, "
            "md5(mod(n, 2)::text)::uuid AS id, now() - n * interval '1 minute' AS at "
            "FROM generate_series(1, 8000) AS n)",
            "ANALYZE d",
        ):
            connection.exec_driver_sql(statement)
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM d WHERE practice_id = md5('0')::uuid AND state IN ('failed') "
            "ORDER BY created_at DESC, id DESC LIMIT 50"
        ).scalars()
        assert re.search(r"Index Cond: .*practice_id.*state", " ".join(plan))


ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def test_each_number_is_that_of_its_choice_with_the_other_choices_as_they_are() -> None:
    tallies = [Tally(S.FAILED, ONE, 0, 5), Tally(S.FAILED, TWO, 3, 7), Tally(S.WAITING, TWO, 1, 11)]
    counts = count(tallies, Filter(group="attention", who=TWO, age="1h"))
    assert counts.shown == 7
    assert (counts.groups[""], counts.groups["waiting"], counts.groups["attention"]) == (18, 11, 7)
    assert counts.members == {None: 7, ONE: 0, TWO: 7}
    assert [counts.ages[age] for age in AGES] == [7, 7, 7, 7, 0]


def test_what_an_address_names_that_is_no_choice_leaves_it_open() -> None:
    assert read_filter("attention", str(ONE), "3d") == Filter("attention", ONE, "3d")
    assert read_filter("failed", "1; DROP", "2d") == Filter()
    assert Filter("attention", ONE, "3d").as_query(state="") == {"who": str(ONE), "age": "3d"}
