"""Starting, editing, assigning and discarding programs; each within the request's one transaction."""

import datetime
import uuid
from typing import Any, Literal

import anyio.to_thread
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.models import Letterhead
from app.accounts.tools import Tools
from app.clients.holding import hold_client_to_edit
from app.clients.models import Client
from app.clients.queries import current_patient_id
from app.delivery.models import Delivery, Document
from app.delivery.service import file_document, start_delivery
from app.errors import ConflictError
from app.exercises.favourites import note_uses
from app.exercises.queries import find_exercises
from app.pdf.document import DEFAULT_STOP_WHEN, ProgramDocument, file_name
from app.pdf.render import render
from app.programs.changes import Undo, apply_action
from app.programs.content import ProgramContent, build_content, draft_from
from app.programs.differences import list_differences
from app.programs.drafts import Draft
from app.programs.models import Program, ProgramVersion
from app.programs.printing import gather_document
from app.programs.queries import find_newest_version, get_document_id, newest_number

Saved = Literal["kept", "same", "stale"]


async def start_program(
    session: AsyncSession, member: Member, client: Client, now: datetime.datetime, *, start: Draft | None = None
) -> Program:
    """Return a program of the client with an empty draft, or with what a template (``start``) puts into it.

    It is a new one, or the one that the member began so and left untouched.
    """
    # Two clicks at once take turns on the client's row, so that the second finds the program of the first.
    # Combined with another meanwhile, the client to go on with is that one.
    client = await hold_client_to_edit(session, member, client.id)
    empty = await new_draft(session, member)
    if start is None:
        return await _find_untouched(session, member, client) or await _add_program(session, member, client, empty, now)
    draft = apply_action(empty, "template", start=start, usual_stop_when=empty.stop_when).draft
    is_so = (Program.draft_revision == 1, Program.draft == draft.to_data())
    if begun := await _find_untouched(session, member, client, *is_so):
        return begun
    program = await _find_untouched(session, member, client) or await _add_program(session, member, client, empty, now)
    keep_draft(program, draft, revision=program.draft_revision, now=now)
    return program


async def _find_untouched(
    session: AsyncSession, member: Member, client: Client, *where: ColumnElement[bool]
) -> Program | None:
    """Return a program that the member began for the client and that nothing was written into, or that is so.

    Locked. One that somebody holds is being written into at this moment, and may wait for the client held here.
    """
    is_theirs = (Program.client_id == client.id, Program.created_by_id == member.membership_id)
    query = select(Program).where(*is_theirs, *(where or (Program.draft_revision == 0,))).limit(1)
    return await session.scalar(query.with_for_update(skip_locked=True))


async def _add_program(
    session: AsyncSession, member: Member, client: Client, draft: Draft, now: datetime.datetime
) -> Program:
    program = Program(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        created_by_id=member.membership_id,
        draft=draft.to_data(),
        draft_revision=0,
        created_at=now,
        updated_at=now,
    )
    session.add(program)
    await session.flush()
    audit.record_by(session, member, "program.begun", at=now, client_id=client.id, program_id=str(program.id))
    return program


async def new_draft(session: AsyncSession, member: Member) -> Draft:
    """Return the empty draft that programs of the practice begin with: its warning, and the way it prints."""
    letterhead = await session.get(Letterhead, member.practice_id)
    if letterhead is None:
        return Draft(stop_when=DEFAULT_STOP_WHEN)
    return Draft(
        stop_when=letterhead.stop_when or DEFAULT_STOP_WHEN,
        layout=letterhead.layout,
        is_grey="yes" if letterhead.is_grey else "",
        is_large="yes" if letterhead.is_large else "",
    )


async def check_draft(
    session: AsyncSession, member: Member, draft: Draft
) -> tuple[ProgramContent | None, dict[str, str]]:
    """Return what the member would assign with a draft and no errors, or None and a sentence for each faulty field."""
    return build_content(draft, await find_exercises(session, member, draft.slugs))


def keep_draft(
    program: Program,
    draft: Draft,
    *,
    revision: int,
    now: datetime.datetime,
    undo: Undo | None = None,
    tab: str = "",
) -> Saved:
    """Keep what was typed in a (locked) program, unless it was changed since the page of ``revision`` was made.

    "same": it says what is kept already, as a second press of the same button does. "stale": nothing was kept.
    A program without a draft takes any: what was typed then begins the next version. ``undo`` is kept beside it.
    ``tab`` names the page that sends, where it can: it may go on although the answer to its last save never came.
    """
    stored = program.draft
    if stored is not None and Draft.from_data(stored) == draft:
        if (undo is not None) != ("undo" in stored):
            program.draft = _stored(draft, undo, tab)
        return "same"
    is_own = stored is not None and tab != "" and stored.get("tab") == tab
    if stored is not None and program.draft_revision != revision and not is_own:
        return "stale"
    program.draft = _stored(draft, undo, tab)
    program.draft_revision += 1
    program.updated_at = now
    return "kept"


def _stored(draft: Draft, undo: Undo | None, tab: str) -> dict[str, Any]:
    return draft.to_data() | ({"undo": undo.to_data()} if undo else {}) | ({"tab": tab} if tab else {})


def read_undo(program: Program) -> Undo | None:
    """Return what the last button pressed in the editor took away, if it can be brought back."""
    stored = (program.draft or {}).get("undo")
    return Undo.from_data(stored) if stored else None


async def assign(
    session: AsyncSession,
    *,
    member: Member,
    client: Client,
    program: Program,
    content: ProgramContent,
    tools: Tools,
) -> ProgramVersion:
    """Assign a (held, see ``holding``) program: version, PDF, delivery and its job, all in the session's transaction.

    The delivery is left out where the client has no patient in Cliniko. No network; the PDF is made in a thread.
    """
    now = tools.clock()
    previous = await find_newest_version(session, program.id)
    document = await gather_document(
        session, tools, member=member, client=client, program=program, content=content, previous=previous, now=now
    )
    stored, delivery = await _file_pdf(session, document, member, client, now)
    version = ProgramVersion(
        practice_id=client.practice_id,
        program_id=program.id,
        number=document.version,
        title=content.title,
        content=content.to_data(),
        changes=_changes(previous, content),
        assigned_by_id=member.membership_id,
        assigned_at=now,
        document_id=stored.id,
        delivery_id=delivery.id if delivery else None,
    )
    session.add(version)
    program.draft = None
    program.draft_revision += 1
    program.updated_at = now
    # Who is given a new version is to go on with it.
    program.paused_at = program.ended_at = None
    audit.record(
        session,
        "program.assigned",
        at=now,
        practice_id=client.practice_id,
        practitioner_id=member.practitioner_id,
        client_id=client.id,
        program_id=str(program.id),
        version=document.version,
    )
    await note_uses(session, member, {exercise.slug for exercise in content.exercises}, now)
    await session.flush()
    return version


def _changes(previous: ProgramVersion | None, content: ProgramContent) -> list[str]:
    """Return what a version says differently than the one before, line by line."""
    if previous is None:
        return []
    return [str(difference) for difference in list_differences(ProgramContent.from_data(previous.content), content)]


async def _file_pdf(
    session: AsyncSession, document: ProgramDocument, member: Member, client: Client, now: datetime.datetime
) -> tuple[Document, Delivery | None]:
    """Make and store the PDF, and start its delivery where the client has a patient in Cliniko."""
    stored = await file_document(
        session,
        practice_id=client.practice_id,
        client_id=client.id,
        file_name=file_name(document.title, document.client_name, document.version),
        content=await anyio.to_thread.run_sync(render, document),
    )
    patient_id = await current_patient_id(session, client.id)
    if patient_id is None:
        return stored, None
    delivery = await start_delivery(
        session,
        document=stored,
        membership_id=member.membership_id,
        patient_id=patient_id,
        title=document.title,
        now=now,
    )
    return stored, delivery


async def send_version(
    session: AsyncSession, *, member: Member, client: Client, program: Program, number: int, now: datetime.datetime
) -> bool:
    """Send the PDF of a (held) program's version on to Cliniko and return True, if that was not decided before.

    For versions assigned before the client had a patient there. Raises NotFoundError for a version that is not there,
    ConflictError while there is still no patient.
    """
    document_id = await get_document_id(session, program.id, number)
    if await session.scalar(select(exists().where(Delivery.document_id == document_id))):
        return False
    patient_id = await current_patient_id(session, client.id)
    if patient_id is None:
        raise ConflictError("This client is not linked to a patient in Cliniko, so nothing was sent.")
    document = await session.get_one(Document, document_id)
    title = await session.scalar(
        select(ProgramVersion.title).where(ProgramVersion.program_id == program.id, ProgramVersion.number == number)
    )
    await start_delivery(
        session,
        document=document,
        membership_id=member.membership_id,
        patient_id=patient_id,
        title=title or "",
        now=now,
    )
    return True


async def revise(session: AsyncSession, program: Program, now: datetime.datetime) -> None:
    """Begin the draft of a (locked) program's next version from its newest, unless a draft is there already."""
    newest = await find_newest_version(session, program.id)
    if program.draft is None and newest is not None:
        program.draft = draft_from(ProgramContent.from_data(newest.content)).to_data()
        program.draft_revision += 1
        program.updated_at = now


async def discard_draft(session: AsyncSession, program: Program) -> bool:
    """Drop a (locked) program's draft, and the whole program if it was never assigned; return True while it remains."""
    if not await newest_number(session, program.id):
        await session.delete(program)
        return False
    program.draft = None
    program.draft_revision += 1
    return True
