"""Makes a database ready for this release: its schema, and the starter library in it."""

import asyncio

import sqlalchemy as sa
import structlog

from app.clock import utc_now
from app.db import make_engine, make_sessions, sqlalchemy_url, transaction
from app.exercises.starter import store_starter_library
from app.migrations import is_current, migrate

log = structlog.get_logger()

CONNECT_SECONDS = 5


def prepare_database(url: str) -> None:
    """Migrate the database at ``url`` and store the starter library of exercises; safe to run twice or at once.

    Done by ``kinebridge migrate`` and not by every process at its start: during an upgrade one of the previous release
    would put the previous library back. For the same reason a newer release's database is left as it is.
    """
    if migrate(url):
        asyncio.run(_store_library(url))
    else:
        log.warning("database_of_newer_release")


def warn_unless_prepared(url: str) -> None:
    """Say in the log what to do where the database at ``url`` does not answer or is not migrated; never raises.

    Processes start nevertheless, and work once it is: what they say until then is of the libraries below.
    """
    engine = sa.create_engine(
        sqlalchemy_url(url), poolclass=sa.NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
    )
    try:
        with engine.connect() as connection:
            if not is_current(connection):
                log.warning("database_not_migrated", reason="run kinebridge migrate")
    except sa.exc.SQLAlchemyError:
        log.warning("database_not_reached", reason="run kinebridge check")


async def _store_library(url: str) -> None:
    engine = make_engine(url)
    try:
        async with transaction(make_sessions(engine)) as session:
            await store_starter_library(session, utc_now())
    finally:
        await engine.dispose()
