"""Everything that is kept of one client or of a whole practice, as a zip, out of one moment of the database."""

import re
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyio import to_thread
from sqlalchemy import Select, Table, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Letterhead, Practice
from app.accounts.tools import Tools
from app.delivery.models import Document
from app.exercises.models import ExercisePhoto
from app.privacy.archive import Archive, Sink
from app.privacy.rows import csv_head, csv_rows, json_rows
from app.privacy.tables import TABLES, Kept, tables_in_order

ROWS_AT_A_TIME = 50  # of versions, each 20 KB of JSON: other requests wait while a piece is read
FILES_AT_A_TIME = 2
README = "README.txt"
# Colleagues by the ids that a client's rows name: what they are called, and nothing else of them.
PEOPLE = text("""
    SELECT memberships.id AS membership_id, practitioner_id, practitioners.name, memberships.title
    FROM memberships JOIN practitioners ON practitioners.id = practitioner_id
    WHERE practice_id = :practice_id AND (
        memberships.id IN (
            SELECT owner_id FROM clients WHERE id = ANY(:client_ids)
            UNION SELECT created_by_id FROM programs WHERE client_id = ANY(:client_ids)
            UNION SELECT membership_id FROM deliveries WHERE client_id = ANY(:client_ids)
            UNION SELECT membership_id FROM client_grants WHERE client_id = ANY(:client_ids)
            UNION SELECT assigned_by_id FROM program_versions JOIN programs ON programs.id = program_id
            WHERE client_id = ANY(:client_ids)
        ) OR practitioner_id IN (SELECT practitioner_id FROM audit_events WHERE client_id = ANY(:client_ids))
    ) ORDER BY memberships.id
""")
WORDS_OF_PEOPLE = "Who the ids of members and practitioners in the other tables are."


@dataclass(frozen=True)
class Scope:
    """What is exported: a practice, or of it one client with all that became part of them."""

    practice_id: uuid.UUID
    client_ids: tuple[uuid.UUID, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What the conditions of ``tables`` ask for."""
        return {"practice_id": self.practice_id, "client_ids": list(self.client_ids)}

    @property
    def kind(self) -> str:
        """What it is called in the manifest and in file names."""
        return "client" if self.client_ids else "practice"

    def condition(self, table: str) -> str:
        """Return which rows of a table belong to it; "" for none."""
        kept = TABLES[table]
        return kept.of_client if self.client_ids else kept.of_practice

    def columns(self, table: Table, kept: Kept) -> list[Any]:
        """Return the columns of a table that are exported."""
        hidden = kept.hidden | (kept.hidden_from_client if self.client_ids else frozenset())
        return [column for column in table.columns if column.name not in hidden]


async def write_export(tools: Tools, scope: Scope, sink: Sink, now: datetime) -> None:
    """Give a zip to ``sink``: the rows as CSV and JSON, the files, a page that explains it, a manifest with checksums.

    All of it is of one moment: one transaction that reads, open until the last byte was taken.
    """
    async with tools.sessions() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        # It locks nothing, and a browser may take its time over the next byte; who sends it says how long at most.
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        archive = Archive(sink, {"kind": scope.kind, "practice_id": str(scope.practice_id)}, now)
        practice = await session.get_one(Practice, scope.practice_id)
        async with archive.file(README) as write:
            await write(write_readme(scope, practice.name, now).encode())
        for name, query, columns in _tables(scope):
            await _add_table(session, scope, archive, name, query, columns)
        for files in _files(scope):
            await _add_files(session, scope, archive, files)
        await archive.finish()


def exported_tables(scope: Scope) -> list[tuple[Table, Kept]]:
    """Return the tables an export of this scope takes along."""
    return [(table, kept) for table, kept in tables_in_order() if not kept.not_exported and scope.condition(table.name)]


def _tables(scope: Scope) -> list[tuple[str, Any, Sequence[str]]]:
    """Return name, query and columns of each."""
    found: list[tuple[str, Any, Sequence[str]]] = []
    for table, kept in exported_tables(scope):
        columns = scope.columns(table, kept)
        query = select(*columns).where(text(scope.condition(table.name))).order_by(*table.primary_key.columns)
        found.append((table.name, query, [column.name for column in columns]))
    if scope.client_ids:
        found.append(("people", PEOPLE, ["membership_id", "practitioner_id", "name", "title"]))
    return found


async def _add_table(
    session: AsyncSession, scope: Scope, archive: Archive, name: str, query: Any, columns: Sequence[str]
) -> None:
    """Put a table in twice; it is read twice too, since a zip takes one file at a time."""
    async with archive.file(f"tables/{name}.csv") as write:
        await write(csv_head(columns))
        async for rows in await _read(session, scope, query, ROWS_AT_A_TIME):
            await write(await to_thread.run_sync(csv_rows, rows))
    async with archive.file(f"tables/{name}.json") as write:
        before = "["
        async for rows in await _read(session, scope, query, ROWS_AT_A_TIME):
            await write(await to_thread.run_sync(json_rows, columns, rows, before))
            before = ","
        await write(b"[]\n" if before == "[" else b"\n]\n")


async def _add_files(session: AsyncSession, scope: Scope, archive: Archive, query: Any) -> None:
    async for rows in await _read(session, scope, query, FILES_AT_A_TIME):
        for folder, name, content in rows:
            async with archive.file(f"{folder}/{safe_name(name)}", packed=False) as write:
                await write(content)


async def _read(session: AsyncSession, scope: Scope, query: Any, most: int) -> AsyncIterator[Sequence[Any]]:
    found = await session.stream(query, scope.values, execution_options={"yield_per": most})
    return found.partitions()


def _files(scope: Scope) -> list[Select[Any]]:
    """Return queries for folder, name and bytes of the files."""

    def of(table: str, *columns: Any) -> Select[Any]:
        return select(*columns).where(text(scope.condition(table)))

    pdf_name = func.concat(Document.id, "-", Document.file_name)
    found = [of("documents", literal("pdfs"), pdf_name, Document.content)]
    if not scope.client_ids:
        photo_name = func.concat(ExercisePhoto.id, ".jpg")
        found.append(of("exercise_photos", literal("photos"), photo_name, ExercisePhoto.content))
        logo = of("letterheads", literal("letterhead"), literal("logo.png"), Letterhead.logo)
        found.append(logo.where(Letterhead.logo.is_not(None)))
    return found


def safe_name(name: str) -> str:
    """Return a name that every system can keep and that leads into no other folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".") or "file"


def write_readme(scope: Scope, practice_name: str, now: datetime) -> str:
    """Return what explains the export to whoever opens it."""
    what = "one client of" if scope.client_ids else "the practice"
    tables = [(table.name, kept.words) for table, kept in exported_tables(scope)]
    if scope.client_ids:
        tables.append(("people", WORDS_OF_PEOPLE))
    lines = [
        f"Everything that Kinebridge keeps of {what} {practice_name}, as of {now:%Y-%m-%d %H:%M} UTC.",
        "",
        "manifest.json lists every file with its length and SHA-256, by which it can be checked.",
        "pdfs/ holds the programs as they were given, word for word."
        + ("" if scope.client_ids else " photos/ holds the photos of the practice's own exercises."),
        "tables/ holds each table twice: .csv for spreadsheets, .json for programs. Times are UTC. In the CSV, an",
        "apostrophe before a sign such as = keeps spreadsheets from running a cell as a formula.",
        "",
        *(f"tables/{name}: {words}" for name, words in tables),
        "",
        "Not in here: passwords, keys and codes, which nobody can read; and what lies in Cliniko.",
    ]
    return "\r\n".join(lines) + "\r\n"
