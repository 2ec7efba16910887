"""How much is kept of a client, in numbers that a person reads."""

from sqlalchemy import Select, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Base
from app.privacy.export import Scope

# What is worth a line on the page; the export holds more.
SHOWN = {
    "programs": ("program", "programs"),
    "program_versions": ("assigned version", "assigned versions"),
    "documents": ("PDF", "PDFs"),
    "diary_days": ("day noted at home", "days noted at home"),
    "deliveries": ("delivery to Cliniko", "deliveries to Cliniko"),
    "audit_events": ("line in the record of who did what", "lines in the record of who did what"),
}


async def count_rows(session: AsyncSession, scope: Scope) -> list[str]:
    """Return what is kept, such as "3 programs"; in one query."""
    counts: list[Select[str, int]] = [
        select(literal(name).label("name"), func.count().label("number"))
        .select_from(Base.metadata.tables[name])
        .where(text(scope.condition(name)))
        for name in SHOWN
    ]
    found = {row.name: row.number for row in await session.execute(union_all(*counts), scope.values)}
    return [f"{found[name]} {words[found[name] != 1]}" for name, words in SHOWN.items() if found[name]]
