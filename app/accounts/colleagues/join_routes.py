"""The page behind an invitation's link, where a colleague joins the practice."""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts import people
from app.accounts.access import Database, MaybeSignedIn, Member, ToolsDep
from app.accounts.browsers import AskingBrowser, Browser
from app.accounts.colleagues import joining
from app.accounts.colleagues.joining import OpenInvitation
from app.accounts.form_fields import FormText
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, read_newcomer
from app.accounts.models import Practitioner
from app.accounts.signing_in.arriving import with_new_session
from app.accounts.signing_in.sign_in_events import record_refusal
from app.accounts.signing_in.sign_in_routes import FIRST_PAGE
from app.accounts.tools import Tools
from app.accounts.tries import TooManyTriesError
from app.web.rendering import redirect

router = APIRouter()


@router.get("/join/{token}")
async def show_join(
    request: Request, token: str, session: Database, tools: ToolsDep, member: MaybeSignedIn
) -> Response:
    """Show who invites to which practice, and ask for what is still needed."""
    invitation = await joining.find_open_invitation(session, tools.vault, token, tools.clock())
    invited = await people.find_practitioner(session, invitation.email)
    return _join_page(request, invitation, invited, member)


@router.post("/join/{token}")
async def join(
    request: Request,
    token: str,
    session: Database,
    tools: ToolsDep,
    member: MaybeSignedIn,
    browser: AskingBrowser,
    name: FormText = "",
    password: FormText = "",
) -> Response:
    """Join the practice: signed in as the invited person, with the login they have, or with a new one."""
    now = tools.clock()
    invitation = await joining.find_open_invitation(session, tools.vault, token, now)
    invited = await people.find_practitioner(session, invitation.email)
    try:
        practitioner_id: uuid.UUID
        if invited is None:
            form = read_newcomer(name=name, password=password, about=(invitation.email, invitation.practice_name))
            practitioner_id = await joining.join_as_newcomer(session, invitation, form, now)
        else:
            if not _is_signed_in_as(member, invited):
                await _check_password(session, tools, invitation, password, browser)
            practitioner_id = invited.id
            await joining.join_with_login(session, invitation, practitioner_id, now)
    except FormError as error:
        invited = invited or await people.find_practitioner(session, invitation.email)
        return _join_page(request, invitation, invited, member, name=name, refusal=error)
    answer = redirect(FIRST_PAGE, notice="joined")
    if _is_signed_in_as(member, invited):
        # No new sign-in: nobody gave a password, which those of the last minutes stand for (``credentials.is_fresh``).
        return answer
    return await with_new_session(request, session, tools, practitioner_id, answer)


async def _check_password(
    session: Database, tools: Tools, invitation: OpenInvitation, password: str, browser: Browser
) -> None:
    if not password:
        raise FormError({"password": "Enter your Kinebridge password."})
    try:
        person = await people.check_credentials(session, tools, invitation.email, password, browser, field="password")
    except TooManyTriesError:
        raise
    except FormError:
        await record_refusal(tools, invitation.email)
        raise FormError({"password": "This does not match your Kinebridge password. Try again."}) from None
    if person.totp_since is not None:
        raise FormError({"password": "Your account uses two-factor sign-in. Sign in first, then open this link again."})


def _is_signed_in_as(member: Member | None, invited: Practitioner | None) -> bool:
    return member is not None and invited is not None and member.practitioner_id == invited.id


def _join_page(
    request: Request,
    invitation: OpenInvitation,
    invited: Practitioner | None,
    member: Member | None,
    *,
    name: str = "",
    refusal: FormError | None = None,
) -> Response:
    if refusal and refusal.fields.get("email") == people.EMAIL_TAKEN:  # made while this form was being filled in
        sentence = "Your email now has an account. Enter its password to join."
        refusal = FormError({"password": sentence})
    return form_page(
        request,
        "accounts/join.html",
        refusal,
        invitation=invitation,
        has_login=invited is not None,
        is_signed_in=_is_signed_in_as(member, invited),
        name=name,
    )
