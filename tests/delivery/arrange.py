"""Looking at deliveries in the database, and changing them beside the application."""

from typing import Any

import sqlalchemy as sa


def row(database: sa.Engine, delivery_id: str) -> Any:
    """The delivery as it is now."""
    with database.connect() as connection:
        return connection.execute(sa.text("SELECT * FROM deliveries WHERE id = :id"), {"id": delivery_id}).one()


def query(database: sa.Engine, statement: str, **values: Any) -> list[Any]:
    """What a statement finds."""
    with database.connect() as connection:
        return list(connection.execute(sa.text(statement), values))


def change(database: sa.Engine, statement: str, **values: Any) -> None:
    """Run a statement that changes something."""
    with database.begin() as connection:
        connection.execute(sa.text(statement), values)
