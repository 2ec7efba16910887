"""Everything kept about a person, and everything of a practice, as a file to take away."""

import asyncio
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import anyio
import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app import db
from app.privacy.export import Scope, safe_name, write_export
from app.privacy.sending import ExportResponse
from app.privacy.tables import TABLES
from tests.privacy.arrange import practice_of, rows_of, run_practice, treat, unpack
from tests.processes import wait_until
from tests.support import PASSWORD, Browser, Clinic


def test_one_click_on_a_clients_page_exports_everything_kept_about_them(ana: Browser, clinic: Clinic) -> None:
    other = treat(ana, clinic, "Zanzibar", "Otherman")
    person = treat(ana, clinic)
    page = ana.get(ana.get(person.client).link("Everything kept about this patient"))
    assert "1 program" in page.text and "1 PDF" in page.text and "1 day noted at home" in page.text
    exported = ana.get(page.link("Export everything"))
    files = unpack(exported)
    assert exported.headers["content-disposition"].startswith('attachment; filename="client-data-2')
    assert exported.headers["cache-control"] == "no-store"
    assert [row["first_name"] for row in rows_of(files, "clients")] == [person.name]
    assert [row["comment"] for row in rows_of(files, "diary_days")] == [f"=Stairs are hard, says {person.name}"]
    version = rows_of(files, "program_versions")[0]
    assert "dose" in json.dumps(version["content"]) and version["number"] == 1
    assert rows_of(files, "programs")[0]["draft"]
    assert {row["name"] for row in rows_of(files, "people")} == {"Ana Ruiz"}
    assert {row["action"] for row in rows_of(files, "audit_events")} >= {"client.viewed", "program.assigned"}
    assert "address" not in rows_of(files, "audit_events")[0]
    pdfs = [content for name, content in files.items() if name.startswith("pdfs/")]
    assert len(pdfs) == 1 and pdfs[0].startswith(b"%PDF")
    told = b"".join(files.values()).decode("latin-1")
    assert "Zanzibar" not in told and other.client.rpartition("/")[2] not in told
    assert person.home.removeprefix("/p/")[:12] not in told


def test_case_12_two_told_apart_again_are_in_each_others_export_by_nothing_that_was_typed(
    ana: Browser, clinic: Clinic
) -> None:
    ana.get("/clients/new")
    fields = {"First name": "Olivia", "Last name": "Hart", "Email": "only@olivia.au", "Pronouns": "she/her"}
    by_hand = ana.press("Add patient", **fields).path
    other = ana.open_patient(clinic.add_patient("Livia", "Heart")).path
    assert ana.post(f"{by_hand}/same-person", {"other": other.rpartition("/")[2]}).path == other
    assert ana.press("Make them two patients again").path == by_hand
    assert "only@olivia.au" in json.dumps(rows_of(unpack(ana.get(f"{by_hand}/data.zip")), "clients"))
    told = b"".join(unpack(ana.get(f"{other}/data.zip")).values())
    assert b"only@olivia.au" not in told and b"she/her" not in told


def test_the_manifest_names_every_file_with_its_checksum_and_names_are_plain(ana: Browser, clinic: Clinic) -> None:
    files = unpack(ana.get(f"{treat(ana, clinic, '妈妈', '../Ünal').client}/data.zip"))
    manifest = json.loads(files.pop("manifest.json"))
    assert {file["path"] for file in manifest["files"]} == files.keys()
    for file in manifest["files"]:
        content = files[file["path"]]
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert file["path"].isascii() and ".." not in file["path"] and not file["path"].startswith("/")
    assert safe_name("../../etc/passwd") == "-..-etc-passwd" and safe_name("妈") == "-" and safe_name("..") == "file"


def test_no_cell_of_an_export_is_run_as_a_formula(ana: Browser, clinic: Clinic) -> None:
    run_practice(ana)
    treat(ana, clinic, "=cmd()", "@SUM(1)")
    ana.get("/account/data")
    files = unpack(ana.press("Export everything", **{"Your password": PASSWORD}))
    told = "\n".join(content.decode() for name, content in files.items() if name.endswith(".csv"))
    assert "'=Stairs are hard" in told and "'=cmd()" in told and "'=Plank of ours" in told
    assert ",=" not in told and ",@SUM" not in told
    assert [row["first_name"] for row in rows_of(files, "clients")] == ["=cmd()"]


def test_an_owner_exports_the_practice_with_the_password_and_it_holds_no_secret(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    run_practice(ana)
    treat(ana, clinic)
    stranger = ana.another()
    stranger.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    ana.get("/account/data")
    assert ana.press("Export everything", **{"Your password": "not my password"}).status == 422
    files = unpack(ana.press("Export everything", **{"Your password": PASSWORD}))
    assert {row["name"] for row in rows_of(files, "practitioners")} == {"Ana Ruiz", "Ben Cole"}
    filled = {name for name, kept in TABLES.items() if not kept.not_exported and rows_of(files, name)}
    empty_here = {"client_viewers", "client_changes", "client_combinations", "clients_kept_apart", "shared_colleagues"}
    empty_here |= {"client_grants", "access_requests", "practice_discounts"} | {
        "alerts",
        "alert_members",
        "alert_recipients",
        "erasures",
        "program_templates",
    }
    assert filled >= TABLES.keys() - empty_here - {name for name, kept in TABLES.items() if kept.not_exported}
    assert any(name.startswith("photos/") for name in files)
    told = b"".join(content for name, content in files.items() if not name.endswith(("pdf", "jpg"))).decode()
    with database.connect() as connection:
        # Other tests have people whose hash is a word.
        real = "SELECT password_hash FROM practitioners WHERE length(password_hash) > 20"
        hashes = connection.exec_driver_sql(real).scalars().all()
    secrets = (*hashes, clinic.ana.key, "gAAAA", "Cleo Marsh", "Riverside")
    assert [secret for secret in secrets if secret in told] == []
    recorded = rows_of(unpack(ana.post("/account/data/export", {"export_password": PASSWORD})), "audit_events")
    assert [row["action"] for row in recorded].count("data.practice_exported") == 2


def test_only_who_may_edit_a_client_and_those_who_run_the_practice_get_at_their_data(
    ana: Browser, ben: Browser, clinic: Clinic
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = ben.open_patient(patient).path
    assert unpack(ben.get(f"{client}/data.zip")) and not ben.get(f"{client}/data").has_button("Erase this patient")
    assert ana.get(client).status == 404
    ana.get("/account/data")
    assert "Nobody here is linked" in ana.press("Find", **{"Patient in Cliniko": "999999"}).text
    page = ana.press("Find", **{"Patient in Cliniko": patient})
    assert page.path == f"{client}/data" and page.has_button("Erase this patient")
    assert unpack(ana.get(f"{client}/data.zip"))
    colleague = ana.invite_colleague(name="Lee Okafor")
    for path in (f"{client}/data", f"{client}/data.zip", "/account/data"):
        assert colleague.get(path).status == 404
    ben.share_with_everyone()
    assert unpack(colleague.get(f"{client}/data.zip"))
    for path in (f"{client}/erasure", f"{client}/erasure/withdraw", "/account/data/export", "/account/data/erasure"):
        assert colleague.post(path, {"export_password": PASSWORD}).status == 404
    assert ben.post(f"{client}/erasure").status == 404


def open_transactions(database: sa.Engine) -> int:
    with database.connect() as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND xact_start IS NOT NULL AND backend_type = 'client backend'"
        )
        return int(connection.exec_driver_sql(query).scalar_one())


def test_a_browser_that_goes_away_ends_the_reading(
    ana: Browser, clinic: Clinic, database: sa.Engine, server: TestClient
) -> None:
    """Called as the server does: the second piece is never taken, then the browser is gone."""
    scope = Scope(practice_of(database, treat(ana, clinic).id))
    told: list[str] = []

    async def attempt() -> None:
        gone = anyio.Event()

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: MutableMapping[str, Any]) -> None:
            told.append(message["type"])
            if len(told) == 3:
                assert open_transactions(database) == 1
                gone.set()
                await anyio.sleep_forever()

        await ExportResponse(ana.server.app.state.tools, scope, datetime.now(UTC))({}, receive, send)

    assert server.portal is not None
    server.portal.call(attempt)
    assert len(told) == 3
    wait_until(lambda: open_transactions(database) == 0, "the transaction is over", seconds=10)


def test_a_large_practice_is_never_held_in_memory(
    ana: Browser, clinic: Clinic, database: sa.Engine, server: TestClient
) -> None:
    client = treat(ana, clinic).id
    with database.begin() as connection:
        query = sa.text(
            "INSERT INTO documents (id, practice_id, client_id, file_name, content, sha256) "
            "SELECT gen_random_uuid(), practice_id, id, 'knees.pdf', convert_to(repeat('x', 1000000), 'UTF8'), '' "
            "FROM clients, generate_series(1, 30) WHERE id = :id"
        )
        connection.execute(query, {"id": client})
    lengths: list[int] = []

    async def sink(piece: bytes) -> None:
        lengths.append(len(piece))

    tools, scope = ana.server.app.state.tools, Scope(practice_of(database, client))
    assert server.portal is not None
    tracemalloc.start()
    server.portal.call(write_export, tools, scope, sink, datetime.now(UTC))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(lengths) > 30_000_000
    assert peak < 12_000_000 and max(lengths) < 2_000_000


def test_an_export_is_of_one_moment(ana: Browser, clinic: Clinic, database: sa.Engine, server: TestClient) -> None:
    person = treat(ana, clinic)
    out = io.BytesIO()

    async def sink(piece: bytes) -> None:
        if not out.tell():
            with database.begin() as connection:
                values = {"id": person.id}
                connection.execute(sa.text("UPDATE clients SET first_name = 'Later' WHERE id = :id"), values)
        out.write(piece)

    tools, scope = ana.server.app.state.tools, Scope(practice_of(database, person.id), (person.id,))
    assert server.portal is not None
    server.portal.call(write_export, tools, scope, sink, datetime.now(UTC))
    with zipfile.ZipFile(out) as opened:
        assert person.name in opened.read("tables/clients.csv").decode()
        assert person.name in opened.read("tables/clients.json").decode()


def test_a_browser_that_takes_its_time_still_gets_the_whole_of_it(
    ana: Browser, clinic: Clinic, database: sa.Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = treat(ana, clinic)
    monkeypatch.setattr(db, "STOOD_STILL_SECONDS", 0.1)
    out = io.BytesIO()

    async def sink(piece: bytes) -> None:
        if not out.tell():
            with database.connect() as connection:
                connection.exec_driver_sql("SELECT pg_sleep(0.3)")
        out.write(piece)

    async def export() -> None:
        engine = db.make_engine(database_url)
        tools = replace(ana.server.app.state.tools, sessions=db.make_sessions(engine))
        await write_export(tools, Scope(practice_of(database, person.id), (person.id,)), sink, datetime.now(UTC))
        await engine.dispose()

    asyncio.run(export())
    with zipfile.ZipFile(out) as opened:
        assert opened.testzip() is None
