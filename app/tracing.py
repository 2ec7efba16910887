"""Following one click through the logs: from the browser to the file, over web processes and workers.

Every request has an id of its own, and answers tell it (``X-Request-Id``). One that a sender names is not taken: it
would be a stranger's text in our logs. A click on "Open in Kinebridge" begins a trace, a random id that goes on in a
cookie for a working day, to the client's page and to the assigning of a program; there the delivery takes it along in
its row, and every attempt is logged under it.

Beside the trace the cookie says for which client it began, as a digest that tells nothing to who does not know the
client's random id. With two patients open in two tabs, a program of the first is not filed under the second's click.
"""

import hashlib
import re
import secrets
import uuid
from contextvars import ContextVar

import structlog

COOKIE = "kinebridge-trace"
COOKIE_SECONDS = 12 * 60 * 60
ID_LENGTH = 32
COOKIE_VALUE = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{16}")

_began_for: ContextVar[str] = ContextVar("trace_began_for", default="")


def new_id() -> str:
    """Return a random id of 32 hex digits."""
    return secrets.token_hex(ID_LENGTH // 2)


def begin_trace() -> None:
    """Begin a trace; what is logged from here on carries its id."""
    _began_for.set("")
    structlog.contextvars.bind_contextvars(trace_id=new_id())


def cookie_for(client_id: uuid.UUID) -> str:
    """Return what takes the present trace along in a browser, begun for a client."""
    trace_id = _present()
    return f"{trace_id}.{_digest(trace_id, client_id)}"


def go_on(cookie: str | None) -> None:
    """Go on with the trace of a browser's cookie; one that we did not make is passed over."""
    if cookie and COOKIE_VALUE.fullmatch(cookie):
        trace_id, _, digest = cookie.partition(".")
        _began_for.set(digest)
        structlog.contextvars.bind_contextvars(trace_id=trace_id)


def follow(trace_id: str, delivery_id: uuid.UUID) -> None:
    """Log what comes now under a delivery and the trace it was started in; for jobs, each of which has a context."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(delivery_id=str(delivery_id), **({"trace_id": trace_id} if trace_id else {}))


def trace_for(client_id: uuid.UUID) -> str:
    """Return the id of the present trace if it began for this client; else begin one."""
    trace_id = _present()
    if not trace_id or _began_for.get() not in ("", _digest(trace_id, client_id)):
        begin_trace()
    return _present()


def _present() -> str:
    return str(structlog.contextvars.get_contextvars().get("trace_id", ""))


def _digest(trace_id: str, client_id: uuid.UUID) -> str:
    return hashlib.sha256(f"{trace_id}:{client_id}".encode()).hexdigest()[:16]
