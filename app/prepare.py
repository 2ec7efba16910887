"""Makes a database ready for this release: its schema, and the starter library in it."""

import asyncio

import structlog

from app.clock import utc_now
from app.db import make_engine, make_sessions, transaction
from app.exercises.starter import store_starter_library
from app.migrations import migrate

log = structlog.get_logger()


def prepare_database(url: str) -> None:
    """Migrate the database at ``url`` and store the starter library of exercises; safe to run twice or at once.

    Done by ``kinebridge migrate`` and not by every process at its start: during an upgrade one of the previous release
    would put the previous library back. For the same reason a newer release's database is left as it is.
    """
    if migrate(url):
        asyncio.run(_store_library(url))
    else:
        log.warning("database_of_newer_release")


async def _store_library(url: str) -> None:
    engine = make_engine(url)
    try:
        async with transaction(make_sessions(engine)) as session:
            await store_starter_library(session, utc_now())
    finally:
        await engine.dispose()
