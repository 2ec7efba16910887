"""Importing exercises from a file, in two steps, and exporting them."""

import uuid
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import UploadFile

from app.accounts import audit
from app.accounts.access import Database, Member, SignedIn, ToolsDep
from app.accounts.form_fields import open_files
from app.accounts.forms import clean_line, drop_unstorable
from app.db import release
from app.exercises.exchange.columns import COLUMNS
from app.exercises.exchange.csv_writer import write_csv
from app.exercises.exchange.export import export_csv, export_zip, read_chunks
from app.exercises.exchange.models import ExerciseImport
from app.exercises.exchange.plan import Decision, plan_digest
from app.exercises.exchange.queries import get_import
from app.exercises.exchange.refusal import FileRefusedError
from app.exercises.exchange.service import PlanChangedError, changed_since, keep_upload, plan_now, run_import
from app.exercises.exchange.upload import MEGABYTE, MOST_ROWS, MOST_UPLOAD_BYTES, Upload, read_upload
from app.spreadsheet import CSV_TYPE
from app.web.files import attached
from app.web.rendering import page, redirect
from app.web.slow import Turns

router = APIRouter(prefix="/exercises")

IMPORT_PAGE = "/exercises/import"
MOST_BODY_BYTES = MOST_UPLOAD_BYTES + MEGABYTE  # the form around the file has some, too
LONGEST_FILE_NAME = 120

# What a file and its photos take in memory, some 200 MB at worst, is taken this often at a time in a process.
_turns = Turns("imports", 2)

GROUPS = {
    "refuse": ("Refused", "Left out", "failed"),
    "change": ("To be changed", "Changed", "action"),
    "add": ("To be added", "Added", "done"),
    "same": ("The same already", "The same already", "neutral"),
}
"""What becomes of a row -> heading before and after the import, and the look of its number."""


@router.get("/import")
async def show_import(request: Request, member: SignedIn) -> Response:
    """Show the form for a file, what its columns may hold, and the exports."""
    return _import_page(request, member)


@router.post("/import")
async def send_file(request: Request, member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Read a file, keep what it holds, and go on to what its import would do."""
    # Megabytes arrive and are read: not while a transaction waits.
    await release(session)
    try:
        async with open_files(request, member, most=1) as form:
            file, shares = form.get("file"), form.get("shares") == "yes"
            file_name = _file_name(file)
            upload = await _read_file(file)
    except FileRefusedError as refusal:
        return _import_page(request, member, error=refusal.message, shares=shares)
    kept = await keep_upload(session, member, upload, file_name=file_name, shares=shares, now=tools.clock())
    return redirect(f"{IMPORT_PAGE}/{kept.id}")


@router.get("/import/empty.csv")
async def send_empty_csv(member: SignedIn) -> Response:
    """Answer with a CSV that has the headers alone."""
    return Response(write_csv([]), media_type=CSV_TYPE, headers=attached("exercises.csv"))


@router.get("/import/{import_id}")
async def show_plan(request: Request, import_id: uuid.UUID, member: SignedIn, session: Database) -> Response:
    """Show row by row what an import would do now, or what it did."""
    kept = await get_import(session, member, import_id)
    if kept.imported_at is not None:
        return _plan_page(request, member, kept, [Decision.from_data(data) for data in kept.decisions])
    return _plan_page(request, member, kept, await plan_now(session, member, kept))


@router.post("/import/{import_id}")
async def import_file(
    request: Request,
    import_id: uuid.UUID,
    member: SignedIn,
    session: Database,
    tools: ToolsDep,
    seen: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Import what the page showed; when something else would be done by now, show that first."""
    kept = await get_import(session, member, import_id, lock=True)
    try:
        await run_import(session, member, kept, seen=seen, now=tools.clock())
    except PlanChangedError:
        return _plan_page(request, member, kept, await plan_now(session, member, kept), is_late=True)
    return redirect(f"{IMPORT_PAGE}/{kept.id}")


@router.get("/export.csv")
async def send_csv(member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Answer with the practice's own exercises as a CSV."""
    audit.record_by(session, member, "exercises.exported", at=tools.clock(), format="csv")
    return Response(await export_csv(session, member), media_type=CSV_TYPE, headers=attached("exercises.csv"))


@router.get("/export.zip")
async def send_zip(member: SignedIn, session: Database, tools: ToolsDep) -> Response:
    """Answer with the practice's own exercises and their photos in the format of free-exercise-db."""
    audit.record_by(session, member, "exercises.exported", at=tools.clock(), format="zip")
    source = await export_zip(session, member)
    return StreamingResponse(read_chunks(source), media_type="application/zip", headers=attached("exercises.zip"))


async def _read_file(file: object) -> Upload:
    """Return what the file of a form holds; raises FileRefusedError."""
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        raise FileRefusedError("Choose a file first.")
    async with _turns.limiter:
        data = await file.read(MOST_UPLOAD_BYTES + 1)
        if len(data) > MOST_UPLOAD_BYTES:
            most = MOST_UPLOAD_BYTES // MEGABYTE
            raise FileRefusedError(f"The file is larger than {most} MB. Split it into smaller files.")
        return await anyio.to_thread.run_sync(read_upload, data)


def _file_name(file: object) -> str:
    name = file.filename if isinstance(file, UploadFile) else ""
    return clean_line(drop_unstorable(name or "your file"))[:LONGEST_FILE_NAME]


def _import_page(request: Request, member: Member, *, error: str = "", shares: bool = False) -> Response:
    return page(
        request,
        "exercises/import.html",
        status=422 if error else 200,
        errors={"file": error} if error else {},
        shares="yes" if shares else "no",
        columns=COLUMNS,
        most_rows=MOST_ROWS,
        most_megabytes=MOST_UPLOAD_BYTES // MEGABYTE,
    )


def _plan_page(
    request: Request, member: Member, kept: ExerciseImport, decisions: list[Decision], *, is_late: bool = False
) -> Response:
    """Render the rows by what becomes, or became, of them; ``is_late`` says that the plan was another when pressed."""
    is_done = kept.imported_at is not None
    groups = [
        (action, words[is_done], words[2], found)
        for action, words in GROUPS.items()
        if (found := [decision for decision in decisions if decision.action == action])
    ]
    return page(
        request,
        "exercises/import_plan.html",
        status=409 if is_late else 200,
        groups=groups,
        number=sum(decision.action in ("add", "change") for decision in decisions),
        digest=plan_digest(decisions),
        import_id=kept.id,
        file_name=kept.file_name,
        notes=kept.notes,
        changed=changed_since(kept, decisions),
        is_done=is_done,
        is_late=is_late,
    )
