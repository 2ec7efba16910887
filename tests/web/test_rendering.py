"""Pages, redirects and the addresses that may be redirected to."""

import datetime as dt

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from app.web.filters import with_query, write_ago, write_date, write_datetime_in, write_worded
from app.web.notices import NOTICES
from app.web.rendering import current_path, environment, local_path, redirect

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/clients",
        "/clients/7?q=a%20b#programs",
        "/open/cliniko?patient_id=1&patient_id=2",
        "/clients?next=https://evil.example",
        "/a//b",
        "/clients?q=王",
        "/" + "a" * 1999,
    ],
)
def test_a_path_of_our_own_is_kept(path):
    assert local_path(path, "/clients") == path


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "clients",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "/\t/evil.example",
        "/\n/evil.example",
        "/clients\r\nSet-Cookie: a=b",
        "/\x00",
        "/\x85",
        "/\u2028",
        "/\ud800",
        " /clients",
        "javascript:alert(1)",
        "?q=1",
        "/" + "a" * 2000,
    ],
)
def test_whatever_could_lead_elsewhere_becomes_the_default(value):
    assert local_path(value, "/clients") == "/clients"


def test_a_redirect_is_a_303_to_a_path_with_its_notice():
    answer = redirect("/clients/7?q=a#programs", notice="saved")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/clients/7?q=a&notice=saved#programs"


def test_a_redirect_to_another_site_is_an_error_that_does_not_repeat_the_address():
    with pytest.raises(ValueError, match="local paths only") as caught:
        redirect("//evil.example/patient")
    assert "evil" not in str(caught.value)


def test_a_misspelt_notice_is_an_error():
    with pytest.raises(KeyError):
        redirect("/clients", notice="savd")


@pytest.mark.parametrize("code", sorted(NOTICES))
def test_a_notice_is_shown_by_its_code(visitor, code):
    text = visitor.get("/fine", params={"notice": code}).text
    assert f'<div class="notice {NOTICES[code].kind}" role="status"><p>{NOTICES[code].text}' in text


def test_an_address_cannot_put_words_of_its_own_on_a_page(visitor):
    text = visitor.get("/fine", params={"notice": "Your account is blocked"}).text
    assert 'role="status"' not in text
    assert "blocked" not in text


def test_case_4_the_page_shows_who_is_signed_in_and_switching_keeps_the_target(visitor):
    text = visitor.get("/signed-in?patient_id=1&patient_id=2&notice=saved").text
    assert ">Dana &lt;i&gt;Whitfield&lt;/i&gt;<" in text
    assert "Harbour &amp; Sons" in text
    assert '<form method="post" action="/sign-out">' in text
    assert 'name="next" value="/signed-in?patient_id=1&amp;patient_id=2"' in text
    assert ">Switch</button>" in text


def test_practices_are_offered_when_there_are_several(visitor):
    text = visitor.get("/signed-in").text
    assert '<button name="practice_id" value="2">Northside</button>' in text
    assert '<button name="practice_id" value="1" aria-current="true">' in text


def test_a_stranger_sees_no_navigation(visitor):
    text = visitor.get("/fine").text
    assert "<nav" not in text
    assert "Switch" not in text


def test_a_page_never_names_another_host_as_the_way_back():
    request = Request({"type": "http", "path": "//evil.example", "query_string": b"a=b", "headers": []})
    assert current_path(request) == "/"


def test_a_misspelt_name_in_a_template_is_an_error():
    with pytest.raises(UndefinedError):
        environment().from_string("{{ clinet }}").render()


@pytest.mark.parametrize(
    ("value", "written"),
    [(dt.date(2026, 11, 22), "22 Nov 2026"), (dt.datetime(1980, 5, 3, 1), "3 May 1980"), (None, "")],
)
def test_a_date_is_written_day_first_with_the_month_in_letters(value, written):
    assert write_date(value) == written


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Australia/Sydney", "22 Nov 2026, 11:00 pm"),
        ("Pacific/Auckland", "23 Nov 2026, 1:00 am"),
        ("UTC", "22 Nov 2026, 12:00 pm"),
        ("America/Chicago", "22 Nov 2026, 6:00 am"),
    ],
)
def test_a_moment_is_written_in_the_zone_of_the_practice(zone, written):
    assert write_datetime_in(NOON, zone) == written


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (dt.timedelta(seconds=-5), "just now"),
        (dt.timedelta(seconds=59), "just now"),
        (dt.timedelta(seconds=60), "1 minute ago"),
        (dt.timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (dt.timedelta(hours=1), "1 hour ago"),
        (dt.timedelta(hours=47), "1 day ago"),
        (dt.timedelta(days=6), "6 days ago"),
        (dt.timedelta(days=7), "15 Nov 2026"),
    ],
)
def test_how_long_ago_is_written_in_the_largest_whole_unit(ago, written):
    assert write_ago(NOON - ago, NOON) == written


def test_a_query_parameter_replaces_the_one_of_its_name_and_keeps_the_rest():
    assert with_query("/clients?q=a%26b&page=2#top", page=3) == "/clients?q=a%26b&page=3#top"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The patient's Files. A client, or two clients.", "The client's Files. A client, or two clients."),
        ("Inpatient, patient-led, Patient Care, patience", "Inpatient, patient-led, Patient Care, patience"),
    ],
)
def test_a_sentence_of_ours_takes_the_practices_word(text, told):
    assert write_worded(text, "client") == told
