"""Computers that several people use: the browser remembers that it is one, whoever is signed in."""

from fastapi import Request
from starlette.responses import Response

from app.settings import Settings

REMEMBERED_SECONDS = 365 * 24 * 60 * 60
YES = "yes"


def shared_cookie_name(settings: Settings) -> str:
    """Return the cookie's name; it outlives signing out."""
    return "__Host-kinebridge-shared" if settings.is_https else "kinebridge-shared"


def is_remembered(request: Request, settings: Settings) -> bool:
    """Say whether somebody ticked that this is a shared computer, and nobody unticked it since."""
    return request.cookies.get(shared_cookie_name(settings)) == YES


def remember(request: Request, response: Response, settings: Settings, *, is_shared: bool) -> None:
    """Let the browser remember what was ticked."""
    if is_shared == is_remembered(request, settings) and not is_shared:
        return
    response.set_cookie(
        shared_cookie_name(settings),
        YES if is_shared else "",
        max_age=REMEMBERED_SECONDS if is_shared else 0,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )
