"""Asking to see the patient whom a colleague has added (case 6).

The patient is named as Cliniko's button does it, by the id there, so that nothing here says which clients there are.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.accounts.access import Database, SignedIn, ToolsDep
from app.accounts.form_fields import FormText
from app.bridge.service import read_patient_id
from app.clients.queries import find_known_patient
from app.clients.requests import ask
from app.web.filters import with_query
from app.web.rendering import page, redirect

router = APIRouter()


@router.post("/open/cliniko/request-access")
async def request_access(session: Database, member: SignedIn, tools: ToolsDep, patient_id: FormText = "") -> Response:
    """Ask the patient's owner for access; who sees the patient meanwhile, or asks for nobody known, makes a click."""
    wanted = read_patient_id([patient_id])
    known = await find_known_patient(session, member, wanted)
    if known is None or known.is_visible:
        return redirect(with_query("/open/cliniko", patient_id=wanted))
    await ask(session, tools, member, known.client_id)
    return redirect(with_query("/open/cliniko/asked", patient_id=wanted))


@router.get("/open/cliniko/asked")
async def show_asked(request: Request, member: SignedIn, patient_id: str = "") -> Response:
    """Say what happens next."""
    again = with_query("/open/cliniko", patient_id=read_patient_id([patient_id]))
    return page(request, "bridge/asked.html", again=again)
