"""The schema of a fresh database is that of the code, however often and by however many it is migrated."""

import threading
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app import migrations
from app.db import Base, sqlalchemy_url
from app.errors import AppError
from app.migrations import import_all_models, is_current, migrate, upgrade
from app.prepare import prepare_database
from tests.processes import wait_until


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


def set_revision(engine: sa.Engine, revision: str, line: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{line}'")


def test_beside_a_newer_schema_this_release_is_ready_and_leaves_it_alone(empty_url: str) -> None:
    assert migrate(empty_url)
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        line = connection.exec_driver_sql("SELECT obj_description('alembic_version'::regclass)").scalar_one()
        connection.exec_driver_sql("COMMENT ON TABLE procrastinate_jobs IS '99.00.00_01_newer.sql'")
    assert line.split()[:2] == ["0001", "0002"]
    set_revision(engine, "newer", f"{line} newer")
    with engine.connect() as connection:
        assert is_current(connection)
    prepare_database(empty_url)
    with engine.connect() as connection:
        queue = connection.exec_driver_sql("SELECT obj_description('procrastinate_jobs'::regclass)").scalar_one()
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        assert (revision, queue) == ("newer", "99.00.00_01_newer.sql")
        assert connection.exec_driver_sql("SELECT count(*) FROM exercises").scalar_one() == 0  # its library is not ours


def test_an_unknown_schema_that_did_not_come_from_this_releases_is_not_current(empty_url: str) -> None:
    migrate(empty_url)
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)
    set_revision(engine, "elsewhere", "0001 0002 elsewhere")
    with engine.connect() as connection:
        assert not is_current(connection)


# What an earlier release's rows run into, by table: its columns, and its constraints and unique indexes in words.
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES' AS takes_null,
       is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS' AS optional
FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'procrastinate%%'
"""
RULES = """
SELECT conrelid::regclass::text AS table_name, pg_get_constraintdef(oid) AS rule,
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY(conkey)) AS columns
FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'
UNION ALL
SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey))
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace
"""
PREVIOUS = "0002"


def test_the_previous_release_can_write_its_rows_into_this_schema(empty_url: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)
    with engine.begin() as connection:
        upgrade(connection, PREVIOUS)
        columns_then = {row[:2]: row for row in connection.exec_driver_sql(COLUMNS)}
        rules_then = {row[:2] for row in connection.exec_driver_sql(RULES)}
        upgrade(connection, "head")
        columns_now = {row[:2]: row for row in connection.exec_driver_sql(COLUMNS)}
        rules_now = {row[:2]: row.columns for row in connection.exec_driver_sql(RULES)}
    tables = {table for table, _ in columns_then}
    assert not columns_then.keys() - columns_now.keys()
    changed = {key for key, row in columns_then.items() if columns_now[key].data_type != row.data_type}
    narrowed = {key for key, row in columns_then.items() if row.takes_null and not columns_now[key].takes_null}
    demanded = {key for key in columns_now.keys() - columns_then.keys() if key[0] in tables}
    demanded = {key for key in demanded if not columns_now[key].optional}
    assert (changed, narrowed, demanded) == (set(), set(), set())
    # A new rule on a table of its own may only speak of columns it does not know; an old one stays word for word.
    added = {key for key in rules_now.keys() - rules_then if key[0] in tables}
    speaking_of_old = {key for key in added if any((key[0], column) in columns_then for column in rules_now[key])}
    assert (rules_then - rules_now.keys(), speaking_of_old) == (set(), set())


def test_with_every_key_busy_a_look_at_a_long_queue_reads_by_the_lock(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)  # what it adds to the queue's schema is there already
    with sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool).begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO procrastinate_jobs (task_name, queue_name, lock, args, status) SELECT 'a', 'default', "
            "'cliniko:' || mod(i, 50), '{}', "
            "(CASE WHEN i <= 50 THEN 'doing' ELSE 'todo' END)::procrastinate_job_status "
            "FROM generate_series(1, 2000) AS i"
        )
        connection.exec_driver_sql("ANALYZE procrastinate_jobs")
        worker = connection.exec_driver_sql(
            "INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"
        ).scalar_one()
        fetched = connection.exec_driver_sql(f"SELECT id FROM procrastinate_fetch_job_v2(NULL, {worker})").scalar()
        reads = connection.exec_driver_sql("SELECT pg_stat_get_xact_numscans('kinebridge_jobs_of_a_lock'::regclass)")
        assert fetched is None and reads.scalar_one() >= 1000


def test_a_request_under_way_and_the_migration_do_not_end_each_other(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sa.create_engine(sqlalchemy_url(empty_url), poolclass=sa.NullPool)

    def somebody_waits() -> bool:
        with engine.connect() as beside:
            return bool(
                beside.exec_driver_sql(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND wait_event_type = 'Lock'"
                ).scalar_one()
            )

    with engine.begin() as connection:
        upgrade(connection, PREVIOUS)
    migration = threading.Thread(target=migrate, args=(empty_url,))
    with engine.begin() as request:
        request.exec_driver_sql("SELECT FROM sessions")
        request.exec_driver_sql("SELECT FROM practices")
        migration.start()
        wait_until(somebody_waits, "the migration waits for the request")
        request.exec_driver_sql("SELECT FROM deliveries")
        with monkeypatch.context() as impatient, pytest.raises(AppError, match="nothing was changed"):
            impatient.setattr(migrations, "WAIT_FOR_TABLES_SECONDS", 0)
            migrations._migrate_patiently(engine)
    migration.join(60)
    with engine.connect() as connection:
        assert is_current(connection)


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


def test_a_login_without_the_one_right_it_needs_is_told_which_and_with_it_migrates(empty_url: str) -> None:
    engine = sa.create_engine(sqlalchemy_url(empty_url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    login = f"plain_{uuid.uuid4().hex[:12]}"
    url = empty_url.replace("://postgres:", f"://{login}:")
    with engine.connect() as admin:
        admin.exec_driver_sql(f"CREATE ROLE {login} LOGIN")
        admin.exec_driver_sql(f"GRANT CREATE ON SCHEMA public TO {login}")
        try:
            with pytest.raises(AppError, match="GRANT SET ON PARAMETER"):
                migrate(url)
            assert not sa.inspect(admin).get_table_names()
            admin.exec_driver_sql(f"GRANT SET ON PARAMETER kinebridge.audit_retention TO {login}")
            assert migrate(url)
        finally:
            admin.exec_driver_sql(f"REVOKE ALL ON PARAMETER kinebridge.audit_retention FROM {login}")
            admin.exec_driver_sql(f"DROP OWNED BY {login}")
            admin.exec_driver_sql(f"DROP ROLE {login}")
