"""Alembic's entry: run by ``app.migrations`` with a connection, or by the alembic command with a database URL."""

import os

import sqlalchemy as sa
from alembic import context

from app.db import Base, sqlalchemy_url
from app.migrations import import_all_models

import_all_models()


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave the queue's own tables to the queue."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def run(connection: sa.Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=is_ours, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(sqlalchemy_url(os.environ["KINEBRIDGE_DATABASE_URL"])).connect() as own:
        run(own)
