"""Whether the process lives, and whether the service does its work."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access import ToolsDep
from app.crypto import Vault
from app.jobs.state import STUCK_AFTER_MINUTES, is_stuck
from app.migrations import is_current
from app.web.rendering import product_version

router = APIRouter()

STUCK = (
    f"jobs have been waiting for more than {STUCK_AFTER_MINUTES} minutes and none is done: "
    "start kinebridge worker, or look into its logs"
)
# By this header ``kinebridge check`` shows that it has the operator's secrets, and is told whose request was seen.
CHECK_HEADER = "Kinebridge-Check"
CHECK_PURPOSE, CHECK_SECONDS = "check", 300


def write_check(vault: Vault) -> str:
    """Return what to send as CHECK_HEADER."""
    return vault.sign(CHECK_PURPOSE, purpose=CHECK_PURPOSE)


@router.get("/healthz")
async def healthz(
    request: Request, tools: ToolsDep, check: Annotated[str, Header(alias=CHECK_HEADER)] = ""
) -> JSONResponse:
    """Answer, with the version, as long as the process is alive; no database is asked.

    To ``kinebridge check`` it says whose request it took its own for, and the X-Forwarded-For that arrived.
    """
    said = {"status": "ok", "version": product_version()}
    if check and tools.vault.unsign(check, purpose=CHECK_PURPOSE, max_age_seconds=CHECK_SECONDS):
        said["seen_as"] = request.client.host if request.client else ""
        said["forwarded"] = ", ".join(request.headers.getlist("x-forwarded-for"))
    return JSONResponse(said)


@router.get("/readyz")
async def readyz(tools: ToolsDep) -> JSONResponse:
    """Answer 200 when the database is reachable, its schema this release's and the queue moving, else 503 and why.

    A queue is called stuck only after ten minutes, so that restarts and upgrades pass unseen. Clicks still work then,
    but no file reaches Cliniko: somebody must look, so this address is for alarms. It says the same in every web
    process, for they share the database; a load balancer gains nothing by taking one away and should ask ``/healthz``.
    """
    try:
        async with tools.sessions() as session:
            connection = await session.connection()
            current = await connection.run_sync(is_current)
            stuck = current and await is_stuck(session)
    except (SQLAlchemyError, OSError):
        return JSONResponse({"status": "the database is not reachable"}, status_code=503)
    if not current:
        return JSONResponse({"status": "the database schema is not current: run kinebridge migrate"}, status_code=503)
    if stuck:
        return JSONResponse({"status": STUCK}, status_code=503)
    return JSONResponse({"status": "ok"})
