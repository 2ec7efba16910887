"""Brings a database to the schema of this release, and tells whether it is there."""

import importlib
import random
import time
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager

from app.db import sqlalchemy_url
from app.errors import AppError

MODEL_MODULES = (
    "app.mail.models",
    "app.accounts.models",
    "app.accounts.practices.discount_models",
    "app.alerts.models",
    "app.clients.models",
    "app.exercises.models",
    "app.exercises.exchange.models",
    "app.delivery.models",
    "app.programs.models",
    "app.today.models",
    "app.privacy.models",
)
# Any number, the same in every process: two that start together migrate one after the other.
MIGRATION_LOCK = 7_291_446_003
# PostgreSQL looks for deadlocks after a second and then ends one of those who wait: before that, it is we who give way.
GIVE_WAY = "SET LOCAL lock_timeout = '400ms'"
IN_THE_WAY = ("55P03", "40P01")  # lock not available, deadlock (PostgreSQL manual, appendix A)
WAIT_FOR_TABLES_SECONDS = 300.0
TABLES_IN_USE = (
    "The database was not migrated, and nothing was changed: its tables are in use all the time, as during a backup. "
    "Run kinebridge migrate again when that is over."
)

RIGHT_NEEDED = (
    "The database was not migrated, and nothing was changed: its login lacks one right, which a superuser of the "
    "server gives once: GRANT SET ON PARAMETER kinebridge.audit_retention TO the login."
)

# What we add to procrastinate's own schema.
# It announces a job when it is put in, but not when the lock it waited for is free: the next job of a key would wait
# for somebody to look again. The trigger announces it in the same words ("job_inserted": look for jobs).
# And it has no index by which to see that a lock is taken: with every key busy, a look at a backlog of 5,000 jobs took
# 200 ms, ten times as long as with this one.
QUEUE_ADDITIONS = """
CREATE INDEX IF NOT EXISTS kinebridge_jobs_of_a_lock ON procrastinate_jobs (lock, id)
WHERE lock IS NOT NULL AND status IN ('todo', 'doing');
CREATE OR REPLACE FUNCTION kinebridge_announce_free_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND lock = OLD.lock) THEN
        PERFORM pg_notify(
            'procrastinate_any_queue_v1', json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text
        );
    END IF;
    RETURN NULL;
END;
$$;
CREATE OR REPLACE TRIGGER kinebridge_announce_free_lock AFTER UPDATE OF status ON procrastinate_jobs FOR EACH ROW
WHEN (OLD.status = 'doing' AND NEW.status <> 'doing' AND OLD.lock IS NOT NULL)
EXECUTE FUNCTION kinebridge_announce_free_lock();
"""


def import_all_models() -> None:
    """Import every room's tables, so that the metadata is whole."""
    for name in MODEL_MODULES:
        importlib.import_module(name)


def script_folder() -> Path:
    """Return where the migrations lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "_alembic"
    return inside if inside.exists() else package.parent / "alembic"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(script_folder()).replace("%", "%%"))
    return config


def migrate(url: str) -> bool:
    """Apply the migrations and the queue's schema to the database at ``url``; safe to run twice or at once.

    A newer release's database is left as it is, so that one can go back a release; then False.
    """
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.connect() as guard:
        guard.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        try:
            return _migrate_patiently(engine)
        finally:
            guard.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})


def _migrate_patiently(engine: sa.Engine) -> bool:
    """Migrate; begin again from the start where the work of the release that runs meanwhile is in the way.

    Raises AppError when that goes on for minutes, such as during a backup: then nothing was changed.
    """
    give_up_at = time.monotonic() + WAIT_FOR_TABLES_SECONDS
    while True:
        try:
            return _migrate(engine)
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY:
                raise
            if time.monotonic() > give_up_at:
                raise AppError(TABLES_IN_USE) from None
        time.sleep(random.uniform(0.2, 1))  # noqa: S311 - so that it meets another moment; keeps no secret


def _migrate(engine: sa.Engine) -> bool:
    with engine.begin() as connection:
        connection.exec_driver_sql(GIVE_WAY)
        if _is_newer(connection):
            return False
        if MigrationContext.configure(connection).get_current_revision() != _head():
            if not may_guard_record(connection):
                raise AppError(RIGHT_NEEDED)
            _hold_tables(connection)
        upgrade(connection, "head")
        _note_lineage(connection)
    with engine.begin() as connection:
        connection.exec_driver_sql(GIVE_WAY)
        _migrate_queue(connection)
    return True


def may_guard_record(connection: sa.Connection) -> bool:
    """Say whether the login may make the function that forgets old lines of the record (migrations 0010 and 0014).

    It sets a parameter of our own, which from PostgreSQL 15 on takes a right that only a superuser has or gives
    (PostgreSQL manual, GRANT, "SET ON PARAMETER").
    """
    query = "SELECT has_parameter_privilege('kinebridge.audit_retention', 'SET')"
    return bool(connection.exec_driver_sql(query).scalar_one())


def _hold_tables(connection: sa.Connection) -> None:
    """Lock every table before the first is changed, so that no request that has read one waits for us at another.

    The sessions come first, as in a request: whoever has read them may finish, who comes later waits with empty hands.
    """
    tables = connection.exec_driver_sql(
        "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema() "
        "AND tablename NOT LIKE 'procrastinate%%' ORDER BY tablename <> 'sessions', tablename"
    ).scalars()
    if names := ", ".join(tables):
        connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Apply our own migrations up to a revision, as part of the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


@dataclass(frozen=True)
class Standing:
    """How a database's schema stands to this release's, and the revision of each."""

    state: Literal["current", "ahead", "behind", "empty", "unknown"]
    revision: str | None
    newest: str | None


def find_standing(connection: sa.Connection) -> Standing:
    """Return how the database's schema stands; ``is_current`` is true for "current" and "ahead"."""
    revision, newest = MigrationContext.configure(connection).get_current_revision(), _head()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    state: Literal["current", "ahead", "behind", "empty", "unknown"] = "behind"
    if is_current(connection):
        state = "current" if revision == newest else "ahead"
    elif revision is None:
        state = "empty"
    elif revision not in known:
        state = "unknown"
    return Standing(state, revision, newest)


def is_current(connection: sa.Connection) -> bool:
    """Return True when the database has all that this release knows of: its migrations and the queue's schema.

    A newer release's database has it too: migrations only add what the release before them may leave out, so that both
    can run beside each other during an upgrade.
    """
    if MigrationContext.configure(connection).get_current_revision() != _head() and not _is_newer(connection):
        return False
    # Names begin with the version that brought them: a newer one sorts after ours.
    return (_queue_version(connection) or "") >= _queue_migrations()[-1].name


def _is_newer(connection: sa.Connection) -> bool:
    """Return True when the database is at a revision that is not ours and that came after our newest.

    Alembic keeps the last revision alone, and of an unknown one nobody can say what came before. So every release that
    migrates notes the whole line beside it.
    """
    scripts = ScriptDirectory.from_config(_config())
    known = {script.revision for script in scripts.walk_revisions()}
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None or revision in known:
        return False
    noted = connection.execute(sa.text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")).scalar()
    return scripts.get_current_head() in str(noted or "").split()


def _note_lineage(connection: sa.Connection) -> None:
    """Note every revision that the database has been through, as a comment on the table of the last one."""
    scripts = ScriptDirectory.from_config(_config())
    line = " ".join(script.revision for script in reversed(list(scripts.walk_revisions())))
    _comment(connection, "alembic_version", line)


def _comment(connection: sa.Connection, table: str, text: str) -> None:
    # A comment takes no parameter; the driver quotes the value.
    literal = sa.literal(text).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"COMMENT ON TABLE {table} IS {literal}")


def _queue_migrations() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _queue_version(connection: sa.Connection) -> str | None:
    """Return the newest migration of procrastinate applied here, kept as a comment on its table; "" if unknown."""
    row = connection.execute(sa.text("SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")).scalar()
    exists = connection.execute(sa.text("SELECT to_regclass('procrastinate_jobs') IS NOT NULL")).scalar()
    return str(row or "") if exists else None


def _migrate_queue(connection: sa.Connection) -> None:
    """Create procrastinate's tables, or apply its migrations newer than those applied.

    Its documentation ("Migrations") asks for all files in order of their names after the version in use.
    """
    applied = _queue_version(connection)
    files = _queue_migrations()
    if applied is None:
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    elif not applied:
        raise RuntimeError(
            "The queue's tables were not made by kinebridge migrate, so their version is unknown. "
            f"Bring them to procrastinate {package_version('procrastinate')} by hand."
        )
    else:
        for file in files:
            if file.name > applied:
                connection.exec_driver_sql(file.read_text().replace("%", "%%"))
    connection.exec_driver_sql(QUEUE_ADDITIONS)
    _comment(connection, "procrastinate_jobs", files[-1].name)
