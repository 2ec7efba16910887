"""The schema of a fresh database is that of the code, however often and by however many it is migrated."""

import threading
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app.db import Base, sqlalchemy_url
from app.migrations import import_all_models, is_current, migrate


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """URL of an empty database."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(sqlalchemy_url(server_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    yield server_url.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_migrations_make_just_what_the_models_say(database: sa.Engine) -> None:
    import_all_models()
    with database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: not str(name).startswith("procrastinate_")}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert is_current(connection)


def test_two_processes_that_start_at_once_migrate_one_after_the_other(empty_url: str) -> None:
    threads = [threading.Thread(target=migrate, args=(empty_url,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool).connect() as connection:
        assert is_current(connection)


def test_a_database_behind_this_release_is_not_current(empty_url: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert not is_current(connection)
    migrate(empty_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("COMMENT ON TABLE procrastinate_jobs IS '01.00.00_01_older.sql'")
    with engine.connect() as connection:
        assert not is_current(connection)


def test_rows_of_an_assigned_version_can_be_neither_changed_nor_deleted(empty_url: str) -> None:
    migrate(empty_url)
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")  # no foreign keys, for one row
        connection.exec_driver_sql(
            "INSERT INTO program_versions (id, practice_id, program_id, number, title, content, assigned_by_id, "
            "assigned_at, document_id) SELECT i, i, i, 1, 'Knees', '{}', i, now(), i FROM gen_random_uuid() AS i"
        )
    for statement in ("UPDATE program_versions SET title = 'Hips'", "DELETE FROM program_versions"):
        with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match="never changed or deleted"):
            connection.exec_driver_sql(statement)
