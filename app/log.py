"""Structured logs on standard error: one line of JSON an event, ids only.

Keys and patient text do not belong in any event; as a second fence, values under telling names are masked and
the web server's own access log, which would print query strings, is switched off.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

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


def mask_telling_names(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the values of fields whose name says that they hold a secret or a person's details."""
    for name in event:
        if any(word in name.lower() for word in MASKED_NAMES):
            event[name] = "[masked]"
    return event


def configure_logging(level: str = "INFO") -> None:
    """Send structlog and the standard library's records through one JSON line format to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_telling_names,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These print addresses with query strings, job arguments or a line for every request: too much, or too telling.
    for name in ("uvicorn.access", "httpx", "httpcore", "procrastinate", "alembic", "psycopg"):
        logging.getLogger(name).setLevel(logging.WARNING)
