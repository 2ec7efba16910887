"""Every failure becomes a page that says what happened and what to do, and nothing else.

Domain errors bring their own sentence (`app.errors`). An error class may name a template of its own in a class
attribute `template` (relative to `templates/`); it sees `title`, `message`, `cause` (which page of the guide helps),
`reference` and `error`, the exception itself. What nobody foresaw gets a reference that is also in the log. Neither
page nor log ever holds the exception's text, which may carry SQL parameters or a patient's name.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError, NotFoundError
from app.redaction import FromCode, code_locations, type_names
from app.web.rendering import page

log = structlog.get_logger(__name__)

ERROR_TEMPLATE = "errors/error.html"

# Title and sentence for refusals that come from the framework; their own text is never shown.
STATUS_WORDS: dict[int, tuple[str, str]] = {
    400: ("That did not arrive complete", "Go back and try again. If you followed a link, it may be incomplete."),
    401: ("Sign in to continue", "Sign in to open this page."),
    403: ("You do not have access to this", "Your account does not allow this."),
    404: ("Not found", "There is nothing at this address that you can open."),
    405: ("Not found", "There is nothing at this address that you can open."),
    408: ("That took too long to arrive", "Nothing was saved. Check your connection, go back and send it again."),
    413: (
        "That is too large",
        "What was sent is larger than can be taken here. Nothing was saved. Go back, shorten it or choose smaller "
        "files, and send it again.",
    ),
    429: ("Too many tries", "Wait a minute, then try again."),
}
OTHER_WORDS = ("That did not work", "Go back and try again.")
UNEXPECTED_WORDS = (
    "Something went wrong",
    "This is our fault, not yours. Try again. If it happens again, give your support the reference below.",
)


def install(app: FastAPI) -> None:
    """Make this application answer every failure with a page."""
    # Starlette's type for a handler takes any Exception, though it calls each with its own class only.
    app.add_exception_handler(AppError, show_app_error)  # type: ignore[arg-type]  # see above
    app.add_exception_handler(HTTPException, show_http_exception)  # type: ignore[arg-type]  # see above
    app.add_exception_handler(RequestValidationError, show_validation_error)  # type: ignore[arg-type]  # see above
    # A middleware, not a handler for Exception: Starlette raises again after such a handler, and the server would then
    # write the exception's text into its log. It also would answer from outside the middleware that adds our headers.
    app.add_middleware(UnexpectedErrors)


def error_page(
    request: Request,
    status: int,
    title: str,
    message: str,
    *,
    template: str = ERROR_TEMPLATE,
    reference: str | None = None,
    error: Exception | None = None,
) -> Response:
    """Render an error page; a bare sentence if even that fails, so that a broken layout cannot hide an error."""
    words = {"title": title, "message": message, "reference": reference, "error": error}
    unnamed = NotFoundError.cause if status == HTTPStatus.NOT_FOUND else ""
    cause = getattr(error, "cause", unnamed)
    try:
        return page(request, template, status=status, cause=cause, **words)
    except Exception as broken:
        log_failure(broken, request.scope, reference)
        return PlainTextResponse(f"{title}. {message} {reference or ''}".strip(), status_code=status)


async def show_app_error(request: Request, exc: AppError) -> Response:
    """Show a domain error by its own words; one of ours (5xx) also with a reference and a line in the log."""
    reference = None
    if exc.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        reference = new_reference()
        log_failure(exc, request.scope, reference)
    template = getattr(exc, "template", ERROR_TEMPLATE)
    return error_page(request, exc.status, exc.title, exc.message, template=template, reference=reference, error=exc)


async def show_http_exception(request: Request, exc: HTTPException) -> Response:
    """Show a refusal of the framework in our words; one that is a redirect (sign-in) goes through as it is."""
    if exc.status_code < HTTPStatus.BAD_REQUEST:
        return Response(status_code=exc.status_code, headers=exc.headers)
    return with_headers(status_page(request, exc.status_code), exc.headers)


async def show_validation_error(request: Request, exc: RequestValidationError) -> Response:
    """Show a 400 page; 404 when it is the path that does not fit, since such an address cannot exist."""
    if any(problem["loc"][0] == "path" for problem in exc.errors()):
        return await show_app_error(request, NotFoundError())
    return status_page(request, HTTPStatus.BAD_REQUEST)


def status_page(request: Request, status: int) -> Response:
    """Render the page of a bare HTTP status."""
    title, message = STATUS_WORDS.get(status, OTHER_WORDS)
    return error_page(request, status, title, message)


def with_headers(response: Response, headers: Mapping[str, str] | None) -> Response:
    """Add headers such as `Allow` and `Retry-After` to an answer."""
    response.headers.update(headers or {})
    return response


class UnexpectedErrors:
    """Middleware that turns an exception nobody handled into a 500 page and one line in the log, and ends it there.

    When the answer has already begun, nothing can be shown: the server sees an unfinished answer and closes
    the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as exc:
            reference = new_reference()
            log_failure(exc, scope, reference)
            if not started:
                title, message = UNEXPECTED_WORDS
                response = error_page(Request(scope), 500, title, message, reference=reference)
                await response(scope, receive, send)


def new_reference() -> str:
    """Make a short random reference that a person can read out over the telephone."""
    letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L
    return "".join(secrets.choice(letters) for _ in range(8))


def log_failure(exc: BaseException, scope: Scope, reference: str | None) -> None:
    """Log what kind of exception came from where: types and code locations, no texts, no values, no address.

    The route is logged as its pattern (`/clients/{client_id}`), never as the path or query that were asked for.
    """
    log.error(
        "request_failed",
        reference=reference,
        route=route_of(scope),
        error=type_names(exc),
        location=code_locations(exc),
    )


def route_of(scope: Scope) -> FromCode | None:
    """Return the pattern of the route that a request went to, or None for none of ours."""
    path = getattr(scope.get("route"), "path", None)
    return FromCode(path) if isinstance(path, str) else None
