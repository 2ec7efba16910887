"""The way of a database from the first release to this one, with rows of the first, and back again."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app import migrations
from app.db import Base, sqlalchemy_url
from app.migrations import import_all_models, is_current, migrate, upgrade

FIRST = "0001"
REVISIONS = [each.revision for each in ScriptDirectory.from_config(migrations._config()).walk_revisions()][::-1]

IDS = {name: uuid.uuid5(uuid.NAMESPACE_DNS, name) for name in ("practice", "ana", "ben", "client", "other")}
PRACTICE, ANA, BEN, CLIENT, OTHER = IDS.values()
# What the first release had written, by table: one practice of two, a program that arrived and one that waits.
ROWS: dict[str, list[dict[str, Any]]] = {
    "practices": [{"id": PRACTICE, "name": "Harbour Physio", "country": "NZ", "cliniko_account_id": "7"}],
    "practitioners": [
        {"id": id_, "name": name, "email": f"{name}@harbour.example", "password_hash": "argon",
         "active_practice_id": PRACTICE}
        for id_, name in ((ANA, "Ana"), (BEN, "Ben"))
    ],
    "memberships": [
        {"id": id_, "practice_id": PRACTICE, "practitioner_id": id_, "role": role, "sharing_rule": rule}
        for id_, role, rule in ((ANA, "owner", "chosen"), (BEN, "practitioner", "practice"))
    ],
    "sessions": [
        {"id": ANA, "token_digest": "d" * 64, "practitioner_id": ANA, "created_at": "now", "last_seen_at": "now",
         "expires_at": "2099-01-01"},
    ],
    "clients": [
        {"id": id_, "practice_id": PRACTICE, "owner_id": ANA, "first_name": name, "refreshed_at": "now", "search": ""}
        for id_, name in ((CLIENT, "Olivia"), (OTHER, "Ōtautahi"))
    ],
    "client_links": [
        {"id": CLIENT, "practice_id": PRACTICE, "client_id": CLIENT, "patient_id": "12", "is_current": True},
        {"id": OTHER, "practice_id": PRACTICE, "client_id": CLIENT, "patient_id": "11", "is_current": False},
    ],
    "connections": [
        {"id": ANA, "practice_id": PRACTICE, "membership_id": ANA, "encrypted_key": "gAAAA", "last_four": "1234",
         "shard": "au1", "cliniko_user_id": "3", "cliniko_user_name": "Ana", "cliniko_role": "administrator",
         "checked_at": "now"},
    ],
    "invitations": [
        {"id": BEN, "practice_id": PRACTICE, "email": "c@harbour.example", "invited_by_id": ANA, "created_at": "now",
         "expires_at": "2099-01-01"},
    ],
    "shared_colleagues": [{"owner_id": ANA, "colleague_id": BEN}],
    "documents": [
        {"id": id_, "practice_id": PRACTICE, "client_id": CLIENT, "file_name": "Knees.pdf", "content": b"%PDF",
         "sha256": "0" * 64}
        for id_ in (CLIENT, OTHER)
    ],
    "programs": [
        {"id": CLIENT, "practice_id": PRACTICE, "client_id": CLIENT, "created_by_id": ANA, "created_at": "now",
         "updated_at": "now"},
    ],
    "deliveries": [
        {"id": id_, "practice_id": PRACTICE, "client_id": CLIENT, "document_id": id_, "membership_id": ANA,
         "patient_id": "12", "description": "mark", "state": state, "started_at": "now", "created_at": "now",
         "delivered_at": delivered}
        for id_, state, delivered in ((CLIENT, "delivered", "now"), (OTHER, "waiting", None))
    ],
    "program_versions": [
        {"id": id_, "practice_id": PRACTICE, "program_id": CLIENT, "number": number, "title": "Knees", "content": "{}",
         "assigned_by_id": ANA, "assigned_at": "now", "document_id": id_, "delivery_id": id_}
        for number, id_ in enumerate((CLIENT, OTHER), start=1)
    ],
    "audit_events": [
        {"happened_at": "now", "practice_id": PRACTICE, "practitioner_id": ANA, "action": "client.made",
         "client_id": CLIENT},
    ],
}  # fmt: skip


@pytest.fixture
def engine(server_url: str) -> Iterator[sa.Engine]:
    """An empty database."""
    name = f"history_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield sa.create_engine(sqlalchemy_url(server_url.replace("/postgres?", f"/{name}?")), poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def write_rows(connection: sa.Connection) -> None:
    for table, rows in ROWS.items():
        for row in rows:
            names = ", ".join(row)
            values = ", ".join("'now'" if value == "now" else f":{name}" for name, value in row.items())
            known = {name: value for name, value in row.items() if value != "now"}
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), known)


def read_rows(connection: sa.Connection, columns: dict[str, str]) -> dict[str, list[str]]:
    """Each row of the first release's tables as text, in the columns that release knew."""
    return {
        table: sorted(str(row) for row in connection.exec_driver_sql(f"SELECT {names} FROM {table}"))
        for table, names in columns.items()
    }


def first_columns(connection: sa.Connection) -> dict[str, str]:
    look = sa.inspect(connection)
    return {table: ", ".join(column["name"] for column in look.get_columns(table)) for table in ROWS}


def differences(connection: sa.Connection) -> list[Any]:
    """What the models say otherwise than the database."""
    import_all_models()
    options = {"include_name": lambda name, kind, _: not str(name).startswith("procrastinate_")}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def take_back(connection: sa.Connection, revision: str) -> None:
    config = migrations._config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def test_rows_of_the_first_release_come_through_every_migration_unchanged_and_back(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        upgrade(connection, FIRST)
        write_rows(connection)
        columns = first_columns(connection)
        written = read_rows(connection, columns)
    for revision in REVISIONS[1:]:
        with engine.begin() as connection:
            upgrade(connection, revision)
            assert read_rows(connection, columns) == written, revision
    for revision in REVISIONS[-2::-1]:
        with engine.begin() as connection:
            take_back(connection, revision)
            assert read_rows(connection, columns) == written, f"back to {revision}"
    # As an operator does it: all at once, with the queue's tables and the library.
    migrate(engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert is_current(connection)
        assert read_rows(connection, columns) == written
        assert differences(connection) == []


def test_all_can_be_taken_back_to_nothing(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        upgrade(connection, REVISIONS[-1])
    with engine.begin() as connection:
        take_back(connection, "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        left = connection.exec_driver_sql("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        assert left.scalars().all() == []
