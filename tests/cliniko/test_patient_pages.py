"""Addresses of patients' pages in Cliniko: made of checked parts, and read from whatever people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cliniko.patient_pages import PastedPage, patient_page_url, read_patient_page

API = "https://api.{shard}.cliniko.com/v1"
STAND_IN = "http://127.0.0.1:8001/v1"


def test_a_patients_page_is_at_the_accounts_own_host() -> None:
    assert patient_page_url(API, "good-physio", "uk1", "123") == "https://good-physio.uk1.cliniko.com/patients/123"
    assert patient_page_url(STAND_IN, "good-physio", "uk1", "123") == "http://127.0.0.1:8001/patients/123"


@pytest.mark.parametrize(
    ("subdomain", "shard", "patient_id"),
    [
        ("evil.com/", "au1", "1"),
        ("evil.com#", "au1", "1"),
        ("-x", "au1", "1"),
        ("x-", "au1", "1"),
        ("", "au1", "1"),
        ("good\n", "au1", "1"),
        ("Good", "au1", "1"),
        ("x" * 64, "au1", "1"),
        ("good", "au1", "1/../2"),
        ("good", "au1", ""),
        ("good", "au1", "1\n"),
        ("good", "", "1"),
        ("good", "au2.evil.com", "1"),
        ("good", "AU2", "1"),
    ],
)
def test_a_patients_page_is_made_of_checked_parts_or_not_at_all(subdomain: str, shard: str, patient_id: str) -> None:
    assert patient_page_url(API, subdomain, shard, patient_id) is None


@pytest.mark.parametrize(
    "typed",
    [
        "https://good-physio.uk1.cliniko.com/patients/123",
        "https://good-physio.uk1.cliniko.com/patients/123/",
        "https://good-physio.uk1.cliniko.com/patients/123/files?page=2#top",
        "  https://good-physio.uk1.cliniko.com/patients/123?name=Olivia+Hart \n",
        "<https://good-physio.uk1.cliniko.com/patients/123>",
        "http://good-physio.uk1.cliniko.com/patients/123",
        "HTTPS://Good-Physio.UK1.Cliniko.com/patients/123",
        "good-physio.uk1.cliniko.com/patients/123",
        "https://good-physio.cliniko.com/patients/123",
        "https://good-physio.uk1.cliniko.com:443/patients/123",
        "\u200bhttps://good-physio.uk1.cliniko.com/patients/123",
    ],
)
def test_the_address_of_a_patients_page_is_read_however_it_is_pasted(typed: str) -> None:
    assert read_patient_page(typed, API) == PastedPage("good-physio", "123")


@pytest.mark.parametrize(
    "path",
    [
        "", "/", "/patients", "/patients/", "/patients/new", "/patients/1x", "/appointments/123", "/patients/-1",
        "/patients/" + "9" * 20, "/v1/patients/123", "/patients/\u0661", "/patients//123",
    ],
)  # fmt: skip
def test_other_pages_of_cliniko_are_told_apart_from_a_patients(path: str) -> None:
    assert read_patient_page(f"https://good-physio.uk1.cliniko.com{path}", API) == PastedPage("good-physio", None)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Olivia Hart",
        "O'Brien-Smith",
        "patients/123",
        "https://cliniko.com/patients/123",
        "https://evil.com/patients/123",
        "https://good-physio.uk1.cliniko.com.evil.com/patients/123",
        "https://good-physio.uk1.cliniko.com@evil.com/patients/123",
        "https://evilcliniko.com/patients/123",
        "https://evil.com/?https://good-physio.uk1.cliniko.com/patients/123",
        "javascript://good-physio.uk1.cliniko.com/patients/123",
        "https://[good-physio.uk1.cliniko.com/patients/123",
        "https://.uk1.cliniko.com/patients/123",
        "http://127.0.0.1:8001/patients/123",
    ],
)
def test_any_other_text_is_no_address_of_cliniko(typed: str) -> None:
    assert read_patient_page(typed, API) is None


def test_a_stand_in_without_subdomains_is_known_by_its_own_host() -> None:
    assert read_patient_page("http://127.0.0.1:8001/patients/123/files", STAND_IN) == PastedPage(None, "123")
    assert read_patient_page("127.0.0.1:8001/patients/123", STAND_IN) == PastedPage(None, "123")
    assert read_patient_page("http://127.0.0.1:8002/patients/123", STAND_IN) is None
    assert read_patient_page("https://good-physio.uk1.cliniko.com/patients/123", STAND_IN) is None


@given(st.text() | st.text(st.sampled_from("htps:/.@[]cliniko.com1%?#")))
def test_whatever_is_typed_is_read_without_an_error(typed: str) -> None:
    read_patient_page(typed, API)
    read_patient_page(typed, STAND_IN)
    read_patient_page(f"https://{typed}.cliniko.com/patients/{typed}", API)
