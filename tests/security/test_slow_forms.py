"""A form that arrives slowly, as on a bad line or from who means ill, holds no connection to the database."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support import Browser, in_app

IDLE = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


def idle_in_transaction(database: sa.Engine) -> int:
    with database.connect() as connection:
        return connection.execute(IDLE).scalar_one()


async def send_slowly(app: Any, path: str, cookie: str, database: sa.Engine) -> tuple[int, list[int]]:
    """Send a form in two pieces; return the answer's status and how many transactions waited before each."""
    seen: list[int] = []
    status: list[int] = []
    pieces = [b"day=", b"x"]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await asyncio.sleep(0)
            return {"type": "http.disconnect"}
        seen.append(await asyncio.to_thread(idle_in_transaction, database))
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])

    headers = [
        (b"host", b"testserver"), (b"cookie", cookie.encode()),
        (b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"5"),
    ]  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "scheme": "http", "root_path": "",
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return status[0], seen


@pytest.mark.parametrize("path", ["/today/hide-first-steps", "/today/read"])
def test_no_transaction_is_open_while_a_form_arrives(path: str, browser: Browser, database: sa.Engine) -> None:
    browser.sign_up()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    status, seen = in_app(browser.server, send_slowly, path, cookie, database)
    assert (status, seen) == (303, [0, 0])
