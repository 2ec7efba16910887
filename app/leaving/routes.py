"""My account > Team > a colleague > Deactivate or Remove: what happens, and who takes their clients over."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.models import Ending
from app.leaving.service import end_membership, find_leaver
from app.web.rendering import redirect

TEAM_PAGE = "/account/team"

router = APIRouter(prefix=f"{TEAM_PAGE}/{{membership_id}}")


@router.get("/deactivate")
async def show_deactivate(request: Request, membership_id: uuid.UUID, session: Database, member: SignedIn) -> Response:
    """Say what deactivating a colleague does, and ask who takes their clients over."""
    return await _leaving_page(request, session, member, membership_id, Ending.DEACTIVATED)


@router.get("/remove")
async def show_remove(request: Request, membership_id: uuid.UUID, session: Database, member: SignedIn) -> Response:
    """Say what removing a colleague does, and ask who takes their clients over."""
    return await _leaving_page(request, session, member, membership_id, Ending.REMOVED)


@router.post("/deactivate")
async def deactivate(
    request: Request,
    membership_id: uuid.UUID,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    successor: FormText = "",
) -> Response:
    """End a colleague's access for a while."""
    return await _end(request, session, tools, member, membership_id, Ending.DEACTIVATED, successor)


@router.post("/remove")
async def remove(
    request: Request,
    membership_id: uuid.UUID,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    successor: FormText = "",
) -> Response:
    """End a colleague's access for good."""
    return await _end(request, session, tools, member, membership_id, Ending.REMOVED, successor)


async def _end(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: Member,
    membership_id: uuid.UUID,
    ending: Ending,
    successor: str,
) -> Response:
    try:
        await end_membership(session, tools, member, membership_id, ending, successor)
    except FormError as error:
        return await _leaving_page(request, session, member, membership_id, ending, refusal=error)
    return redirect(TEAM_PAGE, notice=f"member-{ending}")


async def _leaving_page(
    request: Request,
    session: Database,
    member: Member,
    membership_id: uuid.UUID,
    ending: Ending,
    *,
    refusal: FormError | None = None,
) -> Response:
    return form_page(
        request,
        "leaving/confirm.html",
        refusal,
        practice_name=member.practice_name,
        leaver=await find_leaver(session, member, membership_id),
        removes=ending is Ending.REMOVED,
    )
