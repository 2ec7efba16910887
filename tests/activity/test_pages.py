"""Owners and admins read who did what; nobody else finds the page, and nobody a client not shared with them."""

import csv
import io
import re

import pytest
import sqlalchemy as sa

from app import trimming
from tests.programs.arrange import counted_queries
from tests.support import Browser, Clinic

ACTIVITY = "/account/activity"
OF_LEADS = [ACTIVITY, f"{ACTIVITY}.csv", f"{ACTIVITY}/keeping", "{client}/record", "{client}/record.csv"]


@pytest.fixture
def client(ana: Browser, clinic: Clinic) -> str:
    """Path of a client of Ana's whose name is a formula."""
    return ana.open_patient(clinic.add_patient("=Olivia", "Hart")).path


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sentences(browser: Browser, address: str) -> list[str]:
    found = browser.get(address).soup.select("ul.rows .row-main > span:first-child")
    return [" ".join(each.get_text().split()) for each in found]


def test_everybody_but_owners_and_admins_finds_no_such_page(ana: Browser, ben: Browser, client: str) -> None:
    ana.share_with_everyone()
    for path in OF_LEADS:
        assert ben.get(path.format(client=client)).status == 404, path
        assert ana.get(path.format(client=client)).status == 200, path
    assert ben.post(f"{ACTIVITY}/keeping", {"years": "1"}).status == 404
    assert "Who has seen" not in ben.get(client).text
    assert "Activity" not in ben.get("/account/settings").text
    assert "Activity" in ana.get("/account/settings").text


def test_what_was_done_is_told_newest_first_and_narrowed_down(ana: Browser, ben: Browser, client: str) -> None:
    ana.get(client)
    told = sentences(ana, ACTIVITY)
    assert told[0] == "Ana Ruiz looked at the page of =Olivia Hart."
    assert told.index("Ben Cole joined the practice.") < told.index("Ana Ruiz created the practice.")
    assert set(sentences(ana, f"{ACTIVITY}?kind=invitation")) == {
        "Ben Cole joined the practice.",
        "Ana Ruiz invited a colleague.",
    }
    page = ana.get(ACTIVITY)
    ben_id = re.search(r'value="([0-9a-f-]{36})"[^>]*>Ben Cole<', page.content.decode())
    assert ben_id
    assert all(each.startswith("Ben Cole") for each in sentences(ana, f"{ACTIVITY}?who={ben_id[1]}"))
    about = f"{ACTIVITY}?client={client.rpartition('/')[2]}"
    assert all("=Olivia Hart" in each for each in sentences(ana, about)) and sentences(ana, about)
    assert sentences(ana, f"{ACTIVITY}?to=2020-01-01") == []
    assert sentences(ana, f"{ACTIVITY}?from=2020-01-01&to=2999-01-01") == sentences(ana, ACTIVITY)


def test_an_owner_sees_that_something_was_done_to_a_client_not_shared_with_them_but_not_to_whom(
    ana: Browser, ben: Browser, clinic: Clinic
) -> None:
    client = ben.open_patient(clinic.add_patient("Secretia", "Quill")).path
    assert "Ben Cole looked at the page of a patient." in sentences(ana, ACTIVITY)
    exported = ana.get(f"{ACTIVITY}.csv").content.decode()
    client_id = client.rpartition("/")[2]
    assert "Secretia" not in exported and client_id not in exported
    for path in (f"{ACTIVITY}?client={client_id}", f"{ACTIVITY}.csv?client={client_id}", f"{client}/record"):
        assert ana.get(path).status == 404, path


def test_another_practice_is_never_told_of(ana: Browser, client: str) -> None:
    stranger = ana.another()
    stranger.sign_up(name="Cleo Marsh", practice="Riverside")
    assert all(each.startswith("Cleo Marsh") for each in sentences(stranger, ACTIVITY))
    assert "Ana Ruiz" not in stranger.get(f"{ACTIVITY}.csv").content.decode()


def test_pages_follow_each_other_without_a_gap_and_ask_little(ana: Browser, database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_events (happened_at, action, practice_id, practitioner_id) "
            "SELECT now() + interval '1 minute', 'tests.step_' || n, m.practice_id, m.practitioner_id "
            "FROM (SELECT * FROM memberships ORDER BY created_at DESC LIMIT 1) m, generate_series(1, 120) n"
        )
    seen: list[str] = []
    address = ACTIVITY
    for _ in range(3):
        with counted_queries(ana) as queries:
            seen += sentences(ana, address)
        assert len(queries) <= 6, queries
        assert ana.page is not None
        address = ana.page.link("Older") if "Older" in ana.page.text else ""
    assert seen[:120] == [f"Ana Ruiz: tests step {n}." for n in range(120, 0, -1)]
    assert len(seen) > 120


def test_the_export_is_safe_to_open_and_is_recorded(ana: Browser, client: str) -> None:
    rows = table(ana.get(f"{ACTIVITY}.csv?kind=client").content)
    assert rows[0] == ["When (UTC)", "Who", "What", "Action", "Client id", "Client", "From where"]
    assert {row[5] for row in rows[1:]} == {"'=Olivia Hart"}
    assert {row[4] for row in rows[1:]} == {client.rpartition("/")[2]}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row[0]) for row in rows[1:])
    assert {row[6] for row in rows[1:]} == {"testclient"}
    assert re.fullmatch(r"Ana Ruiz exported \d+ lines of this record\.", sentences(ana, ACTIVITY)[0])


def test_one_clients_record_is_a_click_away_and_goes_on_when_clients_are_combined(
    ana: Browser, clinic: Clinic, client: str
) -> None:
    added = ana.get("/clients/new")
    assert added.status == 200
    hand_made = ana.press("Add patient", **{"First name": "Olive", "Last name": "Hart"}).path
    ana.post(f"{client}/same-person", {"other": hand_made.rpartition("/")[2]})
    ana.get(client)
    page = ana.get(ana.page.link("Who has seen this patient")) if ana.page else None
    assert page is not None and page.status == 200
    told = sentences(ana, page.path)
    assert "Ana Ruiz added =Olivia Hart by hand." in told
    assert "Ana Ruiz combined =Olivia Hart with another patient." in told
    rows = table(ana.get(page.link("Export CSV")).content)
    assert rows[0] == ["When (UTC)", "Who", "What"]
    assert ["Ana Ruiz", "Ana Ruiz looked at the record of =Olivia Hart."] in [row[1:] for row in rows]


def test_a_practice_says_how_long_and_sees_before_what_would_go(
    ana: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trimming, "ROWS_AT_A_TIME", 1)
    add = (
        "INSERT INTO audit_events (happened_at, action, practice_id) SELECT now() - make_interval(months => n), "
        "'tests.of_long_ago', (SELECT practice_id FROM memberships ORDER BY created_at DESC LIMIT 1) "
        "FROM unnest(ARRAY[1, 13, 25, 90]) n"
    )
    with database.begin() as connection:
        connection.exec_driver_sql(add)
    page = ana.get(f"{ACTIVITY}/keeping")
    assert "kept for 7 years . Tonight removes 1 line." in page.text
    assert "1 year (3 lines older)" in page.text and "2 years (2 lines older)" in page.text
    assert ana.post(f"{ACTIVITY}/keeping", {"years": "0"}).status == 422
    ana.get(f"{ACTIVITY}/keeping")
    assert "kept for 2 years" in ana.press("Save changes", **{"Keep lines for": "2"}).text
    ana.run_job("activity.forget_events", timestamp=0)
    assert "Tonight removes 0 lines" in ana.get(f"{ACTIVITY}/keeping").text
    assert len([each for each in sentences(ana, ACTIVITY) if "of long ago" in each]) == 2
