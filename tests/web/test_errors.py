"""Every failure is a page, and no page or log line holds an exception's text."""

import re

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs


@pytest.mark.parametrize(
    ("name", "status", "title"),
    [
        ("conflict", 409, "This has changed since you opened it"),
        ("forbidden", 403, "Your role does not allow this"),
        ("own-page", 404, "Own title"),
        ("http-401", 401, "Sign in to continue"),
        ("http-429", 429, "Too many tries"),
    ],
)
def test_an_error_is_shown_as_a_page_with_its_status_and_title(visitor, name, status, title):
    answer = visitor.get(f"/raise/{name}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<h1>{title}</h1>" in answer.text
    assert "secret detail" not in answer.text


def test_markup_in_an_error_message_is_shown_as_text(visitor):
    answer = visitor.get("/raise/conflict")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in answer.text
    assert "<script>alert" not in answer.text


def test_an_unexpected_error_shows_a_reference_that_is_in_the_log_and_nothing_of_its_text(visitor):
    with capture_logs() as lines:
        answer = visitor.get("/raise/unexpected")
    assert answer.status_code == 500
    reference = re.search(r'class="reference">([A-Z2-9]{8})<', answer.text).group(1)
    (line,) = lines
    assert line["reference"] == reference
    assert line["error"] == "builtins.RuntimeError"
    assert line["route"] == "/raise/{name}"
    assert re.fullmatch(r".*small_app\.py:\d+ fail", line["location"][-1])
    for secret in ("Ana", "MS0abc", "/raise/unexpected"):
        assert secret not in answer.text
        assert secret not in repr(line)


def test_two_unexpected_errors_have_two_references(visitor):
    references = [re.search(r'"reference">(\w+)<', visitor.get("/raise/unexpected").text).group(1) for _ in range(2)]
    assert references[0] != references[1]


def test_the_log_names_the_error_behind_an_error(visitor):
    with capture_logs() as lines:
        visitor.get("/raise/chained")
    assert lines[0]["error"] == "builtins.ValueError <- builtins.KeyError"
    assert "Ana" not in repr(lines)


def test_an_unexpected_error_page_carries_the_security_headers_and_who_is_signed_in(visitor):
    answer = visitor.get("/raise/signed-in")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Harbour &amp; Sons" in answer.text


def test_an_error_of_ours_keeps_its_sentence_and_gets_a_reference(visitor):
    with capture_logs() as lines:
        answer = visitor.get("/raise/ours")
    assert answer.status_code == 500
    assert "Cliniko does not answer." in answer.text
    assert lines[0]["reference"] in answer.text


def test_an_answer_that_breaks_off_is_logged_without_its_text(visitor):
    with capture_logs() as lines:
        visitor.get("/raise-late")
    assert [line["event"] for line in lines] == ["request_failed"]
    assert "Ana" not in repr(lines)


def test_a_sign_in_redirect_raised_as_an_error_goes_through(visitor):
    answer = visitor.get("/raise/http-303")
    assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/sign-in", "")


def test_headers_of_a_refusal_are_kept(visitor):
    assert visitor.get("/raise/http-429").headers["retry-after"] == "7"


def test_an_id_that_cannot_exist_looks_like_an_unknown_id(visitor):
    assert visitor.get("/clients/abc").text == visitor.get("/clients/7").text.replace("/clients/7", "/clients/abc")
    assert visitor.get("/clients/abc").status_code == 404


def test_an_unknown_address_and_a_wrong_method_are_the_same_page(visitor):
    unknown, wrong = visitor.get("/nowhere"), visitor.delete("/fine")
    assert (unknown.status_code, wrong.status_code) == (404, 405)
    assert "There is nothing at this address that you can open." in unknown.text
    assert "There is nothing at this address that you can open." in wrong.text


@pytest.mark.parametrize("send", [lambda b: b.get("/clients/7?part=x"), lambda b: b.post("/save", data={})])
def test_a_malformed_request_is_a_400_page(visitor, send):
    answer = send(visitor)
    assert answer.status_code == 400
    assert "<h1>That did not arrive complete</h1>" in answer.text


def test_a_broken_layout_still_tells_what_happened(visitor: TestClient, monkeypatch):
    monkeypatch.setattr("app.web.errors.ERROR_TEMPLATE", "errors/missing.html")

    def refuse(*_args: object, **_values: object) -> None:
        raise RuntimeError("Ana Nguyen")

    monkeypatch.setattr("app.web.errors.page", refuse)
    with capture_logs() as lines:
        answer = visitor.get("/raise/unexpected")
    assert answer.status_code == 500
    assert answer.text.startswith("Something went wrong.")
    assert lines[0]["reference"] in answer.text
    assert "Ana" not in answer.text + repr(lines)
