"""Whether the process lives, and whether the service does its work."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access import ToolsDep
from app.jobs.state import STUCK_AFTER_MINUTES, is_stuck
from app.migrations import is_current

router = APIRouter()

STUCK = (
    f"jobs have been waiting for more than {STUCK_AFTER_MINUTES} minutes and none is done: "
    "start kinebridge worker, or look into its logs"
)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Answer as long as the process is alive."""
    return JSONResponse({"status": "ok"})


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
