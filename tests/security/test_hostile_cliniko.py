"""Whatever Cliniko answers, however odd or hostile, a click and a saved key end in a page."""

import json
import math
from typing import Any

import pytest

from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic

ODD: tuple[Any, ...] = (
    [],
    "\0a\ud800" * 50,
    "x" * 100_000,
    "\u0300\u0316" * 20_000,
    math.nan,
    10**300,
    {"links": {"self": "http://[/1"}},
    {"links": {"self": "https://evil.example/patients/7"}},
    [[[[{}]]]] * 100,
)
PATIENT = (
    *("id", "first_name", "last_name", "title", "date_of_birth", "email", "patient_phone_numbers", "time_zone"),
    *("archived_at", "deleted_at", "merged_at", "merged_with_patient", "pronouns", "accepted_privacy_policy"),
)


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_a_click_survives_any_value_in_any_field(
    value: Any, ana: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    opened = []
    for number, field in enumerate(PATIENT, start=501):
        body = {"id": str(number), "first_name": "Olivia", "last_name": "Hart", field: value}
        cliniko.answer("GET", f"/v1/patients/{number}", 200, body=json.dumps(body), times=None)
        page = ana.open_patient(str(number))
        assert page.status != 500, field
        if page.path.startswith("/clients/"):
            opened.append(page.path)
            again = ana.send("GET", f"/open/cliniko?patient_id={number}")  # puts a refresh into the queue
            assert again.headers["location"].partition("?")[0] == page.path
    ana.run_jobs()
    for path in ("/clients", *opened):
        assert ana.get(path).status == 200


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"id":' + "9" * 5000 + "}", '{"id":"1","id":"2"}', "\ufeff{}", "1e999"]
)
def test_a_click_survives_any_json(body: str, ana: Browser, clinic: Clinic, cliniko: FakeCliniko) -> None:
    cliniko.answer("GET", "/v1/patients/501", 200, body=body)
    assert ana.open_patient("501").status in (404, 503)


@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_saving_a_key_survives_any_value_in_any_field(
    value: Any, browser: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    browser.sign_up()
    for field in ("id", "first_name", "last_name", "email", "role", "time_zone", "active"):
        cliniko.answer("GET", "/v1/user", 200, body=json.dumps({"id": "5", "first_name": "Ana", field: value}))
        assert browser.save_key(clinic.ana.key).status in (200, 422), field
    for field in ("id", "name", "subdomain", "country", "time_zone"):
        account = {"id": clinic.account.id, "name": "Harbour", "subdomain": "harbour", field: value}
        body = json.dumps({"account": account, "terminology": {"patient": value}})
        cliniko.answer("GET", "/v1/settings/public", 200, body=body)
        assert browser.save_key(clinic.ana.key).status in (200, 422), field
        assert browser.get("/account/settings").status == 200
