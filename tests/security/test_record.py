"""All that people do, and what is refused them, is recorded once, and no name, note or key with it."""

import re
from collections.abc import Sequence

import sqlalchemy as sa

from app.activity.sentences import SENTENCES
from tests.fakes.cliniko import FakeCliniko
from tests.programs.arrange import counted_queries, start_from_template
from tests.support import PASSWORD, Browser, Clinic

NAMES = ("Wilhelmina", "Featherstonehaugh", "Zanzibar", "Ruiz", "Cole", "Harbour", "@practice.example")


def recorded(database: sa.Engine, since: int) -> Sequence[sa.Row]:
    with database.connect() as connection:
        query = sa.text("SELECT * FROM audit_events WHERE id > :since ORDER BY id")
        return connection.execute(query, {"since": since}).all()


def last_id(database: sa.Engine) -> int:
    with database.connect() as connection:
        return int(connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM audit_events").scalar_one())


def treat(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    """What is done for a client, from the click to the page at home."""
    patient = clinic.add_patient("Wilhelmina", "Featherstonehaugh", date_of_birth="1961-03-27")
    client = ana.open_patient(patient).path
    ana.open_patient(patient)
    ben.open_patient(patient)
    ana.get(f"{client}/edit")
    ana.press("Save changes", Email="wilhelmina@practice.example")
    program = start_from_template(ana, client).path.removesuffix("/edit")
    ana.get(f"{program}/preview.pdf")
    ana.get(f"{program}/edit")
    ana.press("Assign program")
    ana.run_jobs(hurry=True, rounds=3)
    ana.get(program)
    ana.get(f"{program}/versions/1.pdf")
    ana.post(f"{program}/state", {"state": "paused"})
    ana.post(f"{program}/revise")
    ana.post(f"{program}/discard")
    field = ana.get(f"{program}/home").soup.find("input", id="copy-address")
    assert field is not None
    home = str(field["value"]).removeprefix("http://testserver")
    phone = ana.another()
    phone.post(f"{home}/open", {"answer": "28/3/1961"})
    phone.post(f"{home}/open", {"answer": "27/3/1961"})
    ana.post(f"{program}/home/new")
    ana.post(f"{program}/home/off")
    ana.share_with_everyone()
    ben.open_patient(patient)
    stop_and_retry(ana, client, clinic)


def stop_and_retry(ana: Browser, client: str, clinic: Clinic) -> None:
    clinic.ana.key_archived = True
    start_from_template(ana, client)
    ana.press("Assign program")
    ana.run_jobs()
    ana.open_patient(clinic.add_patient("Wilhelmina", "Zanzibar"))
    ana.post("/account/settings", {"api_key": "bogus-secret-key-0001-au1"})
    clinic.ana.key_archived = False
    ana.save_key(clinic.ana.key)
    ana.get("/deliveries.csv")
    ana.get("/exercises/export.csv")


def run_practice(ana: Browser, email: str) -> None:
    """What is done for the practice, and at its door."""
    ana.invite("zanzibar@practice.example")
    ana.press("Send again")
    ana.press("Withdraw")
    ana.post("/account/settings/title", {"title": "Zanzibar"})
    ana.post("/account/alerts", {"mails": "yes"})
    ana.post("/account/alerts/quiet-hours", {"is_on": ""})
    ana.post("/account/letterhead", {"footer": "Zanzibar"})
    ana.post("/account/practice/settings", {"name": "Zanzibar Physio", "country": "AU"})
    ana.post("/account/practice/discount", {"code": "ZANZIBAR"})
    ana.post("/account/practice/signing-in", {"idle_minutes": "60", "sign_in_hours": "24"})
    ana.post("/account/settings/remove-key")
    ana.post("/sign-out")
    ana.sign_in(email, "wrong password of Zanzibar")
    ana.sign_in("zanzibar@patients.example", PASSWORD)
    ana.sign_in(email, PASSWORD)


def run_team(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    """What is done about a colleague, who has a client."""
    ben.open_patient(clinic.add_patient("Wilhelmina", "Cole"))
    bens = ana.get("/account/team").link("Manage")
    ana.post(f"{bens}/role", {"role": "admin"})
    found = re.search(r'value="([0-9a-f-]{36})">Ana', ana.get(f"{bens}/remove").content.decode())
    assert found
    for step in ("deactivate", "reactivate", "remove"):
        ana.post(f"{bens}/{step}", {"successor": found[1]})


def test_all_that_people_do_is_recorded_without_a_name(
    browser: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    since = last_id(database)
    email = browser.sign_up(name="Ana Ruiz", practice="Harbour Physio")
    browser.save_key(clinic.ana.key)
    ben = browser.invite_colleague(name="Ben Cole")
    ben.save_key(clinic.ben.key)
    treat(browser, ben, clinic)
    run_team(browser, ben, clinic)
    run_practice(browser, email)
    events = recorded(database, since)
    actions = {event.action for event in events}
    assert actions <= SENTENCES.keys(), actions - SENTENCES.keys()
    rare = r"account|activity|alert|data|client\.(made_by|field|kept|combin|merge|record)"
    rare += r"|program\.(copied|home_locked|active|ended)"
    rare += r"|delivery\.(retried|duplicate|pdf|test_page)|exercises\.imported|practice\.(audit|switched|owner|created)"
    rare += r"|letterhead\.logo|connection\.clinic_left"
    rare += r"|sharing\.(requested|passed|granted|declined|client|practice)"
    rare += r"|practice\.discount_(entered|replaced|ended)"
    usual = {action for action in SENTENCES if not re.match(rare, action)}
    assert usual <= actions, usual - actions
    told = repr([tuple(event) for event in events])
    assert [name for name in NAMES if name.lower() in told.lower()] == []
    assert not any(word in told for word in (PASSWORD, "bogus", clinic.ana.key))


def test_a_refused_sign_in_says_of_whom_and_takes_the_same_queries_for_everybody(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    email = ana.another().sign_up()
    since, stranger = last_id(database), ana.another()
    counts = []
    for address in (email, "nobody@patients.example"):
        with counted_queries(stranger) as queries:
            stranger.post("/sign-in", {"email": address, "password": "wrong password"})
        counts.append(len(queries))
    known, unknown = recorded(database, since)
    assert (known.action, unknown.action) == ("session.refused", "session.refused")
    assert known.practitioner_id is not None and known.practice_id is not None
    assert unknown.practitioner_id is None and unknown.practice_id is None
    assert counts[0] == counts[1]


def test_looking_costs_a_page_one_insert_and_the_click_none(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    patient = clinic.add_patient("Wilhelmina", "Featherstonehaugh")
    client = ana.open_patient(patient).path
    with counted_queries(ana) as queries:
        ana.get(client)
    assert len([query for query in queries if query.startswith("INSERT")]) == 1
    since = last_id(database)
    answer = ana.send("GET", f"/open/cliniko?patient_id={patient}")
    assert answer.status == 303
    assert [event.action for event in recorded(database, since)] == ["client.opened"]


def test_what_was_not_even_looked_into_leaves_no_line(browser: Browser, database: sa.Engine) -> None:
    email = browser.sign_up()
    stranger = browser.another()
    stranger.post("/sign-in", {"email": email, "password": ""})
    since = last_id(database)
    pages = [stranger.post("/sign-in", {"email": email, "password": f"wrong {n}"}) for n in range(20)]
    assert any("Wait" in page.text for page in pages)
    looked_into = [page for page in pages if "Wait" not in page.text]
    assert len(recorded(database, since)) == len(looked_into) < 20
    stranger.post("/sign-in", {"email": email, "password": ""})
    assert len(recorded(database, since)) == len(looked_into)
