"""What a process of ours writes to standard error, kept for a test to read."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from app.log import configure_logging, make_handler


@contextmanager
def as_before() -> Iterator[None]:
    """Let a command set up logs as it does, and leave them as they were."""
    root = logging.getLogger()
    before = (root.handlers, root.level, logging.raiseExceptions)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    names = ("uvicorn.access", "httpx", "httpcore", "procrastinate", "alembic", "psycopg")
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        with warnings.catch_warnings():
            yield
    finally:
        structlog.reset_defaults()
        root.handlers, root.level, logging.raiseExceptions = before
        sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def configure(level: str = "INFO") -> None:
    """Set logs up as the command does, but for one thing: loggers that are kept would go on so after the test."""
    configure_logging(level)
    structlog.configure(cache_logger_on_first_use=False)


@contextmanager
def kept() -> Iterator[io.StringIO]:
    """Set logs, warnings and uncaught exceptions up as the command does, and keep what they write."""
    written = io.StringIO()
    with as_before():
        warnings.simplefilter("always")
        configure("DEBUG")
        logging.getLogger().handlers = [make_handler(written)]
        yield written


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    """Return what was written, a line each."""
    return [json.loads(line) for line in written.getvalue().splitlines()]
