"""Signing up, in and out, the start page, and changing the practice one works in.

``next`` is where to go afterwards, a path of our own; whatever else it holds counts as none.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.accounts import people
from app.accounts.access import Database, EvenHeld, MaybeSignedIn, SignedIn, ToolsDep
from app.accounts.browsers import AskingBrowser
from app.accounts.form_fields import FormKept, FormTarget, FormText, QueryTarget
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, clean_line, read_sign_up
from app.accounts.models import Practitioner
from app.accounts.practices.practice import OtherRegionError, refuse_other_region
from app.accounts.security import two_factor
from app.accounts.sessions import clear_cookie, cookie_name, end_session
from app.accounts.signing_in.arriving import START_PAGE, Way, lead_on, second_step_page, sign_in_page, with_new_session
from app.accounts.signing_in.known_sign_ups import check_known
from app.accounts.signing_in.shared_computers import is_remembered
from app.accounts.signing_in.sign_in_events import record_refusal, record_sign_in_event
from app.accounts.signing_in.switching import page_there, switch_practice
from app.accounts.tries import TooManyTriesError
from app.countries import COUNTRIES, DEFAULT_COUNTRY
from app.errors import NotFoundError
from app.web.filters import with_query
from app.web.rendering import local_path, redirect, with_next

router = APIRouter()

FIRST_PAGE = "/account/settings"  # of a new account or membership: the Cliniko key is what it needs next


@router.get("/")
async def open_start_page(member: MaybeSignedIn) -> Response:
    """Lead to the day, or to signing in."""
    return redirect(START_PAGE if member else "/sign-in")


@router.get("/sign-up")
async def show_sign_up(request: Request, target: QueryTarget = "") -> Response:
    """Show the empty form."""
    values = {"name": "", "email": "", "practice_name": "", "country": DEFAULT_COUNTRY}
    return _sign_up_page(request, target, values=values)


@router.post("/sign-up")
async def sign_up(
    request: Request,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    name: FormText = "",
    email: FormText = "",
    password: FormText = "",
    practice_name: FormText = "",
    country: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Make a practice and its owner, signed in; somebody who has an account is signed in to that."""
    try:
        form = read_sign_up(name=name, email=email, password=password, practice_name=practice_name, country=country)
        refuse_other_region(tools.settings, form.country)
        known = await people.find_practitioner(session, form.email)
        if known is not None:
            person = await check_known(session, tools, known, form, browser)
            return await _sign_in_instead(request, session, tools, person, target)
        owner = await people.sign_up(session, tools, form, browser)
    except FormError as error:
        values = {"name": name, "email": email, "practice_name": practice_name, "country": country}
        return _sign_up_page(request, target, values=values, refusal=error)
    path = local_path(target, "")
    answer = redirect(path) if path else redirect(FIRST_PAGE, notice="welcome")
    return await with_new_session(request, session, tools, owner.id, answer)


async def _sign_in_instead(
    request: Request, session: Database, tools: ToolsDep, person: Practitioner, target: str
) -> Response:
    if person.totp_since is not None:
        way = Way(target, is_shared=is_remembered(request, tools.settings))
        return second_step_page(request, two_factor.write_ticket(tools.vault, person), way)
    path = local_path(target, "")
    answer = redirect(path) if path else redirect(START_PAGE, notice="signed-in-instead")
    return await with_new_session(request, session, tools, person.id, answer)


@router.get("/sign-in")
async def show_sign_in(request: Request, member: MaybeSignedIn, target: QueryTarget = "") -> Response:
    """Show the empty form, or lead on who is signed in already."""
    if member:
        return redirect(local_path(target, START_PAGE))
    return sign_in_page(request, target)


def read_way(target: FormTarget = "", kept: FormKept = "", shared: FormText = "") -> Way:
    """Return what the form of a sign-in page carries along."""
    return Way(target, kept, shared == "on")


SentWay = Annotated[Way, Depends(read_way)]


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    way: SentWay,
    email: FormText = "",
    password: FormText = "",
) -> Response:
    """Check email and password, start a session and lead on to where the person was going."""
    try:
        _require_both(email, password)
        practitioner = await people.check_credentials(session, tools, email, password, browser)
        await people.require_practice(session, practitioner.id)
    except FormError as error:
        # Only what was looked into: anybody may send the rest without end, and lines stay for years.
        if email and password and not isinstance(error, TooManyTriesError):
            await record_refusal(tools, email)
        return sign_in_page(request, way.target, email=email, kept=way.kept, is_shared=way.is_shared, refusal=error)
    if practitioner.totp_since is not None:
        return second_step_page(request, two_factor.write_ticket(tools.vault, practitioner), way)
    return await lead_on(request, session, tools, practitioner.id, way)


@router.post("/sign-out")
async def sign_out(request: Request, session: Database, tools: ToolsDep, target: FormTarget = "") -> Response:
    """End the browser's session; whoever signs in next goes on to ``next``."""
    now = tools.clock()
    ended = await end_session(session, tools.vault, request.cookies.get(cookie_name(tools.settings)), now)
    if ended is not None:
        await record_sign_in_event(session, "session.ended", ended, at=now)
    answer = redirect(with_next("/sign-in", target), notice="signed-out")
    clear_cookie(answer, tools.settings)
    return answer


@router.get("/account")
async def open_account(member: SignedIn) -> Response:
    """Lead to the first page of My account."""
    return redirect("/account/settings")


@router.post("/account/practice")
async def change_practice(
    session: Database, tools: ToolsDep, member: EvenHeld, practice_id: FormText = "", target: FormTarget = ""
) -> Response:
    """Let the person work in another of their practices, on the same page if that has it; 404 for a stranger's."""
    chosen = next((id_ for id_, _name in member.practices if str(id_) == practice_id), None)
    if chosen is None:
        raise NotFoundError
    await switch_practice(session, member, chosen, tools.clock())
    return redirect(page_there(local_path(target, START_PAGE)), notice="practice-changed")


def _sign_up_page(
    request: Request, target: str, *, values: dict[str, str], refusal: FormError | None = None
) -> Response:
    path = local_path(target, "")
    errors = refusal.fields if refusal else {}
    return form_page(
        request,
        "accounts/sign_up.html",
        refusal,
        target=path,
        sign_in_url=with_query("/sign-in", next=path) if path else "/sign-in",
        countries=COUNTRIES,
        values=values,
        elsewhere=refusal.region if isinstance(refusal, OtherRegionError) else None,
        reset_url=with_query("/reset-password", next=path) if path else "/reset-password",
        offers_other_ways=errors.get("email") == people.NO_ACCOUNT_MADE,
    )


def _require_both(email: str, password: str) -> None:
    errors = {}
    if not clean_line(email):
        errors["email"] = "Enter your email address."
    if not password:
        errors["password"] = "Enter your password."  # noqa: S105 - a sentence, not a password
    if errors:
        raise FormError(errors)
