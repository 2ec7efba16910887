"""Finding programs and their versions. Callers have already made sure that the member may see the client."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, undefer

from app.accounts.models import Membership, Practitioner
from app.clients.models import ClientLink
from app.delivery.models import Delivery
from app.errors import NotFoundError
from app.programs.content import ProgramContent
from app.programs.models import Program, ProgramVersion


async def get_program(session: AsyncSession, client_id: uuid.UUID, program_id: uuid.UUID) -> Program:
    """Return a client's program, to be shown (``holding`` is for changing it); raises NotFoundError."""
    program = await session.scalar(select(Program).where(Program.id == program_id, Program.client_id == client_id))
    if program is None:
        raise NotFoundError
    return program


def newest_of_program() -> type[ProgramVersion]:
    """Return an alias for the newest version of each ``Program`` of a query, to be joined on true()."""
    newest = select(ProgramVersion).where(ProgramVersion.program_id == Program.id)
    return aliased(ProgramVersion, newest.order_by(ProgramVersion.number.desc()).limit(1).lateral())


@dataclass(frozen=True)
class ProgramRow:
    """A client's program as its newest version and draft; the parts about the version are None before the first.

    ``title`` is that of the newest version, else of the draft. Times are UTC; ``starts_on`` and ``review_on`` are dates
    of the newest version, as 2026-11-24. ``changes`` says what the newest version changed. ``can_send``: its PDF was
    not sent, and there is a patient to send it to by now.
    """

    program_id: uuid.UUID
    title: str
    has_draft: bool
    updated_at: datetime
    number: int | None
    assigned_at: datetime | None
    assigned_by: str | None
    document_id: uuid.UUID | None
    changes: list[str] | None
    starts_on: str | None
    review_on: str | None
    paused_at: datetime | None
    ended_at: datetime | None
    delivery: Delivery | None
    can_send: bool

    @property
    def delivery_id(self) -> uuid.UUID | None:
        """The delivery of the newest version; None where there is nothing to deliver to."""
        return self.delivery.id if self.delivery else None


def _has_patient() -> ColumnElement[bool]:
    """Condition on ``Program``: its client is linked to a patient in Cliniko."""
    return exists().where(ClientLink.client_id == Program.client_id, ClientLink.is_current)


async def list_programs(session: AsyncSession, client_id: uuid.UUID) -> list[ProgramRow]:
    """Return a client's programs, the latest touched first, in one query.

    A program that was started and never written into is left out: it holds nothing, and the next start uses it.
    """
    rows = await session.execute(_programs_query(), {"client_id": client_id})
    return [ProgramRow(*row) for row in rows.all()]


@cache
def _programs_query() -> Any:
    """Built once a process: each look at a client runs it, and building it takes longer."""
    newest = newest_of_program()
    return (
        select(
            Program.id,
            func.coalesce(newest.title, Program.draft["title"].as_string(), ""),
            Program.draft.is_not(None),
            Program.updated_at,
            newest.number,
            newest.assigned_at,
            Practitioner.name,
            newest.document_id,
            newest.changes,
            newest.content["starts_on"].as_string(),
            newest.content["review_on"].as_string(),
            Program.paused_at,
            Program.ended_at,
            Delivery,
            and_(newest.id.is_not(None), Delivery.id.is_(None), _has_patient()),
        )
        .select_from(Program)
        .outerjoin(newest, true())
        .outerjoin(Membership, Membership.id == newest.assigned_by_id)
        .outerjoin(Practitioner, Practitioner.id == Membership.practitioner_id)
        .outerjoin(Delivery, Delivery.document_id == newest.document_id)
        .where(Program.client_id == bindparam("client_id"), or_(newest.id.is_not(None), Program.draft_revision > 0))
        .order_by(Program.updated_at.desc(), Program.id)
    )


@dataclass(frozen=True)
class VersionRow:
    """One assigned version; ``assigned_at`` is UTC. ``can_send``: not sent, and there is a patient to send it to."""

    number: int
    assigned_at: datetime
    assigned_by: str
    content: ProgramContent
    changes: list[str]
    delivery: Delivery | None
    can_send: bool


async def list_versions(session: AsyncSession, program_id: uuid.UUID) -> Sequence[VersionRow]:
    """Return a program's versions with what they say, the newest first, in one query."""
    rows = await session.execute(
        select(
            ProgramVersion.number,
            ProgramVersion.assigned_at,
            Practitioner.name,
            ProgramVersion.content,
            ProgramVersion.changes,
            Delivery,
            and_(Delivery.id.is_(None), _has_patient()),
        )
        .join(Program, Program.id == ProgramVersion.program_id)
        .join(Membership, Membership.id == ProgramVersion.assigned_by_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .outerjoin(Delivery, Delivery.document_id == ProgramVersion.document_id)
        .where(ProgramVersion.program_id == program_id)
        .order_by(ProgramVersion.number.desc())
    )
    return [
        VersionRow(number, assigned_at, assigned_by, ProgramContent.from_data(content), *rest)
        for number, assigned_at, assigned_by, content, *rest in rows
    ]


async def newest_number(session: AsyncSession, program_id: uuid.UUID) -> int:
    """Return the number of a program's newest version; 0 before the first."""
    query = select(func.max(ProgramVersion.number)).where(ProgramVersion.program_id == program_id)
    return await session.scalar(query) or 0


async def find_newest_version(session: AsyncSession, program_id: uuid.UUID) -> ProgramVersion | None:
    """Return a program's newest version with its content, or None before the first."""
    return await session.scalar(
        select(ProgramVersion)
        .where(ProgramVersion.program_id == program_id)
        .order_by(ProgramVersion.number.desc())
        .limit(1)
        .options(undefer(ProgramVersion.content))
    )


async def get_document_id(session: AsyncSession, program_id: uuid.UUID, number: int) -> uuid.UUID:
    """Return which document is the PDF of a version; raises NotFoundError."""
    document_id = await session.scalar(
        select(ProgramVersion.document_id).where(
            ProgramVersion.program_id == program_id, ProgramVersion.number == number
        )
    )
    if document_id is None:
        raise NotFoundError
    return document_id
