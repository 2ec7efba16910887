"""Asking the database: the server, our login, the schema, the stored secrets and the queue."""

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from app.checks.seen import Database, Queue, Stored
from app.cliniko.key import DEFAULT_SHARD
from app.crypto import CannotDecryptError, Vault
from app.db import Base, sqlalchemy_url
from app.jobs.state import count_workers, is_stuck, list_depths
from app.migrations import Standing, find_standing, import_all_models
from app.privacy.rotating import ENCRYPTED

CONNECT_SECONDS, STATEMENT_MS = 5, 5000
# Enough to see what a rotation left; a check is not to read a large database whole.
MOST_STORED = 10_000

SERVER = sa.text("""
    SELECT current_setting('server_version_num')::int AS version,
           pg_encoding_to_char(encoding) AS encoding,
           has_schema_privilege(current_user, current_schema(), 'CREATE') AS may_create,
           has_parameter_privilege('kinebridge.audit_retention', 'SET') AS may_guard_record,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
           current_setting('max_connections')::int AS most_connections,
           coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
           NOT coalesce(inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1', true) AS is_remote
    FROM pg_database WHERE datname = current_database()
""")
# What the service does with every table of its own; one that is not there yet is the schema's matter.
DENIED = sa.text("""
    SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY(:tables)
    AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
             AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
""")


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    """Yield one connection that waits for nothing long, and closes at the end; SQLAlchemyError or OSError without."""
    options = f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={STATEMENT_MS} -c application_name=kinebridge-check"
    arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "options": options}
    engine = create_async_engine(
        sqlalchemy_url(url), poolclass=sa.NullPool, hide_parameters=True, connect_args=arguments
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def look_at_server(connection: AsyncConnection) -> Database:
    """Return what the server and our login on it are."""
    import_all_models()
    row = (await connection.execute(SERVER)).one()
    denied = (await connection.execute(DENIED, {"tables": list(Base.metadata.tables)})).scalar_one()
    return Database(**row._mapping, tables_denied=denied)


async def look_at_schema(connection: AsyncConnection) -> Standing:
    """Return how the schema stands to this release's."""
    return await connection.run_sync(find_standing)


async def look_at_stored(connection: AsyncConnection, vault: Vault) -> Stored:
    """Count the stored secrets by which of ours they are under; at most some thousands of each table."""
    newest = older = unreadable = 0
    is_whole = True
    for table, column in ENCRYPTED.items():
        stored = Base.metadata.tables[table].columns[column]
        query = sa.select(stored).where(stored.is_not(None)).limit(MOST_STORED + 1)
        tokens = list((await connection.execute(query)).scalars())
        is_whole = is_whole and len(tokens) <= MOST_STORED
        for token in tokens[:MOST_STORED]:
            try:
                is_newest = vault.is_newest(token)
            except CannotDecryptError:
                unreadable += 1
            else:
                newest, older = newest + is_newest, older + (not is_newest)
    return Stored(newest, older, unreadable, is_whole)


async def look_at_queue(connection: AsyncConnection) -> Queue:
    """Return how the background jobs stand."""
    async with AsyncSession(bind=connection) as session:
        due = sum(depth.jobs for depth in await list_depths(session) if depth.status == "due")
        return Queue(await count_workers(session), due, await is_stuck(session))


async def list_shards(connection: AsyncConnection) -> list[str]:
    """Return the shards of the Cliniko keys in use, or the usual one where there are none."""
    connections = Base.metadata.tables["connections"]
    shards = (await connection.execute(sa.select(connections.c.shard).distinct())).scalars()
    return sorted(shards) or [DEFAULT_SHARD]


async def tell_time(connection: AsyncConnection) -> datetime:
    """Return the database's own time, UTC."""
    now: datetime = (await connection.execute(sa.text("SELECT clock_timestamp()"))).scalar_one()
    return now
