"""/metrics: who may read the figures, what they say, and that they say nothing of anybody."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app.bridge.outcomes import Outcome
from app.db import make_engine, make_sessions
from app.metrics import Metrics
from app.monitoring import may_read
from app.settings import Settings
from app.web.assets import static_url
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic, send_pdf

TOKEN = "m3tR" * 10
LOCAL = Settings()
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("settings", "address", "headers", "may"),
    [
        (LOCAL, "127.0.0.1", {}, True),
        (LOCAL, "::1", {}, True),
        (LOCAL, "192.0.2.7", {}, False),
        (LOCAL, "testclient", {}, False),
        (LOCAL, None, {}, False),
        (LOCAL, "127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, False),
        (LOCAL, "127.0.0.1", {"forwarded": "for=192.0.2.7"}, False),
        (LOCAL, "127.0.0.1", {"via": "1.1 proxy"}, False),
        (Settings(public_url="https://kinebridge.example.org"), "127.0.0.1", {}, False),
        (Settings(metrics_token=TOKEN), "127.0.0.1", {}, False),
        (Settings(metrics_token=TOKEN), "127.0.0.1", {"authorization": "Bearer "}, False),
        (Settings(metrics_token=TOKEN), "192.0.2.7", {"authorization": f"Bearer {TOKEN}x"}, False),
        (Settings(metrics_token=TOKEN), "192.0.2.7", {"authorization": f"Basic {TOKEN}"}, False),
        (Settings(metrics_token=TOKEN), "192.0.2.7", {"authorization": "Bearer ünïcode"}, False),
        (Settings(metrics_token=TOKEN), "192.0.2.7", {**BEARER, "x-forwarded-for": "192.0.2.8"}, True),
    ],
)
def test_figures_are_for_this_machine_or_whoever_has_the_token(
    settings: Settings, address: str | None, headers: dict[str, str], may: bool
) -> None:
    assert may_read(settings, address, headers) is may


@pytest.fixture
def reading(app: FastAPI) -> Iterator[Metrics]:
    """The application with a token set, and counters that begin at nothing; gives those that count its requests."""
    tools = app.state.tools
    app.state.tools = replace(
        tools, settings=tools.settings.model_copy(update={"metrics_token": TOKEN}), metrics=Metrics()
    )
    yield tools.metrics
    app.state.tools = tools


def read(browser: Browser) -> dict[tuple[str, ...], float]:
    """Every sample: its name, then the values of its labels, which come by their names."""
    answer = browser.send("GET", "/metrics", headers=BEARER)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.content.decode())
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


@pytest.mark.usefixtures("reading")
def test_strangers_see_no_figures(browser: Browser) -> None:
    answer, nothing = browser.send("GET", "/metrics"), browser.send("GET", "/nothing-here")
    assert (answer.status, answer.text) == (404, nothing.text)


@pytest.mark.usefixtures("reading")
def test_clicks_are_counted_by_what_came_of_them(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    ana.another().open_patient(patient)
    ana.open_patient(patient)
    ana.open_patient(patient)
    ben.open_patient(patient)
    ana.get("/open/cliniko?patient_id=12x")
    ana.open_patient("987654321")
    cliniko.answer("GET", "/v1/patients/*", 500)
    ana.open_patient(clinic.add_patient())
    cliniko.answer("GET", "/v1/patients/*", 403)
    ana.open_patient(clinic.add_patient())
    cliniko.answer("GET", "/v1/patients/*", 401)
    ana.open_patient(clinic.add_patient())
    figures = read(ana)
    counted = {key[1]: value for key, value in figures.items() if key[0] == "kinebridge_clicks_total"}
    assert counted == {
        "signed_out": 1, "made": 1, "opened": 1, "not_shared": 1, "bad_id": 1, "not_visible": 1,
        "cliniko_trouble": 1, "not_permitted": 1, "no_key": 1,
    }  # fmt: skip
    answers = {key[1:]: value for key, value in figures.items() if key[0] == "kinebridge_cliniko_answers_total"}
    operation = "GET patients/{id}"
    assert answers[operation, "4xx"] == 2  # a missing patient is asked for twice
    assert {status for name, status in answers if name == operation} == {"2xx", "4xx", "5xx", "401", "403"}
    assert figures["kinebridge_cliniko_answer_seconds_count", operation] == sum(
        value for (name, _), value in answers.items() if name == operation
    )


@pytest.mark.usefixtures("reading")
def test_deliveries_and_jobs_are_counted_as_the_database_has_them(
    ana: Browser, clinic: Clinic, database: sa.Engine, app: FastAPI
) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    before = read(ana)
    waiting, arrived, failed = (send_pdf(ana, client) for _ in range(3))
    with database.begin() as connection:
        for sql, delivery in (
            ("created_at = now() - interval '3 hours'", waiting),
            ("state = 'delivered', delivered_at = now()", arrived),
            ("state = 'failed'", failed),
        ):
            connection.execute(sa.text(f"UPDATE deliveries SET {sql} WHERE id = :id"), {"id": delivery})
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) "
            "VALUES ('default', 'clients.refresh', now() + interval '1 hour')"
        )
    assert read(ana)["kinebridge_deliveries", "waiting"] == before["kinebridge_deliveries", "waiting"]  # kept a while
    app.state.tools.metrics.looked_at = float("-inf")
    figures = read(ana)

    def more(*key: str) -> float:
        return figures[key] - before.get(key, 0)

    assert more("kinebridge_deliveries", "waiting") == 1
    assert more("kinebridge_deliveries", "failed") == 1
    assert more("kinebridge_deliveries_delivered_last_hour") == 1
    assert figures["kinebridge_delivery_oldest_seconds", "waiting"] >= 3 * 3600
    assert more("kinebridge_queue_jobs", "due", "delivery.deliver") == 3
    assert more("kinebridge_queue_jobs", "later", "clients.refresh") == 1
    assert figures["kinebridge_database_up",] == 1


def test_requests_are_counted_by_route_and_never_by_address(ana: Browser, clinic: Clinic, reading: Metrics) -> None:
    client = ana.open_patient(clinic.add_patient("Wilhelmina", "Hart")).path
    ana.get("/clients?q=Wilhelmina")
    ana.get("/nothing/Wilhelmina")
    ana.send("WILHELMINA", "/clients")
    ana.get(static_url("app.css"))
    ana.get("/static/wilhelmina.css")
    text = reading.as_text().decode()
    assert 'kinebridge_http_requests_total{method="GET",route="/clients/{client_id}",status="200"}' in text
    assert 'kinebridge_http_requests_total{method="GET",route="none",status="404"}' in text
    for status in (200, 404):
        assert f'kinebridge_http_requests_total{{method="GET",route="/static/{{name:path}}",status="{status}"}}' in text
    assert 'method="other"' in text
    assert 'kinebridge_http_request_seconds_bucket{le="0.25",method="GET",route="/open/cliniko"}' in text
    assert "wilhelmina" not in text.lower() and client.rpartition("/")[2] not in text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)


def test_without_the_database_the_process_still_tells_its_own_figures(browser: Browser, app: FastAPI) -> None:
    tools = app.state.tools
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing")
    metrics = Metrics()
    metrics.clicks.labels("made").inc()
    app.state.tools = replace(
        tools,
        sessions=make_sessions(engine),
        metrics=metrics,
        settings=tools.settings.model_copy(update={"metrics_token": TOKEN}),
    )
    try:
        figures = read(browser)
    finally:
        app.state.tools = tools
    assert figures["kinebridge_database_up",] == 0
    assert figures["kinebridge_clicks_total", "made"] == 1
    assert ("kinebridge_deliveries", "waiting") not in figures


def test_every_application_counts_for_itself() -> None:
    first, second = Metrics(), Metrics()
    first.answered_request("GET", "/clients", 200, 0.1)
    assert b'kinebridge_http_requests_total{method="GET",route="/clients",status="200"} 1.0' in first.as_text()
    assert b'route="/clients"' not in second.as_text()


def test_cliniko_operations_have_no_ids_and_odd_methods_no_name() -> None:
    metrics = Metrics()
    metrics.answered("GET", "patients/1234567890123456789/attachment_presigned_post", 200, 0.1)
    metrics.answered("POST", "patient_attachments", None, 0.1)
    metrics.answered("GET", "patients/12", 429, 0.1)
    metrics.waited("background", 1.5)
    metrics.answered_request(f"X{uuid.uuid4().hex}", "none", 404, 0.1)
    text = metrics.as_text().decode()
    assert 'operation="GET patients/{id}/attachment_presigned_post",status="2xx"} 1.0' in text
    assert 'operation="POST patient_attachments",status="none"} 1.0' in text
    assert 'operation="GET patients/{id}",status="429"} 1.0' in text
    assert 'kinebridge_cliniko_pace_wait_seconds_total{priority="background"} 1.5' in text
    assert 'method="other"' in text


def test_the_table_of_figures_names_every_figure() -> None:
    manual = Path(__file__).parent.parent.joinpath("docs", "running.md").read_text()
    table = set(re.findall(r"^\| `(kinebridge_\w+)`", manual, re.MULTILINE))
    families = [*Metrics().registry.collect(), *Metrics().of_database.collect()]
    names = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert table == names
    assert f"clicks on Open in Kinebridge: {', '.join(Outcome)} |" in manual
