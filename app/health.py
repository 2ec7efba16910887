"""Whether the process lives, and whether it can serve."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.access import ToolsDep
from app.migrations import is_current

router = APIRouter()


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Answer as long as the process is alive."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(tools: ToolsDep) -> JSONResponse:
    """Answer 200 when the database is reachable and its schema is this release's, else 503 with the reason."""
    try:
        async with tools.sessions() as session:
            connection = await session.connection()
            current = await connection.run_sync(is_current)
    except (SQLAlchemyError, OSError):
        return JSONResponse({"status": "the database is not reachable"}, status_code=503)
    if not current:
        return JSONResponse({"status": "the database schema is not current: run kinebridge migrate"}, status_code=503)
    return JSONResponse({"status": "ok"})
