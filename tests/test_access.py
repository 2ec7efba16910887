"""Nobody reaches what is not theirs: every route, as each kind of stranger."""

import re
import uuid

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.main import ROUTERS
from tests.exercises.exchange.sending import send
from tests.support import Browser, Clinic, send_pdf
from tests.test_images import picture

# What anybody may open; everything else asks for a sign-in.
PUBLIC = {"/healthz", "/readyz", "/sign-in", "/sign-up", "/sign-out", "/join/{token}", "/"}


def routes() -> list[tuple[str, str]]:
    """Every route of the application, nested ones too: method and path pattern."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return [(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods]


ROUTES = routes()
WITH_IDS = [(method, path) for method, path in ROUTES if re.search(r"\{(\w*_id|slug)", path)]


def test_the_walk_sees_the_routes() -> None:
    assert ("GET", "/clients/{client_id}") in ROUTES
    assert ("POST", "/deliveries/{delivery_id}/retry") in WITH_IDS
    assert len(WITH_IDS) >= 10


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[1] not in PUBLIC], ids=" ".join)
def test_signed_out_every_page_leads_to_signing_in(method: str, path: str, browser: Browser) -> None:
    answer = browser.send(method, re.sub(r"\{[^}]+\}", str(uuid.uuid4()), path), data={} if method == "POST" else None)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.fixture
def ids_of_ana(ana: Browser, clinic: Clinic, database: sa.Engine) -> dict[str, str]:
    """Ids of everything Ana has: a client, a program with a draft, a delivery, an own exercise with a photo, a file."""
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    delivery = send_pdf(ana, client)
    ana.get(client)
    ana.press("New program")
    assert ana.page is not None
    found = re.search(r"/programs/([0-9a-f-]{36})", ana.page.path)
    assert found
    exercise = ana.post("/exercises/new", {"name": "Olivia's own"}).path
    ana.post(f"{exercise}/photos", {}, [("photos", ("photo.png", picture("PNG")))])
    photo = re.search(r"/photos/([0-9a-f-]{36})", ana.page.content.decode())
    assert photo
    return {
        "client_id": client.rpartition("/")[2],
        "delivery_id": delivery,
        "program_id": found[1],
        "number": "1",
        "slug": exercise.rpartition("/")[2],
        "photo_id": photo[1],
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
        data = {} if method == "POST" else None
        missing = stranger.send(method, nowhere, data=data)
        for who in (stranger, ben):
            answer = who.send(method, wanted, data=data)
            assert answer.status == 404, f"{method} {path}"
            assert answer.h1 == missing.h1 and answer.text == missing.text, f"{method} {path}"
            assert "Olivia" not in answer.content.decode()
