"""Brings a database to the schema of this release, and tells whether it is there."""

import importlib
from importlib.metadata import version as package_version
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager

from app.db import sqlalchemy_url

MODEL_MODULES = (
    "app.mail.models",
    "app.accounts.models",
    "app.alerts.models",
    "app.clients.models",
    "app.exercises.models",
    "app.exercises.exchange.models",
    "app.delivery.models",
    "app.programs.models",
)
# Any number, the same in every process: two that start together migrate one after the other.
MIGRATION_LOCK = 7_291_446_003


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


def migrate(url: str) -> None:
    """Apply the migrations and the queue's schema to the database at ``url``; safe to run twice or at once."""
    engine = sa.create_engine(sqlalchemy_url(url), poolclass=sa.NullPool)
    with engine.connect() as guard:
        guard.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        try:
            with engine.begin() as connection:
                config = _config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
            with engine.begin() as connection:
                _migrate_queue(connection)
        finally:
            guard.execute(sa.text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})


def is_current(connection: sa.Connection) -> bool:
    """Return True when the database has the newest migration and the queue's schema."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if MigrationContext.configure(connection).get_current_revision() != head:
        return False
    return _queue_version(connection) == _queue_migrations()[-1].name


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
    # A comment takes no parameter; the value is a file name of the installed library, quoted by the driver.
    newest = sa.literal(files[-1].name).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"COMMENT ON TABLE procrastinate_jobs IS {newest}")
