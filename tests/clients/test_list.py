"""The list of clients: in order, page by page, found by an index, in few queries."""

import sqlalchemy as sa

from tests.programs.arrange import counted_queries
from tests.support import Browser, Clinic


def open_patients(browser: Browser, clinic: Clinic, *names: tuple[str, str]) -> None:
    for first, last in names:
        assert browser.open_patient(clinic.add_patient(first, last)).status == 200


def test_clients_are_listed_by_last_name(ana: Browser, clinic: Clinic) -> None:
    open_patients(ana, clinic, ("Zoe", "Adams"), ("Amy", "Ångström"), ("Bo", "Brown"))
    words = ana.get("/clients").text
    assert words.index("Zoe Adams") < words.index("Amy Ångström") < words.index("Bo Brown")


def test_a_colleagues_clients_are_listed_only_while_shared(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    open_patients(ana, clinic, ("Olivia", "Hart"))
    assert "Olivia Hart" not in ben.get("/clients").text
    assert "Olivia Hart" not in ben.get("/clients?q=hart").text
    ana.share_with_everyone()
    assert "Olivia Hart" in ben.get("/clients").text
    assert "shared by Ana Ruiz" in ben.get("/clients?q=hart").text


def test_more_clients_than_a_page_holds_go_on_the_next(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    open_patients(ana, clinic, ("First", "Aaa"))
    with database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO clients (id, practice_id, owner_id, first_name, last_name, refreshed_at, sort_name, search) "
            "SELECT gen_random_uuid(), practice_id, owner_id, 'Nr', n::text, now(), 'b' || to_char(n, '000'), "
            "array_to_tsvector(ARRAY['nr']) FROM generate_series(1, 60) AS n, "
            "(SELECT practice_id, owner_id FROM clients ORDER BY created_at DESC LIMIT 1) AS newest"
        )
    first = ana.get("/clients")
    assert "First Aaa" in first.text and "Nr 49" in first.text and "Nr 50" not in first.text
    second = ana.get(first.link("Next"))
    assert "Nr 50" in second.text and "Nr 60" in second.text
    assert "First Aaa" in ana.get(second.link("Previous")).text
    found = ana.get("/clients?q=nr")
    assert "q=nr" in found.link("Next")


def test_odd_page_numbers_show_the_first_page(ana: Browser, clinic: Clinic) -> None:
    open_patients(ana, clinic, ("Olivia", "Hart"))
    for number in ("0", "-1", "x", "9" * 30, "١"):
        assert "Olivia Hart" in ana.get(f"/clients?page={number}").text
    assert ana.get("/clients?page=7").status == 200


def test_the_list_and_the_known_click_take_few_queries(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    with counted_queries(ana) as queries:
        ana.get("/clients?q=hart")
    assert len(queries) <= 4
    with counted_queries(ana) as queries:
        ana.send("GET", f"/open/cliniko?patient_id={patient}")
    before_the_answer = [query for query in queries if "sessions" in query or "client_links" in query]
    assert len(before_the_answer) == 2


def test_a_search_goes_by_its_index(database: sa.Engine) -> None:
    with database.connect() as connection:
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = connection.exec_driver_sql(
            "EXPLAIN SELECT id FROM clients WHERE search @@ '''har'':*'::tsquery ORDER BY sort_name || ''"
        ).scalars()
        assert "ix_clients_search" in " ".join(plan)
