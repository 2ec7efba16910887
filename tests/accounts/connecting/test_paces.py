"""All processes together keep one key below the limit; clicks first; no test waits a minute."""

import asyncio
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from app.accounts.connecting.connections import open_cliniko
from app.accounts.connecting.paces import Paces, SharedTurns
from app.accounts.models import Connection
from app.accounts.tools import Tools
from app.cliniko.errors import RateLimited
from app.cliniko.pacing import Limits, free_at
from app.db import make_engine, make_sessions
from app.main import open_tools
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser

FEW = Limits(all=4, background=3, window=timedelta(seconds=60))


@pytest.fixture
def key(ana: Browser, database: sa.Engine) -> uuid.UUID:
    """The id of Ana's connection."""
    with database.connect() as connection:
        found = connection.exec_driver_sql("SELECT id FROM connections ORDER BY created_at DESC LIMIT 1")
        return uuid.UUID(str(found.scalar_one()))


def with_turns(
    database_url: str, key: uuid.UUID, work: Callable[..., Awaitable[Any]], *, processes: int = 1, limits: Limits = FEW
) -> Any:
    """Run work with the turns of one key as several processes see them, each with a pool of its own."""

    async def run() -> Any:
        engines: list[AsyncEngine] = [make_engine(database_url) for _ in range(processes)]
        try:
            return await work(*(SharedTurns(make_sessions(engine), key, limits) for engine in engines))
        finally:
            for engine in engines:
                await engine.dispose()

    return asyncio.run(run())


def arrange(database: sa.Engine, key: uuid.UUID, seconds_ago: Sequence[float], held: float | None = None) -> None:
    """Let requests have gone so many seconds ago, and the key be held for so many seconds."""
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO connection_paces (connection_id, sent, held_until) VALUES (:id, "
                "(SELECT coalesce(array_agg(clock_timestamp() - s * interval '1 second' ORDER BY s DESC), '{}') "
                "FROM unnest(CAST(:ago AS float[])) AS s), clock_timestamp() + :held * interval '1 second') "
                "ON CONFLICT (connection_id) DO UPDATE SET sent = excluded.sent, held_until = excluded.held_until"
            ),
            {"id": key, "ago": [float(each) for each in seconds_ago], "held": held},
        )


@pytest.mark.parametrize(
    ("seconds_ago", "held", "limit", "expected"),
    [
        ([], None, 3, 0),
        ([50, 40], None, 3, 0),
        ([50, 40, 30], None, 3, 10),
        ([50, 40, 30], None, 4, 0),  # a click has more room
        ([61, 60.5, 40, 30], None, 3, 0),
        ([50, 40, 30, 20], None, 3, 20),
        ([50, 40, -5], None, 3, 0),  # the database's clock was set back
        ([], 7, 3, 7),
        ([], -7, 3, 0),
        ([], 640, 3, 0),
        ([50, 40, 30], 15, 3, 15),
    ],
)
def test_the_database_decides_as_the_pure_rule_does(
    seconds_ago: list[float], held: float | None, limit: int, expected: float, key: uuid.UUID, database_url: str,
    database: sa.Engine,
) -> None:  # fmt: skip
    arrange(database, key, seconds_ago, held)
    now = datetime.now(UTC)
    sent = [now - timedelta(seconds=each) for each in seconds_ago]
    held_until = None if held is None else now + timedelta(seconds=held)
    assert (free_at(sent, held_until, limit, FEW.window, now) - now).total_seconds() == expected

    async def take(turns: SharedTurns) -> float:
        return await turns.take(limit)

    assert with_turns(database_url, key, take) == pytest.approx(expected, abs=2)


def test_of_many_waiters_in_several_processes_no_more_go_than_the_limit(key: uuid.UUID, database_url: str) -> None:
    async def crowd(*processes: SharedTurns) -> list[float]:
        return await asyncio.gather(*(process.take(FEW.background) for process in processes for _ in range(8)))

    waits = with_turns(database_url, key, crowd, processes=3)
    assert sorted(waits)[:3] == [0, 0, 0]
    assert all(wait > 55 for wait in sorted(waits)[3:])


def test_a_turn_taken_by_a_process_that_then_died_frees_itself(
    key: uuid.UUID, database_url: str, database: sa.Engine
) -> None:
    arrange(database, key, [59, 59, 59])

    async def take(turns: SharedTurns) -> float:
        return await turns.take(FEW.background)

    assert 0 < with_turns(database_url, key, take) <= 1.5


def test_nothing_is_locked_while_one_waits(key: uuid.UUID, database_url: str, database: sa.Engine) -> None:
    arrange(database, key, [50, 40, 30])

    async def look(turns: SharedTurns) -> None:
        assert await turns.take(FEW.background) > 0
        with database.begin() as connection:
            connection.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
            connection.execute(
                sa.text("UPDATE connection_paces SET held_until = NULL WHERE connection_id = :id"), {"id": key}
            )

    with_turns(database_url, key, look)


def test_case_25_a_hold_named_by_cliniko_holds_every_process_and_a_shorter_one_does_not_shorten_it(
    key: uuid.UUID, database_url: str
) -> None:
    async def hold(first: SharedTurns, second: SharedTurns) -> float:
        await first.hold(40)
        await first.hold(10)
        return await second.take(FEW.all)

    assert with_turns(database_url, key, hold, processes=2) == pytest.approx(40, abs=2)


def with_processes(
    app: Any, limits: Limits, work: Callable[..., Awaitable[Any]], *, count: int = 2, patience: float = 5.0
) -> Any:
    """Run work with the tools of several processes on one database, paced by these limits."""

    async def run() -> Any:
        async with contextlib.AsyncExitStack() as stack:
            tools = []
            for _ in range(count):
                opened = await stack.enter_async_context(open_tools(app.state.settings, app.state.database_url))
                paces = Paces(opened.sessions, limits=limits, patience=patience)
                tools.append(replace(opened, paces=paces))
            return await work(*tools)

    return asyncio.run(run())


async def ask(tools: Tools, key: uuid.UUID, priority: Any, times: int) -> None:
    async with tools.sessions() as session:
        connection = await session.get_one(Connection, key)
    cliniko = open_cliniko(tools, connection, priority=priority)
    for _ in range(times):
        await cliniko.get_user()


def most_in(window: float, moments: Sequence[float]) -> int:
    return max(sum(first <= other < first + window for other in moments) for first in moments)


def test_case_25_two_processes_together_stay_below_the_limit_and_clicks_go_first(
    ana: Browser, key: uuid.UUID, cliniko: FakeCliniko
) -> None:
    limits = Limits(all=16, background=12, window=timedelta(seconds=1.2))
    before = len(cliniko.log)
    clicks: list[float] = []

    async def work(first: Tools, second: Tools) -> None:
        async def click() -> None:
            for _ in range(4):
                await asyncio.sleep(0.4)
                began = time.monotonic()
                await ask(second, key, "interactive", 1)
                clicks.append(time.monotonic() - began)

        await asyncio.gather(
            *(ask(tools, key, "background", 9) for tools in (first, second) for _ in range(2)), click()
        )

    with_processes(ana.server.app, limits, work)
    moments = [entry.at for entry in cliniko.log[before:]]
    assert len(moments) == 40
    assert most_in(1.0, moments) < 16  # any window of the stand-in's own log
    assert {entry.status for entry in cliniko.log[before:]} == {200}
    # Each click went within its own share, while background work waited for most of a window again and again.
    assert max(clicks) < 1.0


def test_case_25_a_click_is_told_when_to_come_back_when_even_its_share_is_used_up(
    ana: Browser, key: uuid.UUID, database: sa.Engine, cliniko: FakeCliniko
) -> None:
    arrange(database, key, [30] * 250)
    asked = len(cliniko.log)

    async def click(tools: Tools) -> None:
        await ask(tools, key, "interactive", 1)

    with pytest.raises(RateLimited) as refusal:
        with_processes(ana.server.app, Limits(), click, count=1)
    assert 25 < (refusal.value.retry_at - datetime.now(UTC)).total_seconds() < 32
    assert len(cliniko.log) == asked
