"""My account > Sharing: who sees the clients I own."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.accounts import sharing
from app.accounts.access import Database, Member, SamePractice, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError, read_sharing_rule
from app.web.rendering import page, redirect

router = APIRouter(prefix="/account/sharing")


@router.get("")
async def show_sharing(request: Request, session: Database, member: SignedIn) -> Response:
    """Show the rule and the chosen colleagues."""
    rule, ticked = await sharing.find_choice(session, member)
    return await _sharing_page(request, session, member, rule=rule, ticked={str(id_) for id_ in ticked})


@router.post("", dependencies=[SamePractice])
async def save_sharing(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    rule: FormText = "",
    colleague: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Save the rule and the chosen colleagues."""
    ticked = colleague or []
    try:
        await sharing.save_choice(session, tools, member, read_sharing_rule(rule), ticked)
    except FormError as error:
        return await _sharing_page(request, session, member, rule=rule, ticked=ticked, errors=error.fields)
    return redirect("/account/sharing", notice="sharing-saved")


async def _sharing_page(
    request: Request,
    session: Database,
    member: Member,
    *,
    rule: str,
    ticked: Collection[str],
    errors: dict[str, str] | None = None,
) -> Response:
    colleagues = await sharing.list_colleagues(session, member)
    return page(
        request,
        "accounts/sharing.html",
        status=422 if errors else 200,
        practice_id=member.practice_id,
        rule=rule,
        colleagues=[
            {"id": str(other.id), "name": other.practitioner.name, "email": other.practitioner.email}
            for other in colleagues
        ],
        ticked=set(ticked),
        errors=errors or {},
    )
