"""Running a web application in this process until it is told to end."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Any

import uvicorn

# Requests under way get this long to end after SIGTERM, longer than a click waits for Cliniko; then the worker has its
# own time.
SHUTDOWN_SECONDS = 10


def run_web(app: Any, host: str, port: int) -> None:
    """Serve an ASGI application until SIGTERM or SIGINT.

    No access log: it would print the names people search for.
    """
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


@contextlib.contextmanager
def ending_cleanly() -> Iterator[None]:
    """Turn SIGTERM into a normal end of the process, so that what it started is stopped with it.

    uvicorn raises the signal again once it has shut down; its default action would end the process on the spot.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    with contextlib.suppress(KeyboardInterrupt):
        yield
