"""Whatever Cliniko answers or does not: what was read stays, the page says what is wrong, and nothing hangs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.today import kept, reading
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic
from tests.today.conftest import At

Break = Callable[[FakeCliniko, str], None]

LISTS = ("/v1/practitioners", "/v1/bookings")
NAMES = ("/v1/patients", "/v1/appointment_types", "/v1/businesses")

FAULTS: dict[str, tuple[Break, str]] = {
    "401": (lambda fake, path: fake.answer("GET", path, 401), "Cliniko no longer accepts your API key"),
    "403": (lambda fake, path: fake.answer("GET", path, 403), "Your role in Cliniko cannot read appointments"),
    "404": (lambda fake, path: fake.answer("GET", path, 404), "Cliniko did not give your appointments"),
    "422": (lambda fake, path: fake.answer("GET", path, 422, '{"errors": {"q": "bad"}}'), "Cliniko did not give"),
    "429": (lambda fake, path: fake.limit_rate("GET", path, 30), "busy with other requests from your API key"),
    "500": (lambda fake, path: fake.answer_html("GET", path, 500), "Cliniko does not answer"),
    "broken off": (lambda fake, path: fake.drop("GET", path, when="midway"), "Cliniko does not answer"),
    "too slow": (lambda fake, path: fake.slow("GET", path, 30), "Cliniko does not answer"),
    "no JSON": (lambda fake, path: fake.garble("GET", path, "malformed"), "Cliniko does not answer"),
    "cut JSON": (lambda fake, path: fake.garble("GET", path, "truncated"), "Cliniko does not answer"),
    "another shape": (lambda fake, path: fake.garble("GET", path, "unexpected"), "Cliniko does not answer"),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DAY_SECONDS", 0.5)
    monkeypatch.setattr(reading, "NAMES_SECONDS", 0.5)


@pytest.fixture
def olivias_day(ana: Browser, clinic: Clinic, at: At, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """Olivia is booked, and pressing the button asks again at once."""
    monkeypatch.setattr(kept, "TOO_SOON", timedelta(0))
    clinic.book(clinic.add_patient("Olivia", "Hart"), at(9))
    return ana


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_read_stays_and_the_page_says_what_is_wrong(
    fault: str, path: str, olivias_day: Browser, cliniko: FakeCliniko
) -> None:
    make, words = FAULTS[fault]
    make(cliniko, path)
    page = olivias_day.post("/today/read")
    assert page.status == 200 and words in page.text and "What is shown was read" not in page.text
    assert page.has_button("Search")
    if fault == "401":
        return  # only a new key helps
    cliniko.clear_faults()
    if fault == "429":
        return  # held until Cliniko's own time
    assert "Olivia Hart" in olivias_day.post("/today/read").text
    make(cliniko, path)
    page = olivias_day.post("/today/read")
    assert page.status == 200 and words in page.text
    assert "Olivia Hart" in page.text and "What is shown was read on" in page.text


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", NAMES)
def test_without_the_names_of_things_the_appointments_are_shown(
    fault: str, path: str, olivias_day: Browser, cliniko: FakeCliniko
) -> None:
    FAULTS[fault][0](cliniko, path)
    page = olivias_day.post("/today/read")
    assert page.status == 200
    assert "Olivia Hart" in page.text and "Cliniko does not" not in page.text


def test_a_rejected_key_is_not_asked_with_again_until_there_is_a_new_one(
    olivias_day: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    assert "Olivia Hart" in olivias_day.post("/today/read").text
    clinic.ana.key_archived = True
    page = olivias_day.post("/today/read")
    assert "Cliniko no longer accepts your API key" in page.text and "Olivia Hart" in page.text
    assert page.link("Open Settings") == "/account/settings?next=%2Ftoday" and not page.has_button("Read again")
    before = len(cliniko.log)
    for path in ("/today", "/today/appointments"):
        assert "Cliniko no longer accepts your API key" in olivias_day.get(path).text
    assert len(cliniko.log) == before
    clinic.ana.key_archived = False
    olivias_day.save_key(clinic.ana.key)
    assert "does not accept" not in olivias_day.get("/today/appointments").text


def test_a_bookkeepers_key_gets_a_page_that_says_so_and_the_search(ana: Browser, clinic: Clinic) -> None:
    clinic.ana.role = "bookkeeper"
    page = ana.post("/today/read")
    assert "cannot read appointments" in page.text and page.has_button("Search")
    assert ana.get(page.link("What to do")).path == "/guide/roles"


def test_after_trouble_the_script_asks_no_more_by_itself(
    olivias_day: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    cliniko.answer("GET", "/v1/bookings", 500, times=None)
    for _ in range(3):
        assert 'data-live="on"' not in olivias_day.get("/today/appointments").content.decode()
    assert len(cliniko.calls("GET", "/v1/bookings")) == 1


def test_filters_that_cliniko_does_not_know_show_nobody_elses_day(
    olivias_day: Browser, clinic: Clinic, at: At, cliniko: FakeCliniko
) -> None:
    clinic.book(clinic.add_patient("Bens", "Patient"), at(10), whom=clinic.ben)

    async def without_query(exchange) -> None:  # type: ignore[no-untyped-def]  # an action of the fakes
        exchange.scope["query_string"] = b""
        await exchange.pass_on()

    for path in LISTS:
        cliniko.strike("GET", path, without_query, times=None)
    page = olivias_day.post("/today/read")
    assert "Olivia Hart" in page.text and "Bens" not in page.text


def test_trouble_with_another_users_key_is_told_and_asked_about_no_more_often(
    olivias_day: Browser, clinic: Clinic, cliniko: FakeCliniko, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Olivia Hart" in olivias_day.post("/today/read").text
    olivias_day.save_key(clinic.ben.key)
    cliniko.answer("GET", "/v1/bookings", 500, times=None)
    cliniko.answer("GET", "/v1/practitioners", 500, times=None)
    before = len(cliniko.calls("GET", "/v1/practitioners"))
    for _ in range(3):
        page = olivias_day.get("/today/appointments")
        assert "Cliniko does not answer" in page.text and "Olivia" not in page.text
    assert len(cliniko.calls("GET", "/v1/practitioners")) == before + 1
