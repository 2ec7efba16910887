"""Running a web application in this process until it is told to end."""

import contextlib
import signal
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any

import uvicorn

# Requests under way get this long to end after SIGTERM, longer than a click waits for Cliniko; then the worker has its
# own time.
SHUTDOWN_SECONDS = 10


def run_web(app: Any, host: str, port: int, trusted_proxies: Sequence[str] | None = None) -> None:
    """Serve an ASGI application until SIGTERM or SIGINT."""
    uvicorn.run(app, host=host, port=port, **web_options(trusted_proxies))


def web_options(trusted_proxies: Sequence[str] | None) -> dict[str, Any]:
    """Return how uvicorn serves.

    Only ``trusted_proxies`` (addresses and networks) are believed whose request they bring, by the last address in
    X-Forwarded-For that is none of theirs; that address is throttled and recorded. None is uvicorn's own rule.
    No access log: it would print the names people search for.
    """
    return {
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "forwarded_allow_ips": None if trusted_proxies is None else list(trusted_proxies),
        "timeout_graceful_shutdown": SHUTDOWN_SECONDS,
    }


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
