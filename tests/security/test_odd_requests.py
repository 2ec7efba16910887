"""Whatever a browser or a script sends, the answer is a page, never a failure of ours, and it leads nowhere else."""

import itertools
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support import PASSWORD, Browser, Clinic

# What breaks programs: nothing, unstorable characters, markup, endless text, numbers that are none, other sites.
NASTY: tuple[Any, ...] = (
    "",
    "a\0b",
    "\ud800".encode("utf-8", "surrogatepass"),
    "\u202e\u200b\u0300" * 700,
    "<img src=x onerror=1>\"'`",
    "x" * 30_000,
    "\uffff\ufffe\U0010ffff",
    "%s{0}{{7*7}}'; --",
    "\r\nSet-Cookie: a=b",
    "-1",
    "9" * 30,
    "\u0663\u00b2",
    "//evil.example",
    "/\\evil.example",
    "/" + "%41" * 600,
    "/" + "\u00e9" * 1500,
    "http://[",
    "/[",
    "[]",
    "add:x",
    "up:99999999",
    "{00000000-0000-0000-0000-000000000000}",
)
SIGN_UP = {"name": "A", "email": "a@b.example", "password": PASSWORD, "practice_name": "P", "country": "AU", "next": ""}
EDITOR = {
    "title": "t",
    "note": "n",
    "action": "assign",
    "template": "",
    "find": "",
    "revision": "0",
    "slug-0": "pendulum-swing",
    "sets-0": "3",
    "load-0": "",
    "side-0": "",
    "note-0": "",
    "confirm_archived": "",
}


@pytest.fixture
def editor(ana: Browser, clinic: Clinic) -> str:
    """Path of the editor of a program of Ana's, who is signed in."""
    ana.get(ana.open_patient(clinic.add_patient()).path)
    return ana.press("New program").path


OF_A_PROGRAM = {
    "/copy": {"source": "", "notes": "", "revision": "1"},
    "/state": {"state": "paused"},
    "/versions/1/again": {"replaces": ""},
}
OWN_EXERCISE = {
    "name": "Bridge",
    "also_known_as": "",
    "purpose": "",
    "steps": "Lift",
    "feels_like": "",
    "cautions": "",
    "regions": "knee",
    "equipment": "none",
    "figure_slug": "",
    "video_url": "",
    "shared": "",
    "sets": "3",
    "key": "",
    "copied_from": "",
    "practice": "",
}


@pytest.fixture
def forms(ana: Browser, editor: str) -> dict[str, dict[str, str]]:
    """Every form: its address, and its fields with values that would be taken."""
    return {
        "/sign-up": SIGN_UP,
        "/sign-in": {"email": "a@b.example", "password": PASSWORD, "next": ""},
        "/sign-out": {"next": ""},
        "/account/practice": {"practice_id": "", "next": ""},
        "/account/settings": {"api_key": "", "action": "", "next": "", "practice": ""},
        "/account/settings/remove-key": {"practice": ""},
        "/account/sharing": {"rule": "chosen", "colleague": "", "practice": ""},
        "/account/team": {"email": "c@b.example", "role": "admin", "practice": ""},
        "/account/team/withdraw": {"invitation_id": ""},
        ana.invite(): {"name": "A", "password": "short"},
        editor: EDITOR,
        **{editor.replace("/edit", end): fields for end, fields in OF_A_PROGRAM.items()},
        "/templates": {"program": editor.split("/")[4], "name": "A", "for_whom": "", "shared": "", "practice": ""},
        "/exercises/new": OWN_EXERCISE,
        "/account/letterhead": {"colour": "#14595a", "address": "", "phone": "", "footer": "", "layout": "full"},
        "/account/settings/title": {"title": "APA", "practice": ""},
    }


def cookie_of(browser: Browser) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


def leads_nowhere_else(location: str) -> bool:
    return location.startswith("/") and not location.startswith(("//", "/\\"))


def test_nothing_typed_into_any_form_breaks_it_or_leads_off_this_site(
    ana: Browser, forms: dict[str, dict[str, str]]
) -> None:
    signed_in = dict(ana.cookies)
    for path, fields in forms.items():
        for name, value in itertools.product(fields, NASTY):
            ana.cookies = {} if path == "/sign-out" else dict(signed_in)
            answer = ana.send("POST", path, data={**fields, name: value})
            where = f"{path} {name}={value[:40]!r}"
            assert answer.status < 500, where
            assert leads_nowhere_else(answer.headers.get("location", "/")), where
            assert b"<img src=x" not in answer.content, where


def test_whatever_is_typed_or_comes_from_cliniko_the_program_is_assigned_or_explained(
    ana: Browser, clinic: Clinic
) -> None:
    texts = ("title", "note", "load-0", "note-0")
    assigned = 0

    def assign(client: str, changed: dict[str, str]) -> bool:
        ana.get(client)
        editor = ana.press("New program").path
        answer = ana.send("POST", editor, data={**EDITOR, **changed})
        assert answer.status == 303, f"{list(changed)}={next(iter(changed.values()))[:40]!r}"
        if not answer.headers["location"].startswith(f"{client}?"):
            return False
        pdf = ana.send("GET", f"{editor.removesuffix('/edit')}/versions/1.pdf")
        assert pdf.content.startswith(b"%PDF")
        assert pdf.headers["content-disposition"].isascii()
        return True

    for value in [text for text in NASTY if isinstance(text, str)]:
        client = ana.open_patient(clinic.add_patient(value, value, preferred_first_name=value, title=value)).path
        # What is taken in all fields at once need not be tried in each.
        if assign(client, dict.fromkeys(texts, value)):
            assigned += len(texts)
        else:
            assigned += sum(assign(client, {name: value}) for name in texts)
        assigned += assign(client, {"sets-0": value})
    assert assigned > 40


@pytest.mark.parametrize(
    "charset", [b"utf\0x", b"undefined", b"unicode_escape", b"raw_unicode_escape", b"punycode", b"utf-16", b"zlib"]
)
def test_no_charset_of_a_form_breaks_it(charset: bytes, ana: Browser, forms: dict[str, dict[str, str]]) -> None:
    head = {"content-type": b"multipart/form-data; boundary=b; charset=" + charset}
    cookies = cookie_of(ana)
    for path, fields in forms.items():
        for name in fields:
            body = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n/\\ud800\\udfff\xff\r\n--b--\r\n'
            for own in [{}] if path == "/sign-out" else [cookies, {}]:
                answer = ana.server.post(
                    path, content=body.encode("latin-1"), headers={**head, **own}, follow_redirects=False
                )
                assert answer.status_code < 500, f"{path} {name}"


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=b", "application/json", "text/plain", ""]
)
def test_no_broken_body_breaks_a_form(kind: str, ana: Browser, forms: dict[str, dict[str, str]]) -> None:
    many = b"&".join(b"a%d=1" % number for number in range(3000))
    unnamed = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"
    cookies = cookie_of(ana)
    for path, body in itertools.product(forms, (b"", b"{", b"[" * 90_000, b"\xff\xfe", b"a=%ff%00&=&;", many, unnamed)):
        own = {} if path == "/sign-out" else cookies
        answer = ana.server.post(path, content=body, headers={"content-type": kind, **own}, follow_redirects=False)
        assert answer.status_code < 500, f"{path} {body[:20]!r}"


ODD_QUERIES = (
    "q=%00%ff%ed%a0%80",
    "q=" + "a%27" * 100,
    "next=/" + "%25" * 690,
    "next=/" + "a" * 1990,
    "patient_id=1&more=" + "y" * 2500,
    "patient_id=%d9%a3",
    "patient_id=1%00",
    "patient_id=" + "9" * 20,
    "page=-1&find=%00%ff&check=1&problem=full",
    "page=%d9%a3&find=" + "z" * 3000,
    "notice=__class__&region=" + "x" * 41,
    "&".join(f"a{number}=1" for number in range(3000)),
    "%00=%00&=&&",
)


def test_no_address_breaks_a_page_signed_in_or_not(ana: Browser, editor: str) -> None:
    client = editor.partition("/programs/")[0]
    paths = [
        *("/", "/clients", "/exercises", "/exercises/pendulum-swing", "/exercises/x/figure.svg", "/open/cliniko"),
        *("/sign-in", "/sign-up", "/account/settings", "/account/team", "/account/sharing", "/join/a.b.c"),
        *(client, f"{client}/deliveries", editor, f"{editor.removesuffix('/edit')}/versions/{'9' * 30}.pdf"),
        *("/clients/%00", "/%ff", "/static/%2e%2e/main.py", "/clients/{00000000-0000-0000-0000-000000000000}"),
        *("/clients/" + "x" * 3000, "/open/cliniko/"),
    ]
    signed_in = dict(ana.cookies)
    for path, query, cookies in itertools.product(paths, ODD_QUERIES, (signed_in, {})):
        ana.cookies = dict(cookies)
        answer = ana.send("GET", f"{path}?{query}")
        assert answer.status < 500, f"{path[:60]}?{query[:60]}"
        assert leads_nowhere_else(answer.headers.get("location", "/")), f"{path[:60]}?{query[:60]}"
        assert "content-security-policy" in answer.headers


def test_no_method_breaks_a_page(ana: Browser, editor: str) -> None:
    for method, path in itertools.product(
        ("HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"), ("/", "/clients", "/sign-in", "/static/x", editor)
    ):
        assert ana.send(method, path).status in (404, 405), f"{method} {path}"


@pytest.mark.parametrize("host", ["[", "evil.example", "evil.example/x?y", "evil.example:99999", "@evil.example", ""])
def test_the_host_a_request_names_gets_into_no_answer(host: str, ana: Browser) -> None:
    for path, own in itertools.product(
        ("/clients", "/clients/", "/open/cliniko/?patient_id=1", "/account/settings"), (cookie_of(ana), {})
    ):
        answer = ana.server.get(path, headers={"host": host, **own}, follow_redirects=False)
        assert answer.status_code < 500
        assert leads_nowhere_else(answer.headers.get("location", "/"))
        assert "evil.example" not in answer.text


@pytest.mark.parametrize(
    "header",
    [
        {"cookie": b"kinebridge=\xff"},
        {"cookie": b"kinebridge=" + b"." * 9000},
        {"content-length": b"9" * 5000},
        {"content-length": b"0" * 5000},
        {"origin": b"http://["},
        {"origin": b"\xff"},
        {"sec-fetch-site": b"\xff"},
    ],
    ids=repr,
)
def test_no_header_breaks_a_page(header: dict[str, bytes], server: TestClient) -> None:
    for method, path in itertools.product(("GET", "POST"), ("/clients", "/sign-in")):
        assert server.request(method, path, headers=header, follow_redirects=False).status_code < 500


def test_text_that_is_dear_to_compose_costs_a_form_next_to_nothing(browser: Browser) -> None:
    # Ordering a run of accents takes the square of its length: this one half a minute, in which nobody is served.
    accents = "a" + "\u0300\u0316" * 60_000
    for path, fields in (("/sign-in", {"email": accents, "password": "x"}), ("/sign-up", {"name": accents})):
        began = time.process_time()
        assert browser.send("POST", path, data=fields).status == 422
        assert time.process_time() - began < 2.0


def test_a_signed_out_click_with_an_endless_address_still_leads_to_signing_in(browser: Browser) -> None:
    answer = browser.send("GET", "/open/cliniko?patient_id=12&more=" + "y" * 3000)
    assert answer.status == 303
    assert answer.headers["location"] == "/sign-in"


def test_an_app_url_entered_with_a_slash_at_its_end_still_opens_the_patient(ana: Browser, clinic: Clinic) -> None:
    patient_id = clinic.add_patient("Olivia", "Hart")
    assert ana.get(f"/open/cliniko/?patient_id={patient_id}").h1 == "Olivia Hart"


def test_pictures_of_exercises_nobody_made_leave_nothing_behind(ana: Browser) -> None:
    from app.exercises.pictures import draw_picture

    before = draw_picture.cache_info().currsize
    assert ana.get("/exercises/no-such-exercise/figure.svg").status == 404
    assert draw_picture.cache_info().currsize == before
