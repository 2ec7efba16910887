"""Where a person was going when they asked for a link to choose a new password: kept by that browser, signed.

Not in the link: it goes by mail, and the target may hold a patient's id.
"""

from fastapi import Request
from starlette.responses import Response

from app.accounts.security.resets import RESET_LIFETIME
from app.accounts.tools import Tools
from app.web.rendering import local_path

TARGET_PURPOSE = "reset-target"
SECONDS = int(RESET_LIFETIME.total_seconds())


def _cookie_name(tools: Tools) -> str:
    return "__Host-kinebridge-next" if tools.settings.is_https else "kinebridge-next"


def keep_target(request: Request, response: Response, tools: Tools, target: str) -> None:
    """Let the browser keep where to go after the reset, in the place of what it kept; nothing for a path not ours."""
    path = local_path(target, "")
    if path or _cookie_name(tools) in request.cookies:
        _set(response, tools, tools.vault.sign(path, purpose=TARGET_PURPOSE) if path else "")


def drop_target(request: Request, response: Response, tools: Tools) -> None:
    """Forget what the browser keeps."""
    if _cookie_name(tools) in request.cookies:
        _set(response, tools, "")


def read_target(request: Request, tools: Tools) -> str:
    """Return where this browser was going, "" when it kept nothing within the hour."""
    kept = request.cookies.get(_cookie_name(tools), "")
    return local_path(tools.vault.unsign(kept, purpose=TARGET_PURPOSE, max_age_seconds=SECONDS), "")


def _set(response: Response, tools: Tools, value: str) -> None:
    response.set_cookie(
        _cookie_name(tools),
        value,
        max_age=SECONDS if value else 0,
        path="/",
        secure=tools.settings.is_https,
        httponly=True,
        samesite="lax",
    )
