"""The click on "Open in Kinebridge": where it leads, what it makes, what it asks of Cliniko."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic

PATIENT = "/v1/patients/*"


def clients_of(database: sa.Engine, patient_id: str) -> list[str]:
    """The clients a patient id leads to, in any practice."""
    with database.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT client_id::text FROM client_links WHERE patient_id = :id"), {"id": patient_id}
        )
        return [row[0] for row in rows]


def client_count(database: sa.Engine, practice_of: str) -> int:
    """How many clients the practice of this patient's client has."""
    with database.connect() as connection:
        return connection.execute(
            sa.text(
                "SELECT count(*) FROM clients WHERE practice_id IN "
                "(SELECT practice_id FROM client_links WHERE patient_id = :id)"
            ),
            {"id": practice_of},
        ).scalar_one()


def audit_actions(database: sa.Engine, client_id: str) -> list[str]:
    with database.connect() as connection:
        rows = connection.execute(
            sa.text("SELECT action FROM audit_events WHERE client_id = :id ORDER BY id"), {"id": client_id}
        )
        return [row[0] for row in rows]


def test_an_unknown_patient_becomes_a_client_after_one_request(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth="1988-03-14", email="olivia@example.com")
    page = ana.open_patient(patient)
    assert (page.status, page.h1) == (200, "Olivia Hart")
    assert page.path == f"/clients/{clients_of(database, patient)[0]}"
    assert len(cliniko.calls("GET", PATIENT)) == 1
    assert cliniko.calls("GET", PATIENT)[0].user_id == clinic.ana.id
    assert "client.made" in audit_actions(database, page.path.rpartition("/")[2])


def test_a_second_click_opens_the_same_client_without_a_call_to_cliniko(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    first = ana.open_patient(patient)
    calls = len(cliniko.log)
    second = ana.open_patient(patient)
    assert second.path == first.path
    assert len(cliniko.log) == calls
    assert client_count(database, patient) == 1


def test_details_are_refreshed_in_the_background_after_the_click(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    clinic.state.update_patient(patient, last_name="Hart-Lee", preferred_first_name="Liv")
    assert ana.open_patient(patient).h1 == "Olivia Hart"
    ana.run_jobs()
    assert ana.open_patient(patient).h1 == "Liv (Olivia) Hart-Lee"
    assert ana.get("/clients?q=lee").text.count("Hart-Lee") == 1


def test_case_1_two_tabs_that_race_make_one_client(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    holds = [cliniko.hold("GET", PATIENT, when="after"), cliniko.hold("GET", PATIENT, when="after")]
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(ana.send, "GET", f"/open/cliniko?patient_id={patient}") for _ in range(2)]
        for hold in holds:
            assert hold.reached.wait(10)
        for hold in holds:
            hold.release()
        answers = [click.result(20) for click in clicks]
    assert [answer.status for answer in answers] == [303, 303]
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert client_count(database, patient) == 1


def test_case_2_two_colleagues_at_once_make_one_client_and_the_other_is_judged_by_sharing(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    holds = [cliniko.hold("GET", PATIENT, when="after"), cliniko.hold("GET", PATIENT, when="after")]
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(who.send, "GET", f"/open/cliniko?patient_id={patient}") for who in (ana, ben)]
        for hold in holds:
            assert hold.reached.wait(10)
        for hold in holds:
            hold.release()
        statuses = sorted(click.result(20).status for click in clicks)
    assert statuses == [303, 404]
    assert client_count(database, patient) == 1


def test_case_3_signing_in_leads_straight_on_to_the_patient(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    with database.connect() as connection:
        email = connection.execute(
            sa.text("SELECT email FROM practitioners WHERE name = 'Ana Ruiz' ORDER BY created_at DESC LIMIT 1")
        ).scalar_one()
    stranger = ana.another()
    page = stranger.open_patient(patient)
    assert page.path == "/sign-in"
    page = stranger.press("Sign in", Email=email, Password="not the right password")
    assert page.path == "/sign-in" and page.status >= 400
    assert stranger.sign_in(email).h1 == "Olivia Hart"


def test_case_3_signing_up_and_saving_a_key_keep_the_patient_in_mind(browser: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    browser.open_patient(patient)
    assert browser.page is not None
    browser.get(browser.page.link("Create an account"))
    page = browser.press(
        "Create account",
        **{
            "Your name": "Noor Haddad",
            "Email": f"noor{time.monotonic_ns()}@practice.example",
            "Password": "correct horse battery staple",
            "Practice name": "Noor Physio",
            "Country": "AU",
        },
    )
    assert page.h1 == "Connect Cliniko first"
    browser.get(page.link("Paste my API key"))
    assert browser.press("Save changes", **{"Cliniko API key": clinic.ana.key}).h1 == "Olivia Hart"


def test_case_4_every_patient_page_says_who_is_signed_in_and_switching_keeps_the_target(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    page = ana.open_patient(patient)
    header = page.soup.find("header")
    assert header is not None
    words = " ".join(header.get_text(" ").split())
    assert "Ana Ruiz" in words and "Harbour Physio" in words
    switched = ana.press("Switch")
    assert switched.path == "/sign-in"
    assert page.path in switched.url.replace("%2F", "/")


def test_case_5_a_shared_client_opens_for_a_colleague_and_the_audit_log_says_so(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    ana.share_with_everyone()
    calls = len(cliniko.log)
    page = ben.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    assert len(cliniko.log) == calls
    assert "client.opened_shared" in audit_actions(database, page.path.rpartition("/")[2])


def test_case_6_a_client_not_shared_is_a_404_that_says_whom_to_ask(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    page = ben.open_patient(patient)
    assert page.status == 404
    assert "Ana Ruiz" in page.text and "Sharing" in page.text
    assert "Olivia" not in page.content.decode()
    assert client_count(database, patient) == 1


@pytest.mark.parametrize("trouble", ["no key", "not visible", "cliniko down"])
def test_case_6_the_colleague_is_named_only_to_those_whose_own_key_sees_the_patient(
    trouble: str, ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    if trouble == "no key":
        ben.get("/account/settings")
        ben.press("Remove key")
    elif trouble == "not visible":
        clinic.state.delete_patient(patient)
    else:
        cliniko.answer_html("GET", PATIENT, 502, times=None)
    page = ben.open_patient(patient)
    assert page.status == 404
    assert "Ana Ruiz" not in page.content.decode()
    assert "A colleague has added this patient" in page.text


def test_case_11_a_merged_patient_opens_the_survivor_and_both_ids_lead_to_one_client(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    first, second, survivor = (clinic.add_patient(name, "Hart") for name in ("Liv", "Livvy", "Olivia"))
    clinic.state.merge_patients(first, into=second)
    clinic.state.merge_patients(second, into=survivor)
    page = ana.open_patient(first)
    assert page.h1 == "Olivia Hart"
    assert "client.merge_followed" in audit_actions(database, page.path.rpartition("/")[2])
    calls = len(cliniko.log)
    assert [ana.open_patient(id_).path for id_ in (first, second, survivor)] == [page.path] * 3
    assert len(cliniko.log) == calls


def test_case_11_merges_in_a_loop_end_at_one_client(ana: Browser, clinic: Clinic) -> None:
    one, two = clinic.add_patient("Liv", "Hart"), clinic.add_patient("Olivia", "Hart")
    clinic.state.merge_patients(one, into=two)
    clinic.state.merge_patients(two, into=one)
    assert ana.open_patient(one).path == ana.open_patient(two).path


def test_case_11_the_survivors_click_finds_the_client_of_the_merged_patient(ana: Browser, clinic: Clinic) -> None:
    old, survivor = clinic.add_patient("Liv", "Hart"), clinic.add_patient("Olivia", "Hart")
    page = ana.open_patient(old)
    clinic.state.merge_patients(old, into=survivor)
    ana.open_patient(old)
    ana.run_jobs()
    opened = ana.open_patient(survivor)
    assert (opened.path, opened.h1) == (page.path, "Olivia Hart")


def test_case_13_an_archived_patient_opens_with_a_notice(ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> None:
    patient = clinic.add_patient("Harold", "Finch")
    clinic.state.archive_patient(patient)
    page = ana.open_patient(patient)
    assert page.h1 == "Harold Finch"
    assert "archived in Cliniko" in page.text
    assert not [entry for entry in cliniko.log if entry.method != "GET"]


def test_case_14_a_patient_this_key_cannot_see_makes_nothing_and_the_page_explains_both_causes(
    ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    clinic.state.delete_patient(patient)
    page = ana.open_patient(patient)
    assert page.status == 404
    assert "key" in page.text and "deleted" in page.text
    assert clients_of(database, patient) == []


def test_case_14_a_known_client_still_opens_marked_as_no_longer_visible(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    clinic.state.delete_patient(patient)
    ana.open_patient(patient)
    ana.run_jobs()
    page = ana.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    assert "no longer visible in Cliniko" in page.text


@pytest.mark.parametrize(
    "query",
    [
        "",
        "patient_id=",
        "patient_id=abc",
        "patient_id=-5",
        "patient_id=1.5",
        "patient_id=12345678901234567890",
        "patient_id=1&patient_id=2",
        "patient_id=1%00",
        "patient_id=1%0A",
        "patient_id=%D9%A1%D9%A2",
        "patient_id=1%20or%201",
        "patient=12",
    ],
)
def test_case_15_anything_but_one_id_of_digits_gets_a_page_that_says_what_should_have_come(
    query: str, ana: Browser, cliniko: FakeCliniko
) -> None:
    calls = len(cliniko.log)
    page = ana.get(f"/open/cliniko?{query}")
    assert page.status == 400
    assert "1 to 19 digits" in page.text
    assert len(cliniko.log) == calls


@pytest.mark.parametrize("patient_id", ["9223372036854775807", "007", "5"])
def test_case_15_ids_are_text_of_up_to_19_digits(patient_id: str, ana: Browser, clinic: Clinic) -> None:
    clinic.add_patient("Olivia", "Hart", id=patient_id)
    assert ana.open_patient(patient_id).h1 == "Olivia Hart"


@pytest.mark.parametrize("nonsense", [None, "", "0000-00-00", "31/12/1980", "1066-10-14", "2999-01-01"])
def test_case_16_a_nonsense_date_of_birth_stays_empty(
    nonsense: str | None, ana: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart", date_of_birth=nonsense)
    page = ana.open_patient(patient)
    assert page.h1 == "Olivia Hart"
    with database.connect() as connection:
        born = connection.execute(
            sa.text("SELECT date_of_birth FROM clients WHERE id = :id"), {"id": clients_of(database, patient)[0]}
        ).scalar_one()
    assert born is None


def test_case_17_a_preferred_name_is_shown_and_both_names_are_found(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Margaret", "Lawson", preferred_first_name="Peggy")
    assert ana.open_patient(patient).h1 == "Peggy (Margaret) Lawson"
    for typed in ("peg", "margaret", "lawson peggy"):
        assert "Peggy (Margaret) Lawson" in ana.get(f"/clients?q={typed}").text


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("小明", "王", "小明"),
        ("فاطمة", "الزهراني", "فاطمه"[:4]),
        ("Γιώργος", "Παπαδόπουλος", "παπαδ"),
        ("สมชาย", "ใจดี", "สมชาย"),
        ("Hương", "Nguyễn Thị", "nguyen"),
        ("<b>Bold</b>", "Robin & Co 🦘", "robin"),
        ("Wolfeschlegel", "S" + "teinhausen" * 25, "wolfe"),
        ("Zoe\u0301", "'; DROP TABLE clients; --", "drop"),
    ],
)
def test_case_18_names_of_any_script_are_stored_shown_and_found_and_are_never_markup(
    first: str, last: str, typed: str, ana: Browser, clinic: Clinic
) -> None:
    patient = clinic.add_patient(first, last)
    page = ana.open_patient(patient)
    assert page.status == 200
    import unicodedata

    assert unicodedata.normalize("NFC", f"{first} {last}") == page.h1
    assert page.soup.find("main").find("b") is None  # type: ignore[union-attr]  # a page has a main part
    assert page.h1 in ana.get(f"/clients?q={typed}").text


def test_case_25_a_click_waits_out_a_short_429(ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    cliniko.limit_rate("GET", PATIENT, 1)
    assert ana.open_patient(patient).h1 == "Olivia Hart"


def test_case_25_a_long_429_is_told_at_once_and_nothing_is_made(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    cliniko.limit_rate("GET", PATIENT, 50)
    page = ana.open_patient(patient)
    assert page.status == 503
    assert page.link("Try again") == f"/open/cliniko?patient_id={patient}"
    assert clients_of(database, patient) == []


@pytest.mark.parametrize("trouble", ["502", "dropped", "dropped after", "truncated", "malformed", "unexpected"])
def test_trouble_in_cliniko_says_so_offers_another_try_and_leaves_nothing_half_made(
    trouble: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    if trouble == "502":
        cliniko.answer_html("GET", PATIENT, 502)
    elif trouble.startswith("dropped"):
        cliniko.drop("GET", PATIENT, when="after" if trouble.endswith("after") else "before")
    else:
        cliniko.garble("GET", PATIENT, trouble)  # type: ignore[arg-type]  # one of its three words
    page = ana.open_patient(patient)
    assert page.status == 503
    assert clients_of(database, patient) == []
    assert ana.get(page.link("Try again")).h1 == "Olivia Hart"


def test_a_cliniko_that_hangs_gets_its_page_within_ten_seconds(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    hold = cliniko.hold("GET", PATIENT, when="before")
    began = time.monotonic()
    page = ana.open_patient(patient)
    assert hold.reached.is_set()
    assert page.status == 503 and time.monotonic() - began < 10
    hold.release()


def test_a_click_holds_no_transaction_while_cliniko_answers(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient()
    hold = cliniko.hold("GET", PATIENT, when="before")
    click = threading.Thread(target=ana.send, args=("GET", f"/open/cliniko?patient_id={patient}"))
    click.start()
    assert hold.reached.wait(10)
    with database.connect() as connection:
        idle = connection.execute(
            sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND state LIKE 'idle in transaction%'"
            )
        ).scalar_one()
    hold.release()
    click.join(10)
    assert idle == 0


def test_a_rejected_key_says_so_and_a_new_one_comes_back_to_the_patient(ana: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    clinic.ana.key_archived = True
    page = ana.open_patient(patient)
    assert (page.status, page.h1) == (409, "Cliniko does not accept your API key")
    ana.get(page.link("Paste my API key"))
    assert ana.press("Save changes", **{"Cliniko API key": clinic.ben.key}).h1 == "Olivia Hart"


def test_case_10_the_same_patient_id_in_two_practices_is_two_clients(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.open_patient(patient)
    other = ana.another()
    other.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    other.save_key(clinic.ben.key)
    assert other.open_patient(patient).h1 == "Olivia Hart"
    assert len(set(clients_of(database, patient))) == 2
