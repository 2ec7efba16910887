"""The stand-in's web face for the demo: patients, a patient's page, the button and the Files tab. No sign-in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from app.demo.cliniko.bucket import serve_file
from app.demo.cliniko.gate import state_of
from app.demo.cliniko.state import Account, Patient

REFRESH_SECONDS = 2  # while a file is being processed the Files tab reloads itself this often

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")


def _render(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    state = state_of(request)
    shared: Mapping[str, Any] = {
        "accounts": list(state.accounts.values()),
        "app_name": request.app.state.app_name,
        **values,
    }
    return _templates.TemplateResponse(request, template, dict(shared), status_code=status)


def show_problem(request: Request, status: int, phrase: str) -> Response:
    """Return a page for an address that leads nowhere."""
    return _render(request, "problem.html", status, phrase=phrase)


async def show_patients(request: Request) -> Response:
    """GET /: the patients of a clinic (`?clinic=<subdomain>`, else the first), narrowed by `?q=` to names."""
    state, words = state_of(request), request.query_params.get("q", "").split()
    account = _chosen_account(request)
    patients = [
        patient
        for patient in list(state.patients.values())
        if account
        and patient.account_id == account.id
        and patient.deleted_at is None
        and all(word.casefold() in _all_names(patient) for word in words)
    ]
    patients.sort(key=lambda patient: (patient.last_name.casefold(), patient.first_name.casefold()))
    return _render(request, "patients.html", account=account, patients=patients, q=" ".join(words))


def _chosen_account(request: Request) -> Account | None:
    """Return the clinic asked for, else the first one; None when there is none at all."""
    accounts, wanted = list(state_of(request).accounts.values()), request.query_params.get("clinic")
    for account in accounts:
        if account.subdomain == wanted:
            return account
    return accounts[0] if accounts else None


def _all_names(patient: Patient) -> str:
    names = (patient.first_name, patient.preferred_first_name or "", patient.last_name)
    return " ".join(names).casefold()


async def show_details(request: Request) -> Response:
    """GET /patients/{id}: the Details tab."""
    return _patient_page(request, "details.html")


async def show_files(request: Request) -> Response:
    """GET /patients/{id}/files: the Files tab, newest first; reloads itself while a file is being processed."""
    state, patient = state_of(request), _find_patient(request)
    files = state.files_of(patient.id)[::-1]
    for file in files:
        state.settle(file, poll=False)
    waiting = any(file.processed_at is None for file in files)
    owners = {file.id: state.users.get(file.user_id) for file in files}
    return _patient_page(
        request, "files.html", files=files, owners=owners, refresh=REFRESH_SECONDS if waiting else None
    )


async def open_file(request: Request) -> Response:
    """GET /patients/{id}/files/{file}: the file itself; a PDF opens in the browser."""
    patient, state = _find_patient(request), state_of(request)
    file = state.attachments.get(request.path_params["file"])
    if file is None or file.patient_id != patient.id or file.archived_at is not None or file.processed_at is None:
        raise HTTPException(404)
    return serve_file(file)


def _find_patient(request: Request) -> Patient:
    """Return the patient of the address; one who was deleted is gone. Raises HTTPException 404."""
    patient = state_of(request).patients.get(request.path_params["id"])
    if patient is None or patient.deleted_at is not None:
        raise HTTPException(404)
    return patient


def _patient_page(request: Request, template: str, **values: Any) -> Response:
    state, patient = state_of(request), _find_patient(request)
    open_url = URL(request.app.state.app_url).include_query_params(patient_id=patient.id)
    return _render(
        request,
        template,
        account=state.accounts[patient.account_id],
        patient=patient,
        survivor=state.patients.get(patient.merged_into or ""),
        file_count=len(state.files_of(patient.id)),
        open_url=open_url,
        **values,
    )


routes = [
    Route("/", show_patients),
    Route("/patients/{id}", show_details),
    Route("/patients/{id}/files", show_files),
    Route("/patients/{id}/files/{file}", open_file),
]
