"""Signing up, in and out, the start page, and changing the practice one works in.

``next`` is where to go afterwards, a path of our own; whatever else it holds counts as none.
"""

import uuid

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.accounts import people, two_factor
from app.accounts.access import Database, MaybeSignedIn, SignedIn, ToolsDep
from app.accounts.browsers import AskingBrowser, browser_of
from app.accounts.form_fields import FormTarget, FormText, QueryTarget
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, clean_line, read_sign_up
from app.accounts.guide_routes import OtherRegionError, refuse_other_region
from app.accounts.sessions import clear_cookie, cookie_name, end_session, set_cookie, start_session
from app.accounts.sign_in_events import record_refusal, record_sign_in_event
from app.accounts.tools import Tools
from app.accounts.tries import TooManyTriesError
from app.countries import COUNTRIES, DEFAULT_COUNTRY
from app.errors import NotFoundError
from app.regions import APP_PATH
from app.web.filters import with_query
from app.web.rendering import local_path, redirect, with_next

router = APIRouter()

START_PAGE = "/clients"
FIRST_PAGE = "/account/settings"  # of a new account or membership: the Cliniko key is what it needs next


@router.get("/")
async def open_start_page(member: MaybeSignedIn) -> Response:
    """Lead to the clients, or to signing in."""
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
    """Make a practice and its owner, signed in."""
    try:
        form = read_sign_up(name=name, email=email, password=password, practice_name=practice_name, country=country)
        refuse_other_region(tools.settings, form.country)
        owner = await people.sign_up(session, tools, form, browser)
    except FormError as error:
        values = {"name": name, "email": email, "practice_name": practice_name, "country": country}
        return _sign_up_page(request, target, values=values, refusal=error)
    path = local_path(target, "")
    answer = redirect(path) if path else redirect(FIRST_PAGE, notice="welcome")
    return await with_new_session(request, session, tools, owner.id, answer)


@router.get("/sign-in")
async def show_sign_in(request: Request, member: MaybeSignedIn, target: QueryTarget = "") -> Response:
    """Show the empty form, or lead on who is signed in already."""
    if member:
        return redirect(local_path(target, START_PAGE))
    return _sign_in_page(request, target)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    email: FormText = "",
    password: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Check e-mail and password, start a session and lead on to where the person was going."""
    try:
        _require_both(email, password)
        practitioner = await people.check_credentials(session, tools, email, password, browser)
        await people.require_practice(session, practitioner.id)
    except FormError as error:
        # Only what was looked into: anybody may send the rest without end, and lines stay for years.
        if email and password and not isinstance(error, TooManyTriesError):
            await record_refusal(tools, email)
        return _sign_in_page(request, target, email=email, refusal=error)
    if practitioner.totp_since is not None:
        return second_step_page(request, two_factor.write_ticket(tools.vault, practitioner), target)
    return await with_new_session(request, session, tools, practitioner.id, redirect(local_path(target, START_PAGE)))


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
    session: Database, member: SignedIn, practice_id: FormText = "", target: FormTarget = ""
) -> Response:
    """Let the person work in another of their practices; 404 for one they do not belong to."""
    chosen = next((id_ for id_, _name in member.practices if str(id_) == practice_id), None)
    if chosen is None:
        raise NotFoundError
    await people.set_active_practice(session, member.practitioner_id, chosen)
    return redirect(local_path(target, START_PAGE), notice="practice-changed")


async def with_new_session(
    request: Request, session: Database, tools: Tools, practitioner_id: uuid.UUID, answer: RedirectResponse
) -> Response:
    """Sign the browser in by the answer: always a new session, and the one it had before is ended."""
    await end_session(session, tools.vault, request.cookies.get(cookie_name(tools.settings)), tools.clock())
    cookie = await start_session(session, tools.vault, practitioner_id, browser_of(request), tools.clock())
    set_cookie(answer, tools.settings, cookie)
    await record_sign_in_event(session, "session.started", practitioner_id, at=tools.clock())
    return answer


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
        email_is_taken=errors.get("email") == people.EMAIL_TAKEN,
    )


def _sign_in_page(request: Request, target: str, *, email: str = "", refusal: FormError | None = None) -> Response:
    path = local_path(target, "")
    return form_page(
        request,
        "accounts/sign_in.html",
        refusal,
        target=path,
        sign_up_url=with_query("/sign-up", next=path) if path else "/sign-up",
        comes_from_cliniko=path.partition("?")[0].rstrip("/") == APP_PATH,
        email=email,
    )


def second_step_page(request: Request, ticket: str, target: str, *, refusal: FormError | None = None) -> Response:
    """Ask for the code of who gave the right password; the ticket says who that is."""
    return form_page(request, "accounts/second_step.html", refusal, ticket=ticket, target=local_path(target, ""))


def _require_both(email: str, password: str) -> None:
    errors = {}
    if not clean_line(email):
        errors["email"] = "Write your e-mail address."
    if not password:
        errors["password"] = "Write your password."  # noqa: S105 - a sentence, not a password
    if errors:
        raise FormError(errors)
