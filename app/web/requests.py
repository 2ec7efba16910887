"""Around every request: its id, the trace it belongs to, one line in the log, and what is counted of it."""

import time
from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPMethod

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import tracing
from app.web.errors import route_of

log = structlog.get_logger()

HEADER = "X-Request-Id"
# Asked for every few seconds by machines, or many times a page: counted, but not worth a line each.
QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics", "/static/{name:path}"})

# Method, route's pattern ("none" without one), status, seconds.
Count = Callable[[str, str, int, float], None]

LONGEST_ADDRESS = 64
_address: ContextVar[str | None] = ContextVar("client_address", default=None)


def client_address() -> str | None:
    """Return the network address of the request under way as the server gives it; None outside requests."""
    return _address.get()


class RequestRecord:
    """Middleware that gives every request an id and a line in the log, and has it counted.

    The line holds the pattern of the route, never the address: that may hold what people search for.
    """

    def __init__(self, app: ASGIApp, *, count: Count) -> None:
        self.app = app
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, began, status = tracing.new_id(), time.monotonic(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        # uvicorn may begin a connection's next request in the context of the one before.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        client = scope.get("client")
        _address.set(client[0][:LONGEST_ADDRESS] if client and client[0] else None)
        tracing.go_on(_trace_cookie(scope))
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.monotonic() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        self.count(scope["method"], route or "none", status, seconds)
        if route in QUIET_ROUTES and status < 500:
            return
        method = HTTPMethod(scope["method"]) if scope["method"] in frozenset(HTTPMethod) else None
        log.info("request_answered", method=method, route=route, status=status, took_ms=round(seconds * 1000))


def _trace_cookie(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"cookie" and tracing.COOKIE.encode() in value:
            return cookie_parser(value.decode("latin-1")).get(tracing.COOKIE)
    return None
