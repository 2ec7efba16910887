"""My account > Team: who belongs to the practice, and inviting colleagues."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Database, Member, SignedIn, TeamLead, ToolsDep
from app.accounts.colleagues import invitations, team
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import INVITED_ROLES, FormError, read_invitation
from app.accounts.models import Invitation, Membership, Practice, Role
from app.accounts.tools import Tools
from app.errors import NotFoundError
from app.web.rendering import redirect
from app.words import plain

TEAM_PAGE = "/account/team"
MOST_AT_A_GLANCE = 12  # colleagues; more get a search
LONGEST_SEARCH = 200
ROLE_WORDS = {Role.OWNER: "Owner", Role.ADMIN: "Admin", Role.PRACTITIONER: "Practitioner"}
SENT_NOTICES = {"mailed": "invitation-sent-again", "unmailed": "invitation-unmailed", "over": "nothing-changed"}
ROLE_CHOICES = [(role.value, ROLE_WORDS[role]) for role in INVITED_ROLES]

router = APIRouter(prefix=TEAM_PAGE)


@router.get("")
async def show_team(request: Request, session: Database, tools: ToolsDep, member: SignedIn, q: str = "") -> Response:
    """Show the members, or those of whom ``q`` is a part of name or email; to leads also all that is theirs to do."""
    return await _team_page(request, session, tools, member, typed=q[:LONGEST_SEARCH].strip())


@router.post("")
async def invite(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: TeamLead,
    email: FormText = "",
    role: FormText = Role.PRACTITIONER,
) -> Response:
    """Invite a colleague by mail; the page then shows the link too."""
    try:
        address, invited_role = read_invitation(email=email, role=role)
        is_mailed = await invitations.invite(session, tools, member, address, invited_role)
    except FormError as error:
        values = {"email": email, "role": role}
        return await _team_page(request, session, tools, member, values=values, refusal=error)
    if not invitations.has_mail_server(tools):
        return redirect(TEAM_PAGE, notice="invited-no-mail")
    return redirect(TEAM_PAGE, notice="invited" if is_mailed else "invited-unmailed")


@router.post("/send-again")
async def send_again(session: Database, tools: ToolsDep, member: TeamLead, invitation_id: FormText = "") -> Response:
    """Mail an invitation again; it runs for seven days from now."""
    sent = await invitations.send_again(session, tools, member, _read_id(invitation_id))
    if sent == "mailed" and not invitations.has_mail_server(tools):
        return redirect(TEAM_PAGE, notice="invitation-renewed")
    return redirect(TEAM_PAGE, notice=SENT_NOTICES[sent])


@router.post("/withdraw")
async def withdraw(session: Database, tools: ToolsDep, member: TeamLead, invitation_id: FormText = "") -> Response:
    """End an invitation, so that its link no longer works."""
    was_open = await invitations.withdraw(session, member, _read_id(invitation_id), tools.clock())
    return redirect(TEAM_PAGE, notice="invitation-withdrawn" if was_open else "nothing-changed")


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError from None


async def _team_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    *,
    typed: str = "",
    values: dict[str, str] | None = None,
    refusal: FormError | None = None,
) -> Response:
    members = _rows(member, await team.list_members(session, member.practice_id))
    own = {"runs_team": member.runs_team, "is_owner": member.role is Role.OWNER}
    of_leads = await _what_leads_see(session, tools, member) if member.runs_team else {}
    return form_page(
        request,
        "accounts/team.html",
        refusal,
        practice_name=member.practice_name,
        members=[each for each in members if plain(typed) in plain(f"{each['name']} {each['email']}")],
        member_count=len(members),
        is_searchable=len(members) > MOST_AT_A_GLANCE,
        typed=typed,
        roles=ROLE_CHOICES,
        values=values or {"email": "", "role": Role.PRACTITIONER.value},
        **own,
        **of_leads,
    )


async def _what_leads_see(session: AsyncSession, tools: Tools, member: Member) -> dict[str, Any]:
    now = tools.clock()
    practice = await session.get_one(Practice, member.practice_id)
    unanswered = await invitations.list_unanswered(session, member.practice_id, now)
    return {
        "zone": practice.time_zone or "UTC",
        "away": _rows(member, await team.list_deactivated(session, member.practice_id)),
        "invitations": [_invitation(tools, invitation, now) for invitation in unanswered],
    }


def _invitation(tools: Tools, invitation: Invitation, now: datetime) -> dict[str, Any]:
    return {
        "id": invitation.id,
        "email": invitation.email,
        "role": ROLE_WORDS[Role(invitation.role)],
        "made_at": invitation.created_at,
        "sent_at": invitation.sent_at,
        "expires_at": invitation.expires_at,
        "is_open": invitation.expires_at > now,
        "url": tools.settings.public_url + invitations.join_path(tools.vault, invitation.id),
    }


def _rows(member: Member, members: Sequence[Membership]) -> list[dict[str, Any]]:
    return [
        {
            "id": other.id,
            "name": other.practitioner.name,
            "email": other.practitioner.email,
            "role": ROLE_WORDS[Role(other.role)],
            "is_me": other.id == member.membership_id,
            "may_be_changed": member.runs_team and other.id != member.membership_id and other.role is not Role.OWNER,
        }
        for other in members
    ]
