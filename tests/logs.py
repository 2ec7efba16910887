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
def kept() -> Iterator[io.StringIO]:
    """Set logs, warnings and uncaught exceptions up as the command does, and keep what they write."""
    root, written = logging.getLogger(), io.StringIO()
    before = (root.handlers, root.level, logging.raiseExceptions)
    hooks = (sys.excepthook, sys.unraisablehook, threading.excepthook)
    names = ("uvicorn.access", "httpx", "httpcore", "procrastinate", "alembic", "psycopg")
    levels = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logging("DEBUG")
        # Loggers that are kept would go on writing here after the test.
        structlog.configure(cache_logger_on_first_use=False)
        root.handlers = [make_handler(written)]
        yield written
    structlog.reset_defaults()
    root.handlers, root.level, logging.raiseExceptions = before
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    """Return what was written, a line each."""
    return [json.loads(line) for line in written.getvalue().splitlines()]
