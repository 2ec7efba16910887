"""PDFs to look at: of every version as it was assigned, and of a draft as it would be."""

import uuid
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, SignedIn, ToolsDep
from app.clients.queries import get_client
from app.db import release
from app.delivery.queries import get_document_content
from app.pdf.document import file_name
from app.pdf.render import render
from app.programs.drafts import Draft
from app.programs.editor_routes import editor_path
from app.programs.holding import hold_program
from app.programs.printing import gather_document
from app.programs.queries import find_newest_version, get_document_id, get_program
from app.programs.service import check_draft
from app.web import files
from app.web.filters import with_query
from app.web.rendering import redirect

router = APIRouter(prefix="/clients/{client_id}/programs/{program_id}")

# Larger numbers are no versions and would not fit the database's integers.
VersionNumber = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("/preview.pdf")
async def show_preview(
    client_id: uuid.UUID, program_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Answer with the draft's PDF exactly as it would be sent now, or lead to the editor that says what is missing."""
    # Held for the link that it may make, which is the program's.
    client, program = await hold_program(session, member, client_id, program_id)
    if program.draft is None:
        return redirect(f"/clients/{client.id}/programs/{program.id}")
    content, _ = await check_draft(session, member, Draft.from_data(program.draft))
    if content is None:
        return redirect(with_query(editor_path(client.id, program.id), check="yes"))
    document = await gather_document(
        session,
        tools,
        member=member,
        client=client,
        program=program,
        content=content,
        previous=await find_newest_version(session, program.id),
        now=tools.clock(),
    )
    audit.record_by(
        session, member, "program.preview_viewed", at=tools.clock(), client_id=client.id, program_id=str(program.id)
    )
    await release(session)
    name = file_name(document.title, document.client_name, document.version)
    return files.show_pdf(f"preview-{name}", await anyio.to_thread.run_sync(render, document))


@router.get("/versions/{number}.pdf")
async def show_pdf(
    client_id: uuid.UUID,
    program_id: uuid.UUID,
    number: VersionNumber,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
) -> Response:
    """Answer with the PDF of a version, byte for byte as it was assigned."""
    client = await get_client(session, member, client_id)
    program = await get_program(session, client.id, program_id)
    document_id = await get_document_id(session, program.id, number)
    ids = {"program_id": str(program.id), "version": number}
    audit.record_by(session, member, "program.pdf_viewed", at=tools.clock(), client_id=client.id, **ids)
    return files.show_pdf(*await get_document_content(session, document_id))
