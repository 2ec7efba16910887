"""Programs of other clients the member may see, to copy exercises from."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import cast, func, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Membership
from app.clients.models import Client
from app.clients.names import display_name
from app.clients.search import search_query
from app.clients.visibility import sees_client
from app.errors import ConflictError, NotFoundError
from app.programs.content import ProgramContent, draft_from
from app.programs.drafts import MOST_ITEMS, Draft
from app.programs.models import Program, ProgramVersion
from app.programs.queries import newest_of_program
from app.programs.service import keep_draft

PAGE_LENGTH = 30


@dataclass(frozen=True)
class Source:
    """A program of another client, as its newest version."""

    program_id: uuid.UUID
    client_name: str
    title: str
    number: int
    assigned_at: datetime
    exercise_count: int


async def list_sources(
    session: AsyncSession, member: Member, client_id: uuid.UUID, *, typed: str = "", number: int = 1
) -> tuple[Sequence[Source], bool]:
    """Return a page of programs of the member's other clients, the latest touched first, and whether there are more.

    ``typed`` keeps those whose client's name begins so or whose title holds it.
    """
    newest = newest_of_program()
    statement = (
        select(
            Program.id,
            Client.first_name,
            Client.preferred_first_name,
            Client.last_name,
            newest.title,
            newest.number,
            newest.assigned_at,
            func.jsonb_array_length(newest.content["exercises"]),
        )
        .select_from(Program)
        .join(newest, true())
        .join(Client, Client.id == Program.client_id)
        .join(Membership, Membership.id == Client.owner_id)
        .where(Program.practice_id == member.practice_id, Program.client_id != client_id, sees_client(member))
        .order_by(Program.updated_at.desc(), Program.id)
        .limit(PAGE_LENGTH + 1)
        .offset((number - 1) * PAGE_LENGTH)
    )
    if typed.strip():
        fits = newest.title.icontains(typed.strip(), autoescape=True)
        query = search_query(typed)
        if query is not None:
            fits = or_(fits, Client.search.op("@@")(cast(query, TSQUERY)))
        statement = statement.where(fits)
    rows = (await session.execute(statement)).all()
    found = [Source(id_, display_name(first, preferred, last), *rest) for id_, first, preferred, last, *rest in rows]
    return found[:PAGE_LENGTH], len(found) > PAGE_LENGTH


async def copy_into(
    session: AsyncSession,
    member: Member,
    program: Program,
    source_id: uuid.UUID,
    *,
    revision: int,
    keeps_notes: bool,
    now: datetime,
) -> None:
    """Append the exercises of another client's program to a (locked) program's draft.

    Notes of its exercises come along only if asked: they may be about the other client. ``revision`` is that of the
    draft the page was made from, by which a second press of the button is known. Raises NotFoundError for a program of
    a client the member may not see, ConflictError when the program would hold too many, or was assigned meanwhile.
    """
    content = await session.scalar(
        select(ProgramVersion.content)
        .join(Program, Program.id == ProgramVersion.program_id)
        .join(Client, Client.id == Program.client_id)
        .join(Membership, Membership.id == Client.owner_id)
        .where(Program.id == source_id, Program.practice_id == member.practice_id, sees_client(member))
        .order_by(ProgramVersion.number.desc())
        .limit(1)
    )
    if content is None:
        raise NotFoundError
    if program.draft is None:
        raise ConflictError(
            "This program has since been assigned. Nothing was copied. Press Edit program on its page first."
        )
    draft = Draft.from_data(program.draft)
    added = draft_from(ProgramContent.from_data(content)).items
    if not keeps_notes:
        added = tuple(replace(item, note="") for item in added)
    if revision < program.draft_revision and draft.items[-len(added) :] == added:
        return
    if len(draft.items) + len(added) > MOST_ITEMS:
        raise ConflictError(f"A program holds at most {MOST_ITEMS} exercises. Nothing was copied.")
    copied = replace(draft, items=draft.items + added)
    keep_draft(program, copied, revision=program.draft_revision, now=now)
