"""Sending an export: the transaction it is read in ends with the last byte, with the browser, or after an hour."""

from datetime import datetime

import anyio
import structlog
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send

from app.accounts.tools import Tools
from app.privacy import export
from app.web.files import attached
from app.web.slow import Turns

log = structlog.get_logger()

# Each holds a connection to the database, and holds up its tidying, for as long as the browser takes.
AT_ONCE = Turns("data_exports", 3)
LONGEST_SECONDS = 3600


class ExportResponse(Response):
    """An answer with everything of a scope as a file to keep, whose name tells nobody's."""

    media_type = "application/zip"

    def __init__(self, tools: Tools, what: export.Scope, now: datetime) -> None:
        """Answer with what is kept as of now."""
        super().__init__(headers={"Cache-Control": "no-store", **attached(f"{what.kind}-data-{now:%Y-%m-%d}.zip")})
        del self.headers["content-length"]  # known only once all is sent
        self._tools, self._what, self._now = tools, what, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until the browser is gone."""

        async def until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(until_gone)
            with anyio.move_on_after(LONGEST_SECONDS) as time:
                await self._send_all(send)
            if time.cancelled_caught:
                log.warning("export_not_finished")  # without its last piece, the browser tells that it is not whole
            group.cancel_scope.cancel()

    async def _send_all(self, send: Send) -> None:
        async def sink(piece: bytes) -> None:
            await send({"type": "http.response.body", "body": piece, "more_body": True})

        async with AT_ONCE.limiter:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await export.write_export(self._tools, self._what, sink, self._now)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
