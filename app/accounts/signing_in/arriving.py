"""Signing somebody in: the new session, and where it leads, which may be the form they had sent before."""

import uuid
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member, load_member
from app.accounts.browsers import browser_of
from app.accounts.form_page import form_page
from app.accounts.forms import FormError
from app.accounts.sessions import cookie_name, end_session, read_cookie, set_cookie, start_session
from app.accounts.signing_in.kept_forms import KeptForm, unseal
from app.accounts.signing_in.shared_computers import is_remembered, remember
from app.accounts.signing_in.sign_in_events import record_sign_in_event
from app.accounts.tools import Tools, get_tools
from app.web.filters import with_query
from app.web.rendering import local_path, page, redirect

START_PAGE = "/clients"


@dataclass(frozen=True)
class Way:
    """What the pages of signing in carry along: where to go afterwards, a form to be sent, whose computer it is."""

    target: str = ""
    kept: str = ""
    is_shared: bool = False


async def with_new_session(
    request: Request,
    session: AsyncSession,
    tools: Tools,
    practitioner_id: uuid.UUID,
    answer: Response,
    *,
    is_shared: bool | None = None,
) -> Response:
    """Sign the browser in by the answer: always a new session, and the one it had before is ended.

    Without a word on whether the computer is shared it is what the browser remembers.
    """
    shared = is_remembered(request, tools.settings) if is_shared is None else is_shared
    cookie = await _begin(request, session, tools, practitioner_id, is_shared=shared)
    set_cookie(answer, tools.settings, cookie, is_shared=shared)
    return answer


async def lead_on(
    request: Request, session: AsyncSession, tools: Tools, practitioner_id: uuid.UUID, way: Way
) -> Response:
    """Sign the browser in and lead on: to where the person was going, or to sending the form they had sent before."""
    cookie = await _begin(request, session, tools, practitioner_id, is_shared=way.is_shared)
    form = unseal(tools, way.kept)
    answer: Response = redirect(local_path(way.target, START_PAGE))
    if form is not None:
        token_digest = read_cookie(tools.vault, cookie)
        member = await load_member(request, session, tools, token_digest) if token_digest else None
        answer = kept_page(request, form, reason=judge(form, member)) if member else answer
    set_cookie(answer, tools.settings, cookie, is_shared=way.is_shared)
    remember(request, answer, tools.settings, is_shared=way.is_shared)
    return answer


async def _begin(
    request: Request, session: AsyncSession, tools: Tools, practitioner_id: uuid.UUID, *, is_shared: bool
) -> str:
    now = tools.clock()
    await end_session(session, tools.vault, request.cookies.get(cookie_name(tools.settings)), now)
    cookie = await start_session(session, tools.vault, practitioner_id, browser_of(request), now, is_shared=is_shared)
    await record_sign_in_event(session, "session.started", practitioner_id, at=now)
    return cookie


def judge(form: KeptForm, member: Member) -> str:
    """Return what keeps a form from being sent for who has just signed in; "" for nothing."""
    if form.practitioner_id is None:
        return "unknown"
    if form.practitioner_id != member.practitioner_id:
        return "person"
    if form.practice_id != member.practice_id:
        return "practice"
    if member.is_held:
        return "held"
    return "files" if form.has_files else ""


def kept_page(request: Request, form: KeptForm, *, reason: str, status: int = 200) -> Response:
    """Show the page that sends a form again, or says why not; the template leaves somebody else's fields out."""
    viewer = request.state.viewer
    return page(
        request,
        "accounts/kept_form.html",
        status=status,
        reason=reason,
        path=form.path,
        fields=form.fields,
        has_files=form.has_files,
        other_practice=next((each for each in viewer.practices if each[0] == form.practice_id), None),
    )


def sign_in_page(
    request: Request,
    target: str,
    *,
    email: str = "",
    kept: str = "",
    is_shared: bool | None = None,
    refusal: FormError | None = None,
    status: int | None = None,
) -> Response:
    """Show the sign-in form, with ``kept`` in the place of a form that was sent."""
    path = local_path(target, "")
    response = form_page(
        request,
        "accounts/sign_in.html",
        refusal,
        target=path,
        kept=kept,
        sign_up_url=with_query("/sign-up", next=path) if path else "/sign-up",
        reset_url=with_query("/reset-password", next=path) if path else "/reset-password",
        comes_from_cliniko=path.partition("?")[0].rstrip("/") == "/open/cliniko",
        is_shared=is_remembered(request, get_tools(request).settings) if is_shared is None else is_shared,
        email=email,
    )
    response.status_code = status or response.status_code
    return response


def second_step_page(request: Request, ticket: str, way: Way, *, refusal: FormError | None = None) -> Response:
    """Ask for the code of who gave the right password; the ticket says who that is."""
    way = Way(local_path(way.target, ""), way.kept, way.is_shared)
    return form_page(request, "accounts/second_step.html", refusal, ticket=ticket, way=way)
