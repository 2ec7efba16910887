"""Whatever is sent to a patient's page ends in a page of ours, and nothing that was typed there gets into the logs."""

import itertools
import logging

import pytest

from tests.programs.home.arrange import TODAY, Given, open_home
from tests.security.test_logs import told_by
from tests.security.test_odd_requests import NASTY, leads_nowhere_else
from tests.support import Browser

NOTED = {"done": "1", "pain_before": "3", "pain_after": "4", "comment": "Fine"}
DAY = {"version": "1", **NOTED, **{f"was_{name}": value for name, value in NOTED.items()}}


def test_nothing_typed_into_its_forms_or_addresses_breaks_it(given: Given, phone: Browser) -> None:
    stranger = given.member.another()
    for value in NASTY:
        assert stranger.send("POST", f"{given.path}/open", data={"answer": value}).status in (422, 429)
    for name, value in itertools.product(DAY, NASTY):
        answer = phone.send("POST", f"{given.path}/days/{TODAY}", data={**DAY, name: value})
        assert answer.status in (303, 400, 409), f"{name}={value[:40]!r}"
        assert leads_nowhere_else(answer.headers.get("location", "/"))
    for text in (
        "%00",
        "%ff",
        "..",
        "2026-11-25%0d%0aSet-Cookie:%20a=b",
        "x" * 3000,
        "%D9%A3",
        "2026-W48-3",
        "20261125",
    ):
        for address in (f"/p/{text}", f"{given.path}/days/{text}", f"{given.path}?day={text}"):
            assert phone.send("GET", address).status < 500, address
        for rest in (f"/figures/{text}.svg", f"/photos/{text}.jpg"):
            assert phone.send("GET", given.path + rest).status == 404, rest
    assert phone.get(given.path).h1 == "Knee: osteoarthritis and strength"


def test_neither_answers_nor_notes_nor_the_address_get_into_the_logs(
    given: Given, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = given.member.another()
    for _ in range(6):
        stranger.post(f"{given.path}/open", {"answer": "13.04.1957"})
    given.member.server.app.state.home_address_limit = None  # type: ignore[attr-defined]  # breaks the next answer
    assert stranger.post(f"{given.path}/open", {"answer": "27.03.1961"}).status == 500
    del given.member.server.app.state.home_address_limit  # type: ignore[attr-defined]  # works again
    phone = given.member.another()
    phone.post(f"{given.path}/days/{TODAY}", {**DAY, "comment": "Ondansetron-Zanzibar"})
    told = told_by(caplog) + "".join(capsys.readouterr())
    assert "request_failed" in told
    secrets = ("13.04.1957", "27.03.1961", "1961-03-27", "Zanzibar", given.path, "Silva")
    assert [secret for secret in secrets if secret in told] == []


def test_a_note_that_cannot_be_stored_is_not_told_to_page_or_log(
    given: Given,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phone = open_home(given)
    caplog.set_level(logging.DEBUG)
    # Reading lets one pain through that the table refuses; PostgreSQL names the whole row in its message.
    monkeypatch.setattr("app.programs.home.notes.MOST_PAIN", 99)
    answer = phone.post(f"{given.path}/days/{TODAY}", {**DAY, "pain_before": "55", "comment": "Ondansetron-Zanzibar"})
    assert answer.status == 500
    told = told_by(caplog) + answer.content.decode() + "".join(capsys.readouterr())
    assert "CheckViolation" in told
    assert "Zanzibar" not in told
