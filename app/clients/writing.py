"""Writing a client's details: the one place that keeps how it is listed and found in step with its names."""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.details import NAMES, Weighed
from app.clients.models import Client
from app.clients.search import index_words, sort_name
from app.jobs.queue import defer


def write_details(client: Client, weighed: Weighed) -> None:
    """Set details of a (locked) client, what of them is ours, and what follows from its names."""
    is_renamed = any(weighed.values.get(name, getattr(client, name)) != getattr(client, name) for name in NAMES)
    for field, value in weighed.values.items():
        setattr(client, field, value)
    client.own_fields = weighed.own_fields
    if is_renamed:
        for column, value in index_values(client.details).items():
            setattr(client, column, value)


async def note_correction(session: AsyncSession, client: Client, born_before: date | None) -> None:
    """Let the doors of the client's own pages take answers again at once, if the date of birth was put right.

    Whoever knocked with the right date was counted as wrong until now. Phones that were let in stay in: they hold the
    address and answered what was right then. Done by a job of the room that keeps the doors.
    """
    if born_before is not None and client.date_of_birth != born_before:
        await defer(session, "programs.forgive_wrong_answers", client_id=str(client.id))


def index_values(details: dict[str, Any]) -> dict[str, str | ColumnElement[Any]]:
    """Return the columns made from the names: how the list is ordered and found."""
    names = {name: details[name] for name in NAMES}
    return {
        "sort_name": sort_name(first_name=names["first_name"], last_name=names["last_name"]),
        "search": func.array_to_tsvector(cast(index_words(**names), ARRAY(Text))),
    }
