"""Structured logs on standard error: one line of JSON an event, ids only.

Keys and patient text do not belong in any event; as a second fence, values under telling names are masked, exceptions
are told without their texts, and the web server's own access log, which would print query strings, is switched off.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

MASKED_NAMES = (
    "key",
    "secret",
    "password",
    "token",
    "authorization",
    "cookie",
    "name",
    "email",
    "phone",
    "birth",
)
LOGGED_FRAMES = 15


def mask_telling_names(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of fields whose name says that they hold a secret or a person's details."""
    for name in event:
        if any(word in name.lower() for word in MASKED_NAMES):
            event[name] = "[masked]"
    return event


def name_exceptions(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace a logged exception by its type and where it came from, as libraries log those of our jobs.

    Its text may hold a person's details: PostgreSQL names the whole row it refuses.
    """
    logged = event.pop("exc_info", None)
    exc = sys.exc_info()[1] if logged is True else logged[1] if isinstance(logged, tuple) else logged
    if isinstance(exc, BaseException):
        event["error"] = " <- ".join(type_names(exc))
        event["location"] = code_locations(exc)
    return event


def type_names(exc: BaseException) -> list[str]:
    """Name the exception's type, then those it came from."""
    names: list[str] = []
    current: BaseException | None = exc
    while current is not None and len(names) < LOGGED_FRAMES:
        names.append(f"{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or current.__context__
    return names


def code_locations(exc: BaseException) -> list[str]:
    """List where in our code it happened, as `file:line function`; the last and innermost may be a library's."""
    calls = traceback.extract_tb(exc.__traceback__)
    ours = [call for call in calls[:-1] if "site-packages" not in call.filename]
    frames = (ours + calls[-1:])[-LOGGED_FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    mask_telling_names,
    name_exceptions,
]


def make_handler(stream: TextIO) -> logging.Handler:
    """Make the handler that writes every record, the standard library's too, to ``stream`` as a line of JSON."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    return handler


def configure_logging(level: str = "INFO") -> None:
    """Send structlog and the standard library's records through one JSON line format to standard error."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [make_handler(sys.stderr)]
    root.setLevel(level)
    # These print addresses with query strings, job arguments or a line for every request: too much, or too telling.
    for name in ("uvicorn.access", "httpx", "httpcore", "procrastinate", "alembic", "psycopg"):
        logging.getLogger(name).setLevel(logging.WARNING)
