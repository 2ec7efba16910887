"""The database: base class, naming convention, sessions and the one transaction helper.

PostgreSQL only. Times are stored with time zone, in UTC. Ids are random UUIDs, so that an address tells nothing.
"""

import enum
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import DateTime, Enum, MetaData, Uuid, func, make_url, select
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]

# A database machine that is gone without a word is noticed within a minute; by the system's own times it takes hours,
# and all that while a job would hold the lock of its key (PostgreSQL manual, libpq, "Parameter Key Words").
KEEPALIVES = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}

# A process that stands still (its machine asleep, its container paused) keeps its connections, and with a transaction
# under way all that it locked: other workers would wait for it for as long as it stands (PostgreSQL manual, "Client
# Connection Defaults"). Ours hold no network call and no person's time, so none is idle for long.
STOOD_STILL_SECONDS = 30


class Base(DeclarativeBase):
    """Base of every table; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), uuid.UUID: Uuid()}  # noqa: RUF012 - SQLAlchemy's own name and form


def words_of(kind: type[enum.StrEnum]) -> Enum:
    """Return the column type that stores an enumeration's words as text and gives members back."""
    return Enum(kind, native_enum=False, length=20, values_callable=lambda members: [each.value for each in members])


class WithId:
    """A random id as primary key."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def sqlalchemy_url(url: str) -> str:
    """Return ``url`` with the psycopg driver named, as SQLAlchemy wants it."""
    rest = url.partition("://")[2]
    return f"postgresql+psycopg://{rest}"


def libpq_url(url: str) -> str:
    """Return ``url`` as libpq wants it, for connections outside SQLAlchemy."""
    return "postgresql://" + sqlalchemy_url(url).partition("://")[2]


def connect_arguments(url: str) -> dict[str, Any]:
    """Return what to connect with beside ``url``, for engine and queue: how who is gone or stands still is noticed."""
    own = f"-c idle_in_transaction_session_timeout={STOOD_STILL_SECONDS}s"
    return {**KEEPALIVES, "options": f"{make_url(sqlalchemy_url(url)).query.get('options', '')} {own}".strip()}


def make_engine(url: str) -> AsyncEngine:
    """Make the engine of a process; connections are checked before use, so a database restart is survived."""
    return create_async_engine(
        sqlalchemy_url(url),
        pool_size=10,
        max_overflow=20,
        pool_pre_ping=True,
        connect_args=connect_arguments(url),
        hide_parameters=True,  # exceptions must not carry names, addresses or keys
    )


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Make the session factory; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """One transaction of its own: committed at the end, rolled back on any exception.

    For jobs, and for the few writes of a request that must stay when the request is refused
    (failed sign-ins, the record of refusals).
    """
    async with sessions.begin() as session:
        yield session


async def release(session: AsyncSession) -> None:
    """End what has been read so far and hand the connection back, so that a network call holds no transaction."""
    await session.commit()


async def database_now(session: AsyncSession) -> datetime:
    """Return the database's time, by which the queue decides too: by ours a job could come too early for its row."""
    now: datetime = (await session.scalars(select(func.clock_timestamp()))).one()
    return now


async def driver_connection(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """Return the psycopg connection under ``session``, to put a job into the same transaction."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver: psycopg.AsyncConnection[Any] = raw.driver_connection  # type: ignore[assignment]  # typed as Any | None by SQLAlchemy
    return driver
