"""My account > Team: who belongs to the practice, and inviting colleagues."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import team
from app.accounts.access import Database, Member, SamePractice, SignedIn, TeamLead, ToolsDep
from app.accounts.form_fields import FormText
from app.accounts.forms import INVITED_ROLES, FormError, read_invitation
from app.accounts.models import Role
from app.accounts.tools import Tools
from app.errors import NotFoundError
from app.web.rendering import page, redirect

router = APIRouter(prefix="/account/team")

ROLE_WORDS = {Role.OWNER: "Owner", Role.ADMIN: "Admin", Role.PRACTITIONER: "Practitioner"}


@router.get("")
async def show_team(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Show the members; to owners and admins also the invitations and the form."""
    return await _team_page(request, session, tools, member)


@router.post("", dependencies=[SamePractice])
async def invite(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    email: FormText = "",
    role: FormText = Role.PRACTITIONER,
) -> Response:
    """Invite a colleague; the page then shows the link to pass on."""
    try:
        address, invited_role = read_invitation(email=email, role=role)
        await team.invite(session, member, address, invited_role, tools.clock())
    except FormError as error:
        values = {"email": email, "role": role}
        return await _team_page(request, session, tools, member, values=values, errors=error.fields)
    return redirect("/account/team", notice="invited")


@router.post("/withdraw")
async def withdraw(session: Database, tools: ToolsDep, member: TeamLead, invitation_id: FormText = "") -> Response:
    """End an invitation, so that its link no longer works."""
    try:
        id_ = uuid.UUID(invitation_id)
    except ValueError:
        raise NotFoundError from None
    was_open = await team.withdraw(session, member, id_, tools.clock())
    return redirect("/account/team", notice="invitation-withdrawn" if was_open else "nothing-changed")


async def _team_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    *,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    invitations = []
    if member.runs_team:
        invitations = [
            {
                "id": invitation.id,
                "email": invitation.email,
                "role": ROLE_WORDS[Role(invitation.role)],
                "expires_at": invitation.expires_at,
                "url": tools.settings.public_url + team.join_path(tools.vault, invitation.id),
            }
            for invitation in await team.list_open_invitations(session, member.practice_id, tools.clock())
        ]
    return page(
        request,
        "accounts/team.html",
        status=422 if errors else 200,
        practice_id=member.practice_id,
        practice_name=member.practice_name,
        members=[
            {
                "name": other.practitioner.name,
                "email": other.practitioner.email,
                "role": ROLE_WORDS[Role(other.role)],
                "is_me": other.id == member.membership_id,
            }
            for other in await team.list_members(session, member.practice_id)
        ],
        runs_team=member.runs_team,
        invitations=invitations,
        roles=[(role.value, ROLE_WORDS[role]) for role in INVITED_ROLES],
        values=values or {"email": "", "role": Role.PRACTITIONER.value},
        errors=errors or {},
    )
