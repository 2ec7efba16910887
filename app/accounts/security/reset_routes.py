"""The pages for who forgot their password: asking for a link, and choosing a new password by it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, ToolsDep
from app.accounts.browsers import AskingBrowser
from app.accounts.form_fields import FormTarget, FormText, QueryTarget
from app.accounts.form_page import form_page
from app.accounts.forms import FormError, read_reset_email
from app.accounts.letters import RESET_PAGE
from app.accounts.models import Practitioner
from app.accounts.security import resets
from app.accounts.security.reset_target import drop_target, keep_target, read_target
from app.accounts.sessions import clear_cookie, cookie_name, end_session
from app.settings import Settings
from app.web.rendering import local_path, redirect, with_next

router = APIRouter(prefix=RESET_PAGE)


@router.get("")
async def show_ask(request: Request, tools: ToolsDep, target: QueryTarget = "") -> Response:
    """Show the form that asks for the address, or whom to ask where no mail can go out."""
    return _ask_page(request, tools.settings, target)


@router.post("")
async def ask(
    request: Request,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    email: FormText = "",
    target: FormTarget = "",
) -> Response:
    """Have a link mailed; the answer is the same whether or not the address has an account."""
    try:
        await resets.ask_for_reset(session, tools, read_reset_email(email), browser)
    except FormError as error:
        return _ask_page(request, tools.settings, target, email=email, refusal=error)
    answer = redirect(with_next("/sign-in", local_path(target, "")), notice="reset-asked")
    keep_target(request, answer, tools, target)
    return answer


@router.get("/{token}")
async def show_reset(request: Request, token: str, session: Database, tools: ToolsDep) -> Response:
    """Show the form for the new password; looking at it, as mail scanners do, uses nothing up."""
    return _reset_page(request, await resets.find_reset(session, tools, token))


@router.post("/{token}")
async def reset(
    request: Request,
    token: str,
    session: Database,
    tools: ToolsDep,
    browser: AskingBrowser,
    new_password: FormText = "",
) -> Response:
    """Set the new password; the person then signs in with it."""
    person = await resets.find_reset(session, tools, token)
    try:
        await resets.use_reset(session, tools, token, new_password, browser)
    except FormError as error:
        return _reset_page(request, person, refusal=error)
    # Whoever was signed in here: the sign-in page is not to lead on to their clients.
    await end_session(session, tools.vault, request.cookies.get(cookie_name(tools.settings)), tools.clock())
    answer = redirect(with_next("/sign-in", read_target(request, tools)), notice="password-reset")
    drop_target(request, answer, tools)
    clear_cookie(answer, tools.settings)
    return answer


def _ask_page(
    request: Request, settings: Settings, target: str, *, email: str = "", refusal: FormError | None = None
) -> Response:
    return form_page(
        request,
        "accounts/reset_ask.html",
        refusal,
        email=email,
        target=(path := local_path(target, "")),
        sign_in_url=with_next("/sign-in", path),
        sends_mail=settings.smtp_address is not None,
        prints_mail=settings.smtp_address is None and settings.is_local,
    )


def _reset_page(request: Request, person: Practitioner, *, refusal: FormError | None = None) -> Response:
    return form_page(request, "accounts/reset.html", refusal, email=person.email)
