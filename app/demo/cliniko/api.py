"""The API of the stand-in, below `/v1` (docs.api.cliniko.com, reference; guide Attachments for the upload)."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.demo.cliniko.bucket import bucket_url, presign_post, sign_download
from app.demo.cliniko.gate import ApiError, admit, admit_to_files, state_of
from app.demo.cliniko.lists import BadQueryError, page_of, parse_filters, sort_records
from app.demo.cliniko.records import Record, show_attachment, show_patient, show_settings, show_user
from app.demo.cliniko.state import Attachment, Patient, State, StoredObject, User

DESCRIPTION_LIMIT = 255

_PATIENT_FIELDS: Mapping[str, type] = {
    "id": int, "first_name": str, "last_name": str, "preferred_first_name": str, "email": str, "date_of_birth": str,
    "created_at": datetime, "updated_at": datetime, "archived_at": datetime, "deleted_at": datetime,
}  # fmt: skip
_FILE_FIELDS: Mapping[str, type] = {
    "id": int, "patient_id": int, "user_id": int, "description": str, "filename": str, "content_type": str,
    "size": int, "created_at": datetime, "updated_at": datetime, "archived_at": datetime,
}  # fmt: skip


def api_base(request: Request) -> str:
    """Return this API's address as the request reached it, without a slash at the end."""
    return f"{request.base_url}v1"


async def get_user(request: Request) -> Response:
    """GET /user: the key's own user."""
    return JSONResponse(show_user(admit(request), api_base(request)))


async def get_settings(request: Request) -> Response:
    """GET /settings/public: the clinic, for every role."""
    account = state_of(request).accounts[admit(request).account_id]
    return JSONResponse(show_settings(account, api_base(request)))


async def list_patients(request: Request) -> Response:
    """GET /patients: the clinic's patients; archived and deleted ones only when asked for."""
    user, state = admit(request), state_of(request)
    mine = [patient for patient in list(state.patients.values()) if patient.account_id == user.account_id]
    return answer_list(request, "patients", mine, _PATIENT_FIELDS, show_patient)


async def get_patient(request: Request) -> Response:
    """GET /patients/{id}: one patient; 404 for an archived one unless `q[]=archived_at:*`, always for a deleted."""
    user = admit(request)
    patient = _find_patient(state_of(request), user, request.path_params["id"])
    if patient.archived_at is not None and "archived_at:*" not in _filter_texts(request):
        raise ApiError(404, "Not found.")
    return JSONResponse(show_patient(patient, api_base(request)))


async def get_presigned_post(request: Request) -> Response:
    """GET /patients/{id}/attachment_presigned_post: step 1, an address and a form for one upload."""
    user, state = admit_to_files(request), state_of(request)
    patient = _find_patient(state, user, request.path_params["id"])
    return JSONResponse(presign_post(state, patient, bucket_url(request)))


async def create_attachment(request: Request) -> Response:
    """POST /patient_attachments: step 3, makes a file of an upload. Sent twice it makes two files."""
    user, state = admit_to_files(request), state_of(request)
    sent = await _read_json(request)
    patient_id, description, upload_url = sent.get("patient_id"), sent.get("description"), sent.get("upload_url")
    patient = state.patients.get(str(patient_id))
    if patient is None or patient.account_id != user.account_id or patient.deleted_at is not None:
        raise _invalid("patient", "must exist")
    if description is not None and (not isinstance(description, str) or len(description) > DESCRIPTION_LIMIT):
        raise _invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    stored = _find_upload(state, patient, str(upload_url), bucket_url(request))
    limit = state.accounts[user.account_id].storage_limit_bytes
    if limit is not None and state.storage_used_bytes(user.account_id) + len(stored.content) > limit:
        # That it is refused is documented, at which step and in which words is not.
        raise _invalid("base", "storage limit reached")
    now = state.clock()
    file = Attachment(
        id=state.new_id(),
        account_id=user.account_id,
        patient_id=patient.id,
        user_id=user.id,
        description=description,
        upload_url=str(upload_url),
        filename=stored.key.rpartition("/")[2],
        content_type=stored.content_type,
        content=stored.content,
        created_at=now,
        updated_at=now,
    )
    state.attachments[file.id] = file
    base = api_base(request)
    return JSONResponse(show_attachment(file, base), 201, headers={"Location": f"{base}/patient_attachments/{file.id}"})


async def list_attachments(request: Request) -> Response:
    """GET /patient_attachments, or /patients/{id}/patient_attachments for those of one patient."""
    user, state = admit_to_files(request), state_of(request)
    mine = [file for file in list(state.attachments.values()) if file.account_id == user.account_id]
    if "id" in request.path_params:
        patient = _find_patient(state, user, request.path_params["id"])
        mine = [file for file in mine if file.patient_id == patient.id]
    for file in mine:
        state.settle(file, poll=False)
    return answer_list(request, "patient_attachments", mine, _FILE_FIELDS, show_attachment)


async def get_attachment(request: Request) -> Response:
    """GET /patient_attachments/{id}: one file's record; each asking counts towards `processing_polls`."""
    user, state = admit_to_files(request), state_of(request)
    file = _find_file(state, user, request.path_params["id"])
    state.settle(file, poll=True)
    return JSONResponse(show_attachment(file, api_base(request)))


async def get_content(request: Request) -> Response:
    """GET /patient_attachments/{id}/content: a redirect to the bytes; 404 until they are processed."""
    user, state = admit_to_files(request, to_open=True), state_of(request)
    file = _find_file(state, user, request.path_params["id"])
    state.settle(file, poll=False)
    if file.processed_at is None:
        raise ApiError(404, "Not found.")
    return RedirectResponse(sign_download(state, file, bucket_url(request)), 302)


async def update_attachment(request: Request) -> Response:
    """PATCH /patient_attachments/{id}: changes the description."""
    user, state = admit_to_files(request), state_of(request)
    file = _find_file(state, user, request.path_params["id"])
    description = (await _read_json(request)).get("description")
    if not isinstance(description, str) or len(description) > DESCRIPTION_LIMIT:
        raise _invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    file.description, file.updated_at = description, state.clock()
    return JSONResponse(show_attachment(file, api_base(request)))


async def archive_attachment(request: Request) -> Response:
    """DELETE /patient_attachments/{id} and POST .../archive: the file leaves the patient's Files."""
    user, state = admit_to_files(request), state_of(request)
    file = _find_file(state, user, request.path_params["id"])
    file.archived_at = file.updated_at = state.clock()
    return Response(status_code=204)


def _find_patient(state: State, user: User, patient_id: str) -> Patient:
    """Return the patient if this user's clinic has it. Raises ApiError 404."""
    patient = state.patients.get(patient_id)
    if patient is None or patient.account_id != user.account_id or patient.deleted_at is not None:
        raise ApiError(404, "Not found.")
    return patient


def _find_file(state: State, user: User, file_id: str) -> Attachment:
    """Return the file if this user's clinic has it and it is not archived. Raises ApiError 404."""
    file = state.attachments.get(file_id)
    if file is None or file.account_id != user.account_id or file.archived_at is not None:
        raise ApiError(404, "Not found.")
    return file


def _find_upload(state: State, patient: Patient, upload_url: str, bucket: str) -> StoredObject:
    """Return the object at `upload_url`, which must have been uploaded for this patient. Raises ApiError 422.

    Cliniko takes the object away when processing is completed; here it stays, so that a client that asks twice is
    caught making two files instead of being saved by a refusal.
    """
    key = unquote(upload_url.removeprefix(bucket))
    stored = state.objects.get(key) if upload_url.startswith(bucket) else None
    issued = state.issued.get(key.rpartition("/")[0] + "/")
    if stored is None or issued is None or issued.patient_id != patient.id:
        raise _invalid("temp_attachment_url", "is invalid")
    return stored


def _invalid(name: str, problem: str) -> ApiError:
    return ApiError(422, f"{name} {problem}", errors={name: problem})


async def _read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent. Raises ApiError 400."""
    try:
        sent = json.loads(await request.body())
    except ValueError:
        raise ApiError(400, "The body is not JSON.") from None
    if not isinstance(sent, dict):
        raise ApiError(400, "The body is not a JSON object.")
    return sent


def _filter_texts(request: Request) -> list[str]:
    """Return the filters of a request; both spellings, `q` and `q[]`, are documented."""
    return request.query_params.getlist("q[]") + request.query_params.getlist("q")


def answer_list(
    request: Request, name: str, records: Iterable[Any], kinds: Mapping[str, type], show: Callable[[Any, str], Record]
) -> Response:
    """Return a page of records, filtered, sorted and without archived, deleted and cancelled ones unless asked for."""
    asked = request.query_params
    try:
        tests, opened = parse_filters(_filter_texts(request), kinds)
        for hidden in ("archived_at", "deleted_at", "cancelled_at"):
            if hidden not in opened:
                records = [record for record in records if getattr(record, hidden, None) is None]
        kept = sort_records((r for r in records if all(test(r) for test in tests)), asked.get("sort"), kinds)
        shown, rest = page_of(kept, request.url, asked.get("page"), asked.get("per_page"))
    except BadQueryError as problem:
        raise ApiError(400, str(problem)) from None
    return JSONResponse({name: [show(record, api_base(request)) for record in shown], **rest})


routes = [
    Route("/user", get_user),
    Route("/settings/public", get_settings),
    Route("/patients", list_patients),
    Route("/patients/{id}", get_patient),
    Route("/patients/{id}/attachment_presigned_post", get_presigned_post),
    Route("/patients/{id}/patient_attachments", list_attachments),
    Route("/patient_attachments", create_attachment, methods=["POST"]),
    Route("/patient_attachments", list_attachments, methods=["GET"]),
    Route("/patient_attachments/{id}", get_attachment, methods=["GET"]),
    Route("/patient_attachments/{id}", update_attachment, methods=["PATCH"]),
    Route("/patient_attachments/{id}", archive_attachment, methods=["DELETE"]),
    Route("/patient_attachments/{id}/archive", archive_attachment, methods=["POST"]),
    Route("/patient_attachments/{id}/content", get_content),
]
