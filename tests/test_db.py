"""Connections to the database: who stands still in the middle of something holds up nobody for long."""

import asyncio

import pytest
import sqlalchemy as sa
from procrastinate import PsycopgConnector
from sqlalchemy.exc import DBAPIError

from app import db
from app.jobs import worker

SETTING = "SHOW idle_in_transaction_session_timeout"


def test_a_process_that_stands_still_amid_a_transaction_loses_it_and_what_it_locked(
    database: sa.Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "STOOD_STILL_SECONDS", 0.2)
    with database.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS held_rows (id int)")

    async def stand_still() -> None:
        engine = db.make_engine(database_url)
        try:
            async with engine.connect() as stuck:
                await stuck.execute(sa.text("LOCK TABLE held_rows"))
                await asyncio.to_thread(take_it_over)
                with pytest.raises(DBAPIError):
                    await stuck.execute(sa.text("SELECT 1"))
            async with engine.connect() as after:  # the pool hands out no ended connection
                await after.execute(sa.text("SELECT 1"))
        finally:
            await engine.dispose()

    def take_it_over() -> None:
        with database.begin() as other:
            other.exec_driver_sql("SET LOCAL lock_timeout = '20s'")
            other.exec_driver_sql("LOCK TABLE held_rows")

    asyncio.run(stand_still())
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE held_rows")


def test_that_holds_for_the_queue_too_and_keeps_what_the_address_asks_for(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[str, str]] = []
    stop = asyncio.Event()

    async def look(stop: asyncio.Event, tools: object) -> None:
        connector = worker.queue.connector
        assert isinstance(connector, PsycopgConnector)
        timeout = await connector.execute_query_one_async(SETTING)
        path = await connector.execute_query_one_async("SHOW search_path")
        shown.append((timeout["idle_in_transaction_session_timeout"], path["search_path"]))
        stop.set()

    monkeypatch.setattr(worker, "_run_until", look)
    asyncio.run(worker.run_worker(f"{database_url}&options=-c%20search_path%3Dpublic,pg_catalog", None, stop))
    assert shown == [("30s", "public,pg_catalog")]
