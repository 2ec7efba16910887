"""Structured logs on standard error: one line of JSON an event, made of words of our code, numbers and ids only.

What may be told is decided in ``app.redaction``, for libraries' messages as for our own: their format is shown where it
is a constant in their code, and never what would be filled into it. Exceptions are told by their types and places, not
their texts: PostgreSQL, for one, names the whole row it refuses. The web server's own access log, which would print
query strings, is switched off.
"""

import logging
import sys
import threading
import warnings
from collections.abc import MutableMapping
from types import CodeType
from typing import Any, TextIO

import structlog

from app.redaction import (
    MASKED,
    calling_code,
    code_locations,
    drop_private,
    is_fixed,
    know_words,
    place,
    redact,
    type_names,
)

log = structlog.get_logger()

# Bound to all that is logged during a request or a job (``app.tracing``).
know_words(("request_id", "trace_id", "delivery_id"))


def tell_only_what_is_ours(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what could be anybody's text, and tell exceptions by type and place."""
    machinery = drop_private(event)
    logged = event.pop("exc_info", None)
    event.pop("stack_info", None)
    message = event.pop("event", None)
    record = machinery.get("_record")
    code = calling_code()
    told = {"event": message if is_fixed(message, code) else MASKED, **redact(event, code)}
    if record is not None and not machinery.get("_from_structlog"):
        told |= _library_record(record, code)
        logged = logged or (record.msg if isinstance(record.msg, BaseException) else None)
    exc = sys.exc_info()[1] if logged is True else logged[1] if isinstance(logged, tuple) else logged
    if isinstance(exc, BaseException):
        told |= {"error": type_names(exc), "location": code_locations(exc)}
    return told | machinery


def _library_record(record: logging.LogRecord, code: CodeType | None) -> dict[str, Any]:
    """Tell where a library logs; of the queue's records also the word for what it does, and the job."""
    told: dict[str, Any] = {"logged_at": place(record.pathname, record.lineno, record.funcName)}
    action, job = getattr(record, "action", None), getattr(record, "job", None)
    if record.name.startswith("procrastinate") and is_fixed(action, code):
        told["event"] = f"procrastinate_{action}"
        if isinstance(job, dict) and isinstance(job.get("id"), int):
            told["job_id"] = job["id"]
            told["task"] = job.get("task_name") if is_fixed(job.get("task_name"), None) else MASKED
    return told


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    tell_only_what_is_ours,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def make_handler(stream: TextIO) -> logging.Handler:
    """Make the handler that writes every record, the standard library's too, to ``stream`` as a line of JSON."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=SHARED,
            # The format as the library wrote it; what belongs into it is never looked at.
            use_get_message=False,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    return handler


def configure_logging(level: str = "INFO") -> None:
    """Send structlog's and the standard library's records, warnings and uncaught exceptions to standard error."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [make_handler(sys.stderr)]
    root.setLevel(level)
    # A line for every request or job: too much.
    for name in ("uvicorn.access", "httpx", "httpcore", "procrastinate", "alembic", "psycopg"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # Python would print these with their texts; and a record that cannot be written, with what belongs into it.
    logging.raiseExceptions = False
    warnings.showwarning = _tell_warning
    sys.excepthook = _tell_uncaught
    sys.unraisablehook = lambda unraisable: log.error("exception_ignored", exc_info=unraisable.exc_value)
    threading.excepthook = lambda raised: log.error("thread_ended", exc_info=raised.exc_value)


def _tell_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    log.warning("python_warning", kind=category, place=place(filename, lineno))


def _tell_uncaught(kind: type[BaseException], exc: BaseException, _: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("process_failed", exc_info=exc)
