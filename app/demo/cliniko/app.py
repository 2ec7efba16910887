"""Puts the stand-in together: API, bucket, web face and the request log, as one ASGI application."""

import time
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.demo.cliniko import api, bucket, diary_api, face
from app.demo.cliniko.gate import ApiError, find_user
from app.demo.cliniko.state import LogEntry, State

_HERE = Path(__file__).parent


def create_standin(state: State, *, app_url: str, app_name: str = "Kinebridge") -> Starlette:
    """Return the stand-in. `app_url` is where "Open in <app_name>" leads; `?patient_id=` is added to it."""
    app = Starlette(
        routes=[
            Mount("/v1", routes=[*api.routes, *diary_api.routes]),
            Mount("/bucket", routes=bucket.routes),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
            *face.routes,
        ],
        middleware=[Middleware(RequestLog, state=state)],
        exception_handlers={ApiError: _refuse, HTTPException: _explain},
    )
    app.state.standin = state
    app.state.app_url = app_url
    app.state.app_name = app_name
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    """Answer a refusal of the API as JSON."""
    assert isinstance(error, ApiError)  # noqa: S101 - Starlette calls this for nothing else
    body = {"message": error.message} | ({"errors": dict(error.errors)} if error.errors else {})
    return JSONResponse(body, error.status, headers=error.headers)


async def _explain(request: Request, error: Exception) -> Response:
    """Answer an unknown address or a wrong method: JSON below /v1, a page elsewhere."""
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls this for nothing else
    phrase = HTTPStatus(error.status_code).phrase
    if request.url.path.startswith("/v1"):
        return JSONResponse({"message": phrase}, error.status_code, headers=error.headers)
    return face.show_problem(request, error.status_code, phrase)


class RequestLog:
    """Middleware that notes each answered request in the state's log: no query, no body."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app = app
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note it just before its answer is complete on the wire."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        began, status = time.monotonic(), 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body" and not message.get("more_body"):
                # Before sending, so that whoever has the answer finds it in the log already.
                self.state.log.append(entry_for(self.state, scope, status, began))
            await send(message)

        return await self.app(scope, receive, send_and_note)


def entry_for(state: State, scope: Scope, status: int, began: float) -> LogEntry:
    """Return the log entry of a request that began at `began` (time.monotonic()) and is answered now."""
    headers = dict(scope["headers"])
    user = find_user(state, headers.get(b"authorization", b"").decode("latin-1"))
    path, seconds = scope["path"], time.monotonic() - began
    return LogEntry(began, scope["method"], path, status, user.id if user else None, seconds)
