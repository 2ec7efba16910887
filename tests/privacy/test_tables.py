"""Every table of the database is either exported and erased, or it is written down why not."""

import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa

from app.privacy.export import Scope
from app.privacy.tables import TABLES, tables_in_order
from tests.privacy.arrange import all_tables

ALL = all_tables()
# What such a column holds lets somebody in, or is a secret of ours.
SECRET = re.compile(r"password|secret|encrypt|hash|digest|token|(^|_)code|public_id|reset|totp_step")
SOME_ID = uuid.uuid4()
FINE = {("documents", "sha256"), ("exercises", "entry_digest"), ("practitioners", "totp_since")}


def refers_to(table: sa.Table, target: str, seen: frozenset[str] = frozenset()) -> bool:
    """True when rows of the table belong, over foreign keys, to rows of another that go with them."""
    others = {key.column.table for key in table.foreign_keys} - {table}
    return any(
        other.name == target or (other.name not in seen and refers_to(other, target, seen | {table.name}))
        for other in others
    )


def is_partial(index: Any) -> bool:
    where = str(index.get("dialect_options", {}).get("postgresql_where", ""))
    return bool(where) and "IS NOT NULL" not in where  # one for what refers to anything at all is as good


def test_every_table_is_written_down() -> None:
    assert {table.name for table in ALL} == TABLES.keys()


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_what_hangs_on_a_client_or_a_practice_is_exported_and_erased_with_it(table: sa.Table) -> None:
    kept = TABLES[table.name]
    if refers_to(table, "clients") or table.name == "clients" or "client_id" in table.columns:
        assert kept.of_client
    if "practice_id" in table.columns or refers_to(table, "practices"):
        assert kept.of_practice or (kept.not_exported and kept.stays)
    assert kept.of_practice or kept.not_exported


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_no_column_with_a_secret_is_exported(table: sa.Table) -> None:
    kept = TABLES[table.name]
    if kept.not_exported:
        return
    for scope in (Scope(SOME_ID), Scope(SOME_ID, (SOME_ID,))):
        for column in scope.columns(table, kept):
            assert (table.name, column.name) in FINE or not SECRET.search(column.name), column
            assert not isinstance(column.type, sa.LargeBinary), f"{column} is to be a file"


def test_hidden_columns_are_columns() -> None:
    for table, kept in tables_in_order():
        assert kept.hidden | kept.hidden_from_client <= set(table.columns.keys()), table.name


def test_erasing_a_client_reads_no_whole_table_for_rows_that_refer_to_theirs(database: sa.Engine) -> None:
    """PostgreSQL looks, for each row that goes, whether another table refers to it (manual, "Foreign Keys")."""
    of_clients = {name for name, kept in TABLES.items() if kept.of_client and not kept.stays}
    inspector = sa.inspect(database)
    for table in ALL:
        found = [inspector.get_pk_constraint(table.name)["constrained_columns"]]
        found += [index["column_names"] for index in inspector.get_indexes(table.name) if not is_partial(index)]
        first = {columns[0] for columns in found if columns}
        for key in table.foreign_keys:
            if key.column.table.name in of_clients:
                assert key.parent.name in first, f"{table.name}.{key.parent.name} has no index"
