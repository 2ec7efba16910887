"""What every answer carries and what no request may do: security headers, limits of body, no forms from other sites.

Forms are protected by Fetch Metadata (`Sec-Fetch-Site`), with the Origin header where a browser does not send it, by
the library asgi-cross-origin-protection; no tokens. A request with neither header is no browser's and is let
through: it cannot carry somebody else's cookie.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.errors import error_page, status_page

LARGEST_BODY_BYTES = 1024 * 1024
# A phone on a bad line pauses for some seconds; who sends nothing for longer, or is never done, holds a connection.
LONGEST_PAUSE_SECONDS = 30
LONGEST_FORM_SECONDS = 2 * 60
LONGEST_FILES_SECONDS = 15 * 60
LONGEST_STATED = 20  # digits of a Content-Length; Python refuses to read thousands of them
HSTS_SECONDS = 365 * 24 * 60 * 60

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
# Addresses hold Cliniko patient ids (/open/cliniko?patient_id=...), so other sites are told none. Not "no-referrer":
# with it browsers send "Origin: null" with our own forms, and one without Fetch Metadata could not sign in.
REFERRER_POLICY = "same-origin"
# Nothing here needs any of it, so nothing that gets into a page may ask for it either.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
        *("microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
    )
)


def install(app: FastAPI, *, public_url: str, body_limits: Mapping[str, int] | None = None) -> None:
    """Protect this application. `public_url` is how browsers reach it; https there turns on HSTS.

    Call after `errors.install`: what is added last is outermost, and error pages need these headers too.
    `body_limits` names the paths that files are sent to: pattern of the whole path -> most bytes of a body.
    """
    app.add_middleware(CrossOriginProtection, allowed_origins=[origin_of(public_url)], deny_app=show_cross_site_refusal)
    app.add_middleware(BodyLimit, larger=body_limits or {})
    app.add_middleware(SecurityHeaders, over_https=public_url.startswith("https://"))


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, as browsers write it in the Origin header."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class SecurityHeaders:
    """Middleware that adds the security headers, and `no-store` unless the answer says how it may be kept."""

    def __init__(self, app: ASGIApp, *, over_https: bool) -> None:
        self.app = app
        self.headers = {
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Referrer-Policy": REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Permissions-Policy": PERMISSIONS_POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if over_https:
            self.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodyLimit:
    """Middleware that refuses bodies over 1 MB (or what `larger` says of the path) with a 413 page.

    It does so by the stated length, or while they arrive: before any of it is kept. A body that stops arriving gets a
    408 page; how long the lines of a request may take is the proxy's to say, uvicorn has no limit for them.

    `larger` holds other limits, by patterns of paths. Such a route must read the body itself, once it knows who is
    asking: FastAPI reads what is declared as a form before anything else. Starlette has a limit too, but it answers
    with two English words in plain text.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        larger: Mapping[str, int],
        pause_seconds: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self.app = app
        self.pause_seconds = pause_seconds
        self.larger = [(re.compile(pattern), limit) for pattern, limit in larger.items()]

    def limit_of(self, path: str) -> int:
        """Return how many bytes a body sent to this path may have."""
        limits = (limit for pattern, limit in self.larger if pattern.fullmatch(path))
        return next(limits, LARGEST_BODY_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limit_of(scope["path"])
        stated = Headers(scope=scope).get("content-length", "")
        if stated.isdecimal() and (len(stated) > LONGEST_STATED or int(stated) > limit):
            await status_page(Request(scope), 413)(scope, receive, send)
            return
        received, is_whole = 0, False
        until = time.monotonic() + (LONGEST_FILES_SECONDS if limit > LARGEST_BODY_BYTES else LONGEST_FORM_SECONDS)

        async def receive_limited() -> Message:
            nonlocal received, is_whole
            if is_whole:  # what comes now is that the browser has gone, whenever that is
                return await receive()
            try:
                async with asyncio.timeout(min(self.pause_seconds, until - time.monotonic())):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            received += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if received > limit:
                raise HTTPException(413)  # becomes the same page by errors.show_http_exception
            return message

        await self.app(scope, receive_limited, send)


async def show_cross_site_refusal(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a form that another site sent in somebody's name."""
    response = error_page(
        Request(scope),
        403,
        "This was sent from another site",
        "To be safe, nothing was changed. Open the page in Kinebridge and try again from there.",
    )
    await response(scope, receive, send)
