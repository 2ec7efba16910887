"""My account > Security: one's password and email, and the browsers one is signed in with."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.browsers import AskingBrowser
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.models import Practice
from app.accounts.security import credentials
from app.accounts.sessions import end_one, end_sessions, list_sessions
from app.accounts.signing_in.arriving import with_new_session
from app.accounts.tools import Tools
from app.errors import NotFoundError
from app.web.rendering import redirect

SECURITY_PAGE = "/account/security"

router = APIRouter(prefix=SECURITY_PAGE)


@router.get("")
async def show_security(request: Request, session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Show the forms and where the person is signed in."""
    return await _security_page(request, session, tools, member)


@router.post("/password")
async def change_password(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    browser: AskingBrowser,
    current_password: FormText = "",
    new_password: FormText = "",
) -> Response:
    """Change the password; this browser gets a new session, all others are signed out."""
    try:
        await credentials.change_password(
            session, tools, member.practitioner_id, present=current_password, wanted=new_password, browser=browser
        )
    except FormError as error:
        return await _security_page(request, session, tools, member, refusal=error)
    answer = redirect(SECURITY_PAGE, notice="password-changed")
    return await with_new_session(request, session, tools, member.practitioner_id, answer, is_shared=member.is_shared)


@router.post("/email")
async def change_email(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: SignedIn,
    browser: AskingBrowser,
    new_email: FormText = "",
    password: FormText = "",
) -> Response:
    """Change the email the person signs in with."""
    try:
        changed = await credentials.change_email(
            session, tools, member.practitioner_id, wanted=new_email, password=password, browser=browser
        )
    except FormError as error:
        return await _security_page(request, session, tools, member, new_email=new_email, refusal=error)
    return redirect(SECURITY_PAGE, notice="email-changed" if changed else "nothing-changed")


@router.post("/sign-out")
async def sign_out_there(session: Database, tools: ToolsDep, member: SignedIn, session_id: FormText = "") -> Response:
    """Sign one of the person's browsers out; 404 for what is none of theirs."""
    try:
        id_ = uuid.UUID(session_id)
    except ValueError:
        raise NotFoundError from None
    if not await end_one(session, member.practitioner_id, id_, tools.clock()):
        raise NotFoundError
    return redirect(SECURITY_PAGE, notice="signed-out-there")


@router.post("/sign-out-elsewhere")
async def sign_out_elsewhere(session: Database, tools: ToolsDep, member: SignedIn) -> Response:
    """Sign the person out in all browsers but this one."""
    now = tools.clock()
    await end_sessions(session, member.practitioner_id, now, but=member.session_id)
    audit.record(
        session,
        "account.signed_out_elsewhere",
        at=now,
        practitioner_id=member.practitioner_id,
    )
    return redirect(SECURITY_PAGE, notice="signed-out-elsewhere")


async def _security_page(
    request: Request,
    session: Database,
    tools: Tools,
    member: Member,
    *,
    new_email: str = "",
    refusal: FormError | None = None,
) -> Response:
    practice = await session.get_one(Practice, member.practice_id)
    return form_page(
        request,
        "accounts/security.html",
        refusal,
        email=member.email,
        new_email=new_email,
        has_two_factor=member.has_two_factor,
        runs_team=member.runs_team,
        zone=practice.time_zone or "UTC",
        here_id=member.session_id,
        sign_ins=await list_sessions(session, member.practitioner_id, member.time_outs, tools.clock()),
    )
