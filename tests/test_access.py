"""Nobody reaches what is not theirs: every route, as each kind of stranger."""

import re
import uuid
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.alerts.models import Cause
from app.db import Base
from app.main import ROUTERS
from tests.alerts.arrange import add_alert
from tests.exercises.exchange.sending import send
from tests.programs.arrange import start_from_template
from tests.support import Browser, Clinic, send_pdf
from tests.test_images import picture

# What anybody may open; everything else asks for a sign-in. Who may read /metrics: tests/test_monitoring.py.
PUBLIC = {"/healthz", "/readyz", "/metrics", "/sign-in", "/sign-up", "/sign-out", "/join/{token}", "/", "/p/offline.js"}
PUBLIC |= {
    "/guide",
    "/guide/{guide_page}",
    "/guide/pictures/{name}",
    "/reset-password",
    "/reset-password/{token}",
    "/sign-in/code",
}
# The patients' own pages: nobody signs in there, and each asks for an answer of its own.
PATIENTS = "/p/{token}"


@cache
def openapi() -> dict[str, Any]:
    """What the application says of all its routes, nested ones too; read once by all who walk them."""
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


def routes() -> list[tuple[str, str]]:
    """Every route of the application: method and path pattern."""
    return [(method.upper(), path) for path, methods in openapi()["paths"].items() for method in methods]


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
def ids_of_ana(ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine) -> dict[str, str]:
    """Ids of everything Ana has: a client, a program with a draft, a delivery, an own exercise, a template, a file.

    And of Ben, as whoever runs the team manages him.
    """
    managed = ana.get("/account/team").link("Manage").rpartition("/")[2]
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    delivery = send_pdf(ana, client)
    ana.get(client)
    ana.press("New program")
    assert ana.page is not None
    found = re.search(r"/programs/([0-9a-f-]{36})", ana.page.path)
    assert found
    template = ana.post("/templates", {"program": found[1], "name": "Olivia's template"}).path
    patient_id = clinic.add_patient("Oscar", "Hart")
    test_page = ana.post("/today/test-page", {"patient_id": patient_id}).path
    exercise = ana.post("/exercises/new", {"name": "Olivia's own"}).path
    ana.post(f"{exercise}/photos", {}, [("photos", ("photo.png", picture("PNG")))])
    photo = re.search(r"/photos/([0-9a-f-]{36})", ana.page.content.decode())
    assert photo
    return {
        "membership_id": managed,
        "client_id": client.rpartition("/")[2],
        "delivery_id": delivery,
        "test_page_id": test_page.rpartition("/")[2],
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


def test_to_who_was_deactivated_every_page_leads_to_signing_in(
    ana: Browser, ben: Browser, ids_of_ana: dict[str, str]
) -> None:
    ana.post(f"/account/team/{ids_of_ana['membership_id']}/deactivate")
    for method, path in OF_MEMBERS:
        wanted = re.sub(r"\{(\w+)(?::\w+)?\}", lambda m: ids_of_ana.get(m[1], str(uuid.uuid4())), path)
        answer = ben.send(method, wanted, data={} if method == "POST" else None)
        assert answer.status == 303, f"{method} {path}"
        assert answer.headers["location"].startswith("/sign-in"), f"{method} {path}"


# What a colleague may open who may only look at a client; whatever else reaches one, or becomes a new route, says no.
VIEWABLE = {
    ("GET", "/clients/{client_id}"),
    ("GET", "/clients/{client_id}/deliveries"),
    ("GET", "/clients/{client_id}/programs/{program_id}"),
    ("GET", "/clients/{client_id}/programs/{program_id}/versions/{number}.pdf"),
    ("GET", "/deliveries/{delivery_id}/program.pdf"),
}
# Of owners and admins alone; nobody else is told that there is such a page.
OF_LEADS = {("GET", "/clients/{client_id}/record"), ("GET", "/clients/{client_id}/record.csv")}
OF_LEADS |= {("POST", "/clients/{client_id}/erasure"), ("POST", "/clients/{client_id}/erasure/withdraw")}
OF_A_CLIENT = [(method, path) for method, path in WITH_IDS if "{client_id}" in path or "{delivery_id}" in path]


def fingerprint(database: sa.Engine) -> dict[str, str]:
    """A digest of every row of every table, but for who was last seen when."""
    with database.connect() as connection:
        return {
            name: connection.exec_driver_sql(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM \"{name}\" t"
            ).scalar_one()
            for name in sorted(set(Base.metadata.tables) - {"sessions"})
        }


def test_who_may_only_view_a_client_sees_all_of_it_and_changes_nothing(
    ana: Browser, ben: Browser, clinic: Clinic, ids_of_ana: dict[str, str], database: sa.Engine
) -> None:
    client = f"/clients/{ids_of_ana['client_id']}"
    start_from_template(ana, client)
    program = ana.press("Assign program").soup.find("a", href=re.compile("/programs/[0-9a-f-]{36}$"))
    assert program is not None
    ids = ids_of_ana | {"program_id": str(program["href"]).rpartition("/")[2]}
    others = (
        "FROM clients c JOIN memberships m ON m.practice_id = c.practice_id AND m.id <> c.owner_id WHERE c.id = :id"
    )
    with database.begin() as connection:
        columns = "client_id, membership_id, access, given_at"
        grant = f"INSERT INTO client_grants ({columns}) SELECT c.id, m.id, 'view', now() {others}"
        connection.execute(sa.text(grant), {"id": ids["client_id"]})

    def path_of(route: tuple[str, str]) -> str:
        return re.sub(r"\{(\w+)\}", lambda m: ids.get(m[1], str(uuid.uuid4())), route[1])

    for route in VIEWABLE:
        assert ben.get(path_of(route)).status == 200, route
    page = ben.get(client)
    assert "View only" in page.text and "New program" not in page.text
    asks = {"client_id": ids["client_id"], "id": ids["delivery_id"], "state": "ended"}
    before = fingerprint(database)
    for route in set(OF_A_CLIENT) - VIEWABLE - OF_LEADS:
        answer = ben.send(route[0], path_of(route), data=asks if route[0] == "POST" else None)
        assert (answer.status, answer.h1) == (403, "View only"), route
        assert "Ask Ana Ruiz" in answer.text
    assert ben.send("POST", "/templates/knee-osteoarthritis/use", data=asks).status == 403
    assert fingerprint(database) == before
    with database.begin() as connection:  # nor does running the practice make it more
        admin = f"UPDATE memberships SET role = 'admin' WHERE id IN (SELECT m.id {others})"
        connection.execute(sa.text(admin), {"id": ids["client_id"]})
        connection.execute(sa.text("UPDATE deliveries SET state = 'failed' WHERE id = :id"), {"id": ids["delivery_id"]})
    assert not ben.get("/deliveries").has_button("Retry now")
    before = fingerprint(database)
    ben.send("POST", "/deliveries/retry", data=asks)
    assert fingerprint(database) == before


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
