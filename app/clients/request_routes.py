"""The page behind the link of a request for access, where it is answered."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import bell
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError
from app.accounts.signing_in.switching import switch_practice
from app.clients.forms import read_grant
from app.clients.granting import zone_of
from app.clients.request_queries import OpenRequest, find_practice, get_to_answer
from app.clients.requests import answer
from app.errors import NotFoundError
from app.web.rendering import page, redirect

router = APIRouter(prefix="/access-requests")


@router.get("/{token}")
async def show_request(request: Request, token: str, member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Show who asks for which client, to whoever may answer; in another practice of theirs, change to that first."""
    request_id, practice_id = await find_practice(session, tools.vault, token)
    if practice_id != member.practice_id and practice_id in [id_ for id_, _ in member.practices]:
        await switch_practice(session, member, practice_id, tools.clock())
        return redirect(f"/access-requests/{token}", notice="practice-changed")
    found = await get_to_answer(session, member, request_id, tools.clock())
    await bell.hush(session, request_id, member.membership_id)
    return await _request_page(request, session, member, found)


@router.post("/{token}")
async def answer_request(
    request: Request,
    token: str,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    access: FormText = "",
    until: FormText = "",
) -> Response:
    """Grant or decline; of several answers the first counts."""
    request_id, practice_id = await find_practice(session, tools.vault, token)
    if practice_id != member.practice_id:
        raise NotFoundError
    found = await get_to_answer(session, member, request_id, tools.clock())
    try:
        grant = read_grant(access, until, tools.clock(), await zone_of(session, practice_id))
    except FormError as error:
        return await _request_page(request, session, member, found, until=until, errors=error.fields)
    was_open = await answer(session, tools, member, request_id, grant)
    return redirect(f"/access-requests/{token}", notice="request-answered" if was_open else "request-answered-before")


async def _request_page(
    request: Request,
    session: Database,
    member: Member,
    found: OpenRequest,
    *,
    until: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    return page(
        request,
        "clients/request.html",
        status=422 if errors else 200,
        found=found,
        is_mine=found.client.owner_id == member.membership_id,
        zone=await zone_of(session, member.practice_id) or "UTC",
        until=until,
        errors=errors or {},
    )
