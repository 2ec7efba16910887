"""What happens to who is not signed in, or has yet to set up what the practice asks for: they are led there and back.

A form that arrives then is not lost: signing in goes on in its place, and then it is sent (``accounts.kept_forms``).
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import Response

from app.accounts.access import SignInRequiredError, TwoFactorNeededError
from app.accounts.security.two_factor import TWO_FACTOR_PAGE
from app.accounts.sessions import cookie_name
from app.accounts.signing_in.arriving import kept_page, sign_in_page
from app.accounts.signing_in.kept_forms import KeptForm, NotKeptError, find_former, find_maker, read_typed, seal
from app.accounts.tools import Tools, get_tools
from app.db import transaction
from app.web.rendering import local_path, redirect, with_next
from app.web.security import origin_of


def install(app: FastAPI) -> None:
    """Let this application answer who may not come in yet."""
    # Starlette's type for a handler takes any Exception, though it calls each with its own class only.
    app.add_exception_handler(SignInRequiredError, show_sign_in)  # type: ignore[arg-type]  # see above
    app.add_exception_handler(TwoFactorNeededError, show_hold)  # type: ignore[arg-type]  # see above


async def show_sign_in(request: Request, error: SignInRequiredError) -> Response:
    """Ask to sign in: on the sign-in page, or in the place of a form that was sent."""

    async def in_place(tools: Tools, form: KeptForm) -> Response:
        async with transaction(tools.sessions) as session:
            cookie = request.cookies.get(cookie_name(tools.settings))
            former, maker = await find_former(session, tools.vault, cookie), await find_maker(session, form)
        # The page's own word first: on a shared computer the cookie may be of who was signed in after it was opened.
        practitioner_id, practice_id = maker if all(maker) else former
        kept = seal(tools, replace(form, practitioner_id=practitioner_id, practice_id=practice_id))
        return sign_in_page(request, "", kept=kept, status=401)

    return await _answer(request, "/sign-in", error.target, in_place)


async def show_hold(request: Request, error: TwoFactorNeededError) -> Response:
    """Ask to set up two-factor sign-in: on its page, or in another tab beside a form that was sent."""

    async def in_place(_tools: Tools, form: KeptForm) -> Response:
        return kept_page(request, form, reason="held", status=403)

    return await _answer(request, TWO_FACTOR_PAGE, error.target, in_place)


async def _answer(
    request: Request, page: str, target: str, in_place: Callable[[Tools, KeptForm], Awaitable[Response]]
) -> Response:
    tools = get_tools(request)
    if request.method == "GET" or "json" in request.headers.get(
        "accept", ""
    ):  # a script takes a redirect for what it is
        return redirect(with_next(page, target))
    try:
        form = await read_typed(request)
    except NotKeptError:
        return redirect(with_next(page, _page_before(request, tools)), notice="form-not-kept")
    return redirect(with_next(page, _page_before(request, tools))) if form is None else await in_place(tools, form)


def _page_before(request: Request, tools: Tools) -> str:
    """Return the page the form stood on, if the browser tells: a page of ours that can be opened again."""
    before = request.headers.get("referer", "")
    try:
        parts = urlsplit(before)
    except ValueError:
        return "/"
    if origin_of(before) != origin_of(tools.settings.public_url):
        return "/"
    path = local_path(parts.path + (f"?{parts.query}" if parts.query else ""), "/")
    return "/" if path.startswith("/sign-in") else path
