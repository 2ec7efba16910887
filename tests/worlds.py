"""What fixtures arrange by walking pages is kept, and put before later tests of the process as it was.

The first use in a process walks the pages; the rows it wrote are copied into a schema of their own. Later uses put
them in again, and browsers get back their cookies and pages: that takes a small part of the time. Each test of the
application begins with no rows but those an installation begins with.
"""

import pickle
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from psycopg import sql

from app.clock import Clock, utc_now
from app.settings import Settings
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Page

TABLES = """
SELECT c.relname, array_agg(a.attname::text) FILTER (WHERE a.attgenerated = ''),
    array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'timestamptz'::regtype),
    (SELECT array_agg(k.attname::text) FROM pg_index i
     JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = ANY(i.indkey)
     WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'
    AND c.relname !~ '^procrastinate_(workers|version)'
GROUP BY c.oid, c.relname ORDER BY c.relname
"""
T = TypeVar("T")
# How long ago the first, the second and later things a test arranges were done: one after the other, none in future.
AGO = (timedelta(seconds=6), timedelta(seconds=3), timedelta(0))

# The starter library; other tables are empty after the migrations.
FILLED = {"exercises": "practice_id IS NOT NULL"}


@dataclass(frozen=True)
class Table:
    """A table's name and its columns: those that are written, those that are moments, and its key."""

    name: str
    columns: list[str]
    moments: list[str]
    key: list[str]

    def to_keep(self, schema: str, first: int) -> str:
        """SQL that copies the rows written since a transaction began."""
        since = "CREATE UNLOGGED TABLE {} AS SELECT * FROM {} WHERE xmin::text::bigint >= {}"
        return _sql(since, sql.Identifier(schema, self.name), sql.Identifier(self.name), sql.Literal(first))

    def to_put_back(self, schema: str, later: float) -> str:
        """SQL that writes kept rows as if they had been written this many seconds later."""
        kept = sql.Identifier(schema, self.name)
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        moved = sql.SQL(", ").join(
            sql.SQL("{} + make_interval(secs => {})").format(sql.Identifier(column), sql.Literal(later))
            if later and column in self.moments
            else sql.Identifier(column)
            for column in self.columns
        )
        key = sql.SQL(", ").join(map(sql.Identifier, self.key))
        table = sql.Identifier(self.name)
        return _sql("DELETE FROM {} WHERE ({}) IN (SELECT {} FROM {});", table, key, key, kept) + _sql(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {};", table, columns, moved, kept
        )


@dataclass(frozen=True)
class Kept:
    """What a fixture arranged: its result, the browsers' cookies and pages, Cliniko's log, and its rows."""

    result: Any
    browsers: list[tuple[dict[str, str], Page | None]]
    log: list[Any]
    schema: str
    tables: list[Table]
    made_at: datetime


class Worlds:
    """The worlds kept beside one database."""

    def __init__(self, database: sa.Engine) -> None:
        self.database = database
        self.kept: dict[Hashable, Kept] = {}
        with database.begin() as connection:
            self.tables = [Table(*row) for row in connection.exec_driver_sql(TABLES)]
            deletes = [
                _sql("DELETE FROM {} WHERE {};", sql.Identifier(each.name), sql.SQL(FILLED.get(each.name, "true")))
                for each in self.tables
            ]
            # A function keeps its plans; foreign keys and the trigger that keeps versions are not asked.
            connection.exec_driver_sql(
                "CREATE SCHEMA worlds; CREATE FUNCTION worlds.empty() RETURNS void LANGUAGE plpgsql "
                f"SET session_replication_role = replica AS $$BEGIN {''.join(deletes)} END$$"
            )

    def empty(self) -> None:
        """Leave no rows but those an installation begins with."""
        with self.database.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '20s'")
            connection.exec_driver_sql("SELECT worlds.empty()")

    def arrange(
        self,
        name: Hashable,
        make: Callable[[], Any],
        browsers: Sequence[Browser],
        cliniko: FakeCliniko,
        *,
        at: datetime | None,
    ) -> Any:
        """Do what ``make`` does, or put back what it did when it was called first under this name.

        ``browsers`` are those it uses. The rows are moved as if it had been done ``at`` that moment (UTC), or not.
        """
        kept = self.kept.get(name)
        if kept is None:
            kept = self.kept[name] = self._keep(make, browsers, cliniko)
            return kept.result
        later = (at - kept.made_at).total_seconds() if at else 0.0
        with self.database.begin() as connection:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica;"
                + "".join(table.to_put_back(kept.schema, later) for table in kept.tables)
            )
        for browser, (cookies, page) in zip(browsers, kept.browsers, strict=True):
            browser.cookies, browser.page = dict(cookies), page
        cliniko.log.extend(kept.log)
        return kept.result

    def _keep(self, make: Callable[[], Any], browsers: Sequence[Browser], cliniko: FakeCliniko) -> Kept:
        answered, schema = len(cliniko.log), f"world_{len(self.kept)}"
        with self.database.begin() as connection:
            first = int(connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one())
        result = make()
        made_at = datetime.now(UTC)
        with self.database.begin() as connection:
            written = [table for table in self.tables if connection.exec_driver_sql(_written(table, first)).scalar()]
            connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            for table in written:
                connection.exec_driver_sql(table.to_keep(schema, first))
        state = [(dict(browser.cookies), browser.page) for browser in browsers]
        return Kept(result, state, cliniko.log[answered:], schema, written, made_at)


class Arrange:
    """Does what is to be done by walking pages, or puts back what that did before, for one test.

    What depends on the settings or on the time is kept for those.
    """

    def __init__(self, worlds: Worlds, settings: Settings, clock: Clock, cliniko: FakeCliniko) -> None:
        self.worlds, self.cliniko = worlds, cliniko
        self.ago = AGO if clock is utc_now else None
        told = settings.model_dump(exclude={"cliniko_api_url", "smtp_port"})
        self.of = (pickle.dumps(told), None if self.ago else clock())

    def __call__(self, name: str, make: Callable[[], T], *browsers: Browser) -> T:
        """Do what ``make`` does in these browsers, or put that back; returns what it returned."""
        at = None
        if self.ago:
            at, self.ago = datetime.now(UTC) - self.ago[0], self.ago[1:] or self.ago
        done: T = self.worlds.arrange((name, *self.of), make, browsers, self.cliniko, at=at)
        return done


def _written(table: Table, first: int) -> str:
    exists = "SELECT EXISTS (SELECT FROM {} WHERE xmin::text::bigint >= {})"
    return _sql(exists, sql.Identifier(table.name), sql.Literal(first))


def _sql(text: str, *parts: sql.Composable) -> str:
    return sql.SQL(text).format(*parts).as_string(None)  # type: ignore[arg-type]  # constants of this file
