"""My account > Team > a colleague: their role, coming back, and passing the ownership on.

How a colleague's access ends is in the room ``leaving``, which knows of their clients.
"""

import uuid
from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.colleagues import team
from app.accounts.colleagues.team_routes import ROLE_CHOICES, ROLE_WORDS, TEAM_PAGE
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import INVITED_ROLES, FormError
from app.accounts.letters import write_ownership_given, write_ownership_received
from app.accounts.models import Membership, Practitioner, Role
from app.accounts.security.credentials import confirm_password
from app.accounts.tools import Tools
from app.accounts.tries import Rule, Try, take
from app.errors import NotFoundError
from app.mail.service import post
from app.waits import Waits
from app.web.rendering import page, redirect

OWNERSHIP_PAGE = f"{TEAM_PAGE}/ownership"

# Each is told by mail: nobody's mailbox is filled by pressing to and fro. Ending access is never held up; it cannot be
# done again without giving it back.
CHANGES = Rule(
    "changes of a colleague's access",
    Waits(10, timedelta(minutes=1), timedelta(hours=1)),
    timedelta(minutes=10),
    right_clears=False,
    said="This colleague's role or access was changed many times just now, so nothing was changed this time.",
)

router = APIRouter()


@router.get(OWNERSHIP_PAGE)
async def show_ownership(request: Request, session: Database, member: SignedIn) -> Response:
    """Ask the owner to whom the ownership goes, and for their password."""
    return await _ownership_page(request, session, member)


@router.post(OWNERSHIP_PAGE)
async def pass_ownership_on(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    colleague: FormText = "",
    password: FormText = "",
) -> Response:
    """Make a colleague the owner, and tell both by mail."""
    choices = await _choices(session, member)
    try:
        to_id = next((id_ for id_, _name in choices if str(id_) == colleague), None)
        if to_id is None:
            raise FormError({"colleague": "Choose a colleague from the list."})
        person = await confirm_password(session, tools, member.practitioner_id, password, field="password")
        await team.pass_ownership_on(session, member, to_id, tools.clock())
    except FormError as error:
        return await _ownership_page(request, session, member, colleague=colleague, refusal=error)
    await _tell_both(session, tools, member, person, to_id)
    return redirect(TEAM_PAGE, notice="ownership-passed-on")


@router.get(f"{TEAM_PAGE}/{{membership_id}}")
async def show_colleague(request: Request, membership_id: uuid.UUID, session: Database, member: SignedIn) -> Response:
    """Show a colleague's role, and the ways to change it and their access."""
    colleague = await team.get_colleague(session, member, membership_id)
    return page(
        request,
        "accounts/colleague.html",
        practice_name=member.practice_name,
        colleague=colleague,
        role_words=ROLE_WORDS[colleague.role],
        roles=ROLE_CHOICES,
    )


@router.post(f"{TEAM_PAGE}/{{membership_id}}/role")
async def change_role(
    membership_id: uuid.UUID, session: Database, tools: ToolsDep, member: SignedIn, role: FormText = ""
) -> Response:
    """Make a colleague an admin or a practitioner."""
    wanted = next((known for known in INVITED_ROLES if known.value == role), None)
    colleague = await team.get_colleague(session, member, membership_id)
    if wanted is None:
        raise NotFoundError
    if colleague.role is not wanted:
        await _count_change(tools, membership_id)
    changed = await team.change_role(session, member, membership_id, wanted, tools.clock())
    return redirect(f"{TEAM_PAGE}/{membership_id}", notice="role-saved" if changed else "nothing-changed")


@router.post(f"{TEAM_PAGE}/{{membership_id}}/reactivate")
async def reactivate(membership_id: uuid.UUID, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Give a colleague who was away their access back."""
    colleague = await team.get_colleague(session, member, membership_id)
    if not colleague.is_active:
        await _count_change(tools, membership_id)
    changed = await team.reactivate(session, member, membership_id, tools.clock())
    return redirect(TEAM_PAGE, notice="member-reactivated" if changed else "nothing-changed")


async def _count_change(tools: Tools, membership_id: uuid.UUID) -> None:
    """Raise TooManyTriesError, with nothing changed, where a colleague was told of very many changes lately."""
    await take(tools.sessions, [Try(CHANGES, str(membership_id))], tools.clock(), field="role")


async def _choices(session: Database, member: Member) -> list[tuple[uuid.UUID, str]]:
    """Return to whom the ownership can go; NotFoundError for all but the owner."""
    if member.role is not Role.OWNER:
        raise NotFoundError
    others = [each for each in await team.list_members(session, member.practice_id) if each.id != member.membership_id]
    return [(each.id, f"{each.practitioner.name} ({each.practitioner.email})") for each in others]


async def _ownership_page(
    request: Request, session: Database, member: Member, *, colleague: str = "", refusal: FormError | None = None
) -> Response:
    return form_page(
        request,
        "accounts/ownership.html",
        refusal,
        practice_name=member.practice_name,
        email=member.email,
        choices=await _choices(session, member),
        colleague=colleague,
    )


async def _tell_both(session: Database, tools: Tools, member: Member, former: Practitioner, to_id: uuid.UUID) -> None:
    now, practice = tools.clock(), member.practice_name
    membership = await session.get_one(Membership, to_id)
    owner = await session.get_one(Practitioner, membership.practitioner_id)
    await post(session, write_ownership_received(owner, former=former.name, practice=practice, now=now), now)
    await post(session, write_ownership_given(former, practice=practice, now=now), now)
