"""The second step of signing in, and My account > Security > Two-factor: turning it on and off, recovery codes."""

from dataclasses import replace

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import select

from app.accounts.access import Database, EvenHeld, Member, ToolsDep
from app.accounts.form_fields import FormTarget, FormText, QueryTarget
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.letters import write_codes_renewed, write_factor_changed
from app.accounts.models import Practice, Practitioner
from app.accounts.security import credentials, two_factor
from app.accounts.security.two_factor import TWO_FACTOR_PAGE
from app.accounts.sessions import end_sessions
from app.accounts.signing_in.arriving import lead_on, second_step_page, sign_in_page
from app.accounts.signing_in.sign_in_events import record_sign_in_event
from app.accounts.signing_in.sign_in_routes import SentWay
from app.accounts.tools import Tools
from app.accounts.tries import TooManyTriesError
from app.mail.service import post
from app.web.notices import NOTICES
from app.web.rendering import local_path, page, redirect, with_next

NEEDED = "Your practice asks everybody for two-factor sign-in, so it stays on."

router = APIRouter()


@router.get("/sign-in/code")
async def leave_second_step() -> Response:
    """Lead who opens the second step's address to the first."""
    return redirect("/sign-in")


@router.post("/sign-in/code")
async def take_second_step(
    request: Request,
    session: Database,
    tools: ToolsDep,
    way: SentWay,
    ticket: FormText = "",
    code: FormText = "",
) -> Response:
    """Take the code, start a session and lead on to where the person was going."""
    person = await two_factor.read_ticket(session, tools.vault, ticket)
    if person is None:
        if way.kept:
            late = FormError({"email": NOTICES["second-step-late"].text})
            return sign_in_page(request, way.target, kept=way.kept, is_shared=way.is_shared, refusal=late)
        return redirect(with_next("/sign-in", local_path(way.target, "")), notice="second-step-late")
    try:
        await two_factor.take_code(session, tools, person, code)
    except FormError as error:
        if not isinstance(error, TooManyTriesError):
            await record_sign_in_event(session, "session.refused", person.id, at=tools.clock())
        return second_step_page(request, ticket, way, refusal=error)
    return await lead_on(request, session, tools, person.id, way)


@router.get(TWO_FACTOR_PAGE)
async def show_two_factor(
    request: Request, session: Database, tools: ToolsDep, member: EvenHeld, target: QueryTarget = ""
) -> Response:
    """Show whether it is on, and the form that changes it."""
    return _two_factor_page(request, tools, member, await _person(session, member), target)


@router.post(TWO_FACTOR_PAGE)
async def change(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: EvenHeld,
    password: FormText = "",
    action: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Do what asks for the password again: begin to set it up, show new recovery codes, or turn it off."""
    try:
        if action == "off" and await _is_needed(session, member):
            raise FormError({"password": NEEDED})
        person = await credentials.confirm_password(session, tools, member.practitioner_id, password, field="password")
    except FormError as error:
        return _two_factor_page(request, tools, member, await _person(session, member), target, refusal=error)
    is_on = person.totp_since is not None
    if action == "begin" and not is_on:
        two_factor.begin(tools.vault, person, member.session_id, tools.clock())
        return redirect(with_next(TWO_FACTOR_PAGE, target))
    if action == "codes" and is_on:
        await post(session, write_codes_renewed(person, tools.clock()), tools.clock())
        credentials.record_own(session, person, "account.recovery_codes_renewed", tools.clock())
        return await _codes_page(request, session, person, target)
    if action == "off" and is_on:
        await two_factor.turn_off(session, person)
        await _tell(session, tools, person, "off")
        return redirect(TWO_FACTOR_PAGE, notice="two-factor-off")
    return redirect(TWO_FACTOR_PAGE, notice="nothing-changed")


@router.post(f"{TWO_FACTOR_PAGE}/confirm")
async def confirm(
    request: Request,
    session: Database,
    tools: ToolsDep,
    member: EvenHeld,
    code: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Turn it on with a first code of the app, show the recovery codes, and sign all other browsers out."""
    person = await _person(session, member)
    secret = two_factor.read_begun(tools.vault, person, member.session_id, tools.clock())
    if not secret:
        return redirect(with_next(TWO_FACTOR_PAGE, target), notice="nothing-changed")
    try:
        await two_factor.take_code(session, tools, person, code, begun=secret)
    except FormError as error:
        return _two_factor_page(request, tools, member, await _person(session, member), target, refusal=error)
    person = await _person(session, member)
    two_factor.turn_on(tools.vault, person, secret, tools.clock())
    await end_sessions(session, person.id, tools.clock(), but=member.session_id)
    await _tell(session, tools, person, "on")
    request.state.viewer = replace(member, has_two_factor=True, is_held=False).as_viewer()
    return await _codes_page(request, session, person, target)


async def _person(session: Database, member: Member) -> Practitioner:
    return await session.get_one(Practitioner, member.practitioner_id, populate_existing=True)


async def _tell(session: Database, tools: Tools, person: Practitioner, state: str) -> None:
    await post(session, write_factor_changed(person, state, tools.clock()), tools.clock())
    credentials.record_own(session, person, f"account.two_factor_{state}", tools.clock())


async def _is_needed(session: Database, member: Member) -> bool:
    """Say whether the practice the person works in asks for two factors, as it is now."""
    return bool(await session.scalar(select(Practice.requires_two_factor).where(Practice.id == member.practice_id)))


async def _codes_page(request: Request, session: Database, person: Practitioner, target: str) -> Response:
    codes = await two_factor.make_recovery_codes(session, person)
    return page(request, "accounts/recovery_codes.html", codes=codes, target=local_path(target, ""))


def _two_factor_page(
    request: Request,
    tools: Tools,
    member: Member,
    person: Practitioner,
    target: str,
    *,
    refusal: FormError | None = None,
) -> Response:
    secret = two_factor.read_begun(tools.vault, person, member.session_id, tools.clock())
    return form_page(
        request,
        "accounts/two_factor.html",
        refusal,
        is_on=person.totp_since is not None,
        asking=member.practice_name if member.is_held else "",
        target=local_path(target, ""),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        qr_code=_draw(two_factor.app_address(secret, person.email)) if secret else "",
    )


def _draw(text: str) -> Markup:
    """Return the QR code of a text as an SVG element; its lines are the text's only trace in it."""
    code = segno.make_qr(text, error="m")
    return Markup(code.svg_inline(title="QR code for your app", scale=5, border=4, light="#fff", dark="#000"))  # noqa: S704 - markup of segno's own
