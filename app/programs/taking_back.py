"""Making two clients of one again: with the programs go back what was assigned of them since."""

import uuid

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, SignedIn, ToolsDep
from app.clients.combining import undo
from app.clients.queries import get_client_to_edit
from app.delivery.models import Delivery, DeliveryState, Document
from app.programs.models import Program, ProgramVersion
from app.web.rendering import redirect

router = APIRouter()


@router.post("/clients/{client_id}/combinations/{combination_id}/undo")
async def undo_combination(
    client_id: uuid.UUID, combination_id: uuid.UUID, member: SignedIn, session: Database, tools: ToolsDep
) -> Response:
    """Take a combination back and show the client that is there again."""
    await get_client_to_edit(session, member, client_id)
    found = await undo(session, member, client_id, combination_id, now=tools.clock())
    await bring_versions(session, found.absorbed_id)
    return redirect(f"/clients/{found.absorbed_id}", notice="combining-undone")


async def bring_versions(session: AsyncSession, client_id: uuid.UUID) -> None:
    """Let the PDFs of all versions of a client's programs, and their deliveries, be that client's.

    The caller holds their rows locked. Whoever is bringing one to the other client's patient finds that it lost it, as
    long as the record has not been asked for; taken up again, it stops, since the patient is no longer the client's
    (case 27).
    """
    documents = (
        select(ProgramVersion.document_id)
        .join(Program, Program.id == ProgramVersion.program_id)
        .where(Program.client_id == client_id)
    )
    for column in (Document.id, Delivery.document_id):
        elsewhere = update(column.class_).where(column.in_(documents), column.class_.client_id != client_id)
        await session.execute(elsewhere.values(client_id=client_id))
    in_hand = update(Delivery).where(
        Delivery.client_id == client_id,
        Delivery.state == DeliveryState.UPLOADING,
        Delivery.record_asked_at.is_(None),
    )
    await session.execute(in_hand.values(claim=Delivery.claim + 1))
