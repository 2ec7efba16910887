"""Nobody reaches what is not theirs: every route, as each kind of stranger."""

import re
import uuid

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.alerts.models import Cause
from app.main import ROUTERS
from tests.alerts.arrange import add_alert
from tests.exercises.exchange.sending import send
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, send_pdf
from tests.test_images import picture

# What anybody may open; everything else asks for a sign-in. Who may read /metrics: tests/test_monitoring.py.
PUBLIC = {"/healthz", "/readyz", "/metrics", "/sign-in", "/sign-up", "/sign-out", "/join/{token}", "/", "/p/offline.js"}
PUBLIC |= {"/guide/connect-cliniko", "/reset-password", "/reset-password/{token}", "/sign-in/code"}
# The patients' own pages: nobody signs in there, and each asks for an answer of its own.
PATIENTS = "/p/{token}"


def routes() -> list[tuple[str, str]]:
    """Every route of the application, nested ones too: method and path pattern."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]


ROUTES = routes()
WITH_IDS = [
    (method, path) for method, path in ROUTES if re.search(r"\{(\w*_id|slug|key)", path) and "{token}" not in path
]


def test_the_walk_sees_the_routes() -> None:
    assert ("GET", "/clients/{client_id}") in ROUTES
    assert ("POST", "/deliveries/{delivery_id}/retry") in WITH_IDS
    assert len(WITH_IDS) >= 10
    assert len(OF_PATIENTS) >= 8


OF_PATIENTS = [(method, path) for method, path in ROUTES if path.startswith(PATIENTS)]
OF_MEMBERS = [(method, path) for method, path in ROUTES if path not in PUBLIC and not path.startswith(PATIENTS)]


@pytest.mark.parametrize(("method", "path"), OF_MEMBERS, ids=" ".join)
def test_signed_out_every_page_leads_to_signing_in(method: str, path: str, browser: Browser) -> None:
    answer = browser.send(method, re.sub(r"\{[^}]+\}", str(uuid.uuid4()), path), data={} if method == "POST" else None)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.fixture
def ids_of_ana(ana: Browser, clinic: Clinic, database: sa.Engine) -> dict[str, str]:
    """Ids of everything Ana has: a client, a program with a draft, a delivery, an own exercise, a template, a file."""
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    delivery = send_pdf(ana, client)
    ana.get(client)
    ana.press("New program")
    assert ana.page is not None
    found = re.search(r"/programs/([0-9a-f-]{36})", ana.page.path)
    assert found
    template = ana.post("/templates", {"program": found[1], "name": "Olivia's template"}).path
    exercise = ana.post("/exercises/new", {"name": "Olivia's own"}).path
    ana.post(f"{exercise}/photos", {}, [("photos", ("photo.png", picture("PNG")))])
    photo = re.search(r"/photos/([0-9a-f-]{36})", ana.page.content.decode())
    assert photo
    return {
        "client_id": client.rpartition("/")[2],
        "delivery_id": delivery,
        "program_id": found[1],
        "number": "1",
        "key": template.rpartition("/")[2],
        "slug": exercise.rpartition("/")[2],
        "photo_id": photo[1],
        "alert_id": add_alert(database, ana, Cause.NEEDS_ATTENTION),
        "import_id": send(ana, "Name\nOlivia's bridge\n").url.rpartition("/")[2],
    }


def test_strangers_and_colleagues_without_access_get_the_same_404_everywhere(
    ana: Browser, ben: Browser, ids_of_ana: dict[str, str], app: FastAPI
) -> None:
    stranger = ana.another()
    stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    unknown = {name: str(uuid.uuid4()) for name in ids_of_ana} | {"number": "1"}
    for method, path in WITH_IDS:
        wanted = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: ids_of_ana.get(m[1], str(uuid.uuid4())), path)
        nowhere = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: unknown.get(m[1], str(uuid.uuid4())), path)
        data = {"client_id": ids_of_ana["client_id"]} if method == "POST" else None
        missing = stranger.send(method, nowhere, data=data)
        for who in (stranger, ben):
            answer = who.send(method, wanted, data=data)
            assert answer.status == 404, f"{method} {path}"
            assert answer.h1 == missing.h1 and answer.text == missing.text, f"{method} {path}"
            assert "Olivia" not in answer.content.decode()


@pytest.fixture
def home_of_olivia(ana: Browser, clinic: Clinic) -> str:
    """Path of the patient's page of a program that Ana gave."""
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart", date_of_birth="1961-03-27")).path
    program = start_from_template(ana, client).path.removesuffix("/edit")
    ana.press("Assign program")
    field = ana.get(f"{program}/home").soup.find("input", id="copy-address")
    assert field is not None
    return str(field["value"]).removeprefix("http://testserver")


@pytest.mark.parametrize("who", ["nobody", "the practitioner herself", "another practice", "another patient"])
def test_nobody_sees_or_notes_anything_on_a_patients_page_without_its_answer(
    who: str, ana: Browser, clinic: Clinic, home_of_olivia: str
) -> None:
    stranger = ana if who == "the practitioner herself" else ana.another()
    if who == "another practice":
        stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    if who == "another patient":
        client = ana.open_patient(clinic.add_patient("Oliver", "Hart", date_of_birth="1961-03-27")).path
        program = start_from_template(ana, client).path.removesuffix("/edit")
        ana.press("Assign program")
        own = ana.get(f"{program}/home").soup.find("input", id="copy-address")
        assert own is not None
        path = str(own["value"]).removeprefix("http://testserver")
        assert stranger.post(f"{path}/open", {"answer": "27/3/1961"}).h1 == "Knee: osteoarthritis and strength"
    values = {"day": "2026-11-25", "name": "0123456789ab", "photo_id": str(uuid.uuid4())}
    for method, pattern in OF_PATIENTS:
        data = {"version": "1", "done": "0"} if method == "POST" else None
        path = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), pattern.removeprefix(PATIENTS))
        answer = stranger.send(method, home_of_olivia + path, data=data)
        told = answer.content.decode()
        assert answer.status in (303, 401, 404, 422) or answer.h1 == "Your exercise program", f"{method} {pattern}"
        assert not any(words in told for words in ("Olivia", "Hart", "Knee", "Ana Ruiz", "Harbour")), (
            f"{method} {pattern}"
        )
        made_up = stranger.send(method, "/p/" + "2" * 20 + path, data=data)
        assert (made_up.status, made_up.h1) == (404, "No program here"), f"{method} {pattern}"
    client_page = re.sub(r"/programs/.*", "", ana.get("/clients").link("Olivia"))
    assert "At home" not in ana.get(client_page).text
