"""My account > Sharing: who sees the clients I own, what changing that means, and requests that wait for an answer."""

from collections.abc import Collection
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.accounts import sharing
from app.accounts.access import Database, Member, SignedIn, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import FormError, read_sharing_access, read_sharing_rule
from app.accounts.models import Access, SharingRule
from app.accounts.tools import Tools
from app.clients.consequences import practice_rule, preview_choice, preview_practice_rule
from app.clients.granting import zone_of
from app.clients.request_queries import list_own, list_to_answer, request_path
from app.web.rendering import page, redirect

router = APIRouter(prefix="/account/sharing")

# What the form says for following the practice.
DEFAULT = "default"
Colleagues = Annotated[list[str] | None, Form()]


@router.get("")
async def show_sharing(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Show the rule and the chosen colleagues."""
    chosen = await sharing.find_choice(session, member)
    typed = {"rule": chosen.whom or DEFAULT, "access": chosen.access}
    return await _sharing_page(request, session, tools, member, typed, {str(id_) for id_ in chosen.ticked})


@router.post("")
async def save_sharing(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    rule: FormText = "",
    access: FormText = Access.EDIT.value,
    colleague: Colleagues = None,
    action: FormText = "",
) -> Response:
    """Save the rule and the chosen colleagues, or with "preview" only show what that would mean."""
    typed, ticked = {"rule": rule, "access": access}, colleague or []
    try:
        whom, for_what = read_sharing_rule(rule), read_sharing_access(access)
        wanted = await sharing.read_choice(session, member, whom, for_what, ticked)
    except FormError as error:
        return await _sharing_page(request, session, tools, member, typed, ticked, errors=error.fields)
    if action == "preview":
        changes = await preview_choice(session, member, wanted)
        return await _sharing_page(request, session, tools, member, typed, ticked, changes=changes)
    await sharing.save_choice(session, tools, member, wanted)
    return redirect("/account/sharing", notice="sharing-saved")


async def _sharing_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    typed: dict[str, str],
    ticked: Collection[str],
    *,
    errors: dict[str, str] | None = None,
    changes: Any = None,
) -> Response:
    to_answer = await list_to_answer(session, member, tools.clock())
    return page(
        request,
        "accounts/sharing.html",
        status=422 if errors else 200,
        runs_team=member.runs_team,
        typed=typed,
        of_practice=await practice_rule(session, member.practice_id),
        colleagues=[
            {"id": str(other.id), "name": other.practitioner.name, "email": other.practitioner.email}
            for other in await sharing.list_colleagues(session, member)
        ],
        ticked=set(ticked),
        changes=changes,
        to_answer=[
            (each, each.client.owner_id == member.membership_id, request_path(tools.vault, each.request.id))
            for each in to_answer
        ],
        asked=await list_own(session, member, tools.clock()),
        zone=await zone_of(session, member.practice_id) or "UTC",
        errors=errors or {},
    )


@router.get("/practice")
async def show_practice(request: Request, session: Database, member: TeamLead) -> Response:
    """Show the rule of those who never chose one."""
    rule = await practice_rule(session, member.practice_id)
    return await _practice_page(request, session, member, {"rule": rule.whom, "access": rule.access})


@router.post("/practice")
async def save_practice(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    rule: FormText = "",
    access: FormText = Access.EDIT.value,
    action: FormText = "",
) -> Response:
    """Save the practice's rule, or with "preview" only show whose clients it concerns."""
    typed = {"rule": rule, "access": access}
    try:
        whom, for_what = read_sharing_rule(rule), read_sharing_access(access)
        if whom not in (SharingRule.NOBODY, SharingRule.PRACTICE):
            raise FormError({"rule": "Choose who clients are shared with."})
    except FormError as error:
        return await _practice_page(request, session, member, typed, errors=error.fields)
    if action == "preview":
        concerned = await preview_practice_rule(session, member)
        return await _practice_page(request, session, member, typed, concerned=concerned)
    await sharing.save_practice_rule(session, tools, member, whom, for_what)
    return redirect("/account/sharing/practice", notice="saved")


async def _practice_page(
    request: Request,
    session: Database,
    member: Member,
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    concerned: list[tuple[str, int]] | None = None,
) -> Response:
    followers = await sharing.list_followers(session, member.practice_id)
    return page(
        request,
        "accounts/practice_sharing.html",
        status=422 if errors else 200,
        practice_name=member.practice_name,
        typed=typed,
        followers=[each.practitioner.name for each in followers],
        concerned=concerned,
        errors=errors or {},
    )
