"""The client for one key: what we ask of Cliniko, in our words.

Authentication, headers and lists: docs.api.cliniko.com, Developer portal "Authentication", "Identifying your
application", "Pagination", "Filtering results". Patient text never gets into an address: addresses are logged.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Literal

import httpx

from app.cliniko import attachments, merges
from app.cliniko.errors import MalformedAnswer, NotFound, PatientNotFound, RateLimited, Unreachable
from app.cliniko.exchange import Answer, exchange, raise_failure, read_json
from app.cliniko.fields import as_record, clean_text
from app.cliniko.key import ApiKey, api_base_url, is_record_id
from app.cliniko.merges import MergeTrail
from app.cliniko.observing import Nobody, Observer
from app.cliniko.pacing import Pace, Priority, read_reset
from app.cliniko.types import Account, Attachment, Patient, PatientPage, PresignedPost, User
from app.clock import Clock, utc_now

MAX_PAGES = 20
MAX_DESCRIPTION_LENGTH = 255
LONGEST_PAGE_ADDRESS = 2000
CONTACT_EMAIL = re.compile(r"[!-'*-~]+@[!-'*-~]+")
BEGINNING = datetime.min.replace(tzinfo=UTC)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Bound several calls together, waits for a turn included; raises Unreachable when they take longer.

    For a click: `async with within(8): patient = await cliniko.get_patient(...)`.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise Unreachable from None


class Cliniko:
    """Cliniko's API with one practitioner's key.

    Every method raises the errors of app.cliniko.errors: KeyRejected, NotPermitted, NotFound, Refused, StorageFull,
    RateLimited, ServerTrouble, MalformedAnswer, Unreachable. Ids are texts of 1 to 19 digits, ValueError otherwise.
    The HTTP client may be shared between keys; redirects are not followed.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: ApiKey,
        *,
        api_url: str,
        contact_email: str,
        pace: Pace | None = None,
        priority: Priority = "interactive",
        clock: Clock = utc_now,
        timeout_seconds: float = 8.0,
        upload_timeout_seconds: float = 30.0,
        observer: Observer | None = None,
    ) -> None:
        """Take the API's address as a template with {shard}; ValueError when it or the email is misshapen.

        Seconds bound one request from start to end, not counting the wait for its turn.
        """
        if not CONTACT_EMAIL.fullmatch(contact_email):
            raise ValueError("The contact email for Cliniko is not an email address.")
        self._http = http
        self._base = api_base_url(api_url, key.shard)
        self._auth = httpx.BasicAuth(key.secret_text, "")
        self._headers = {"Accept": "application/json", "User-Agent": f"Kinebridge ({contact_email})"}
        self._pace = pace
        self._priority: Priority = priority
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._upload_timeout_seconds = upload_timeout_seconds
        self._observer = observer or Nobody()

    async def get_user(self) -> User:
        """Return the user the key belongs to (GET /user)."""
        return User.from_json(await self._call("GET", "user"))

    async def get_account(self) -> Account:
        """Return the clinic's account (GET /settings/public, which any role may read)."""
        return Account.from_json(await self._call("GET", "settings/public"))

    async def get_patient(self, patient_id: str) -> Patient:
        """Return a patient, archived ones too; merges are not followed. One request when Cliniko answers 200.

        A 404 is asked about once more with archived records included, since lists leave those out and nothing says that
        single records do not; then it is a PatientNotFound. An answer about another patient is a MalformedAnswer.
        """
        resource = f"patients/{_checked_id(patient_id)}"
        try:
            data = await self._call("GET", resource)
        except NotFound:
            data = await self._call("GET", resource, params={"q[]": "archived_at:*"}, missing=PatientNotFound)
        patient = Patient.from_json(data, clock=self._clock)
        if int(patient.id) != int(patient_id):
            raise MalformedAnswer(remote_status=200, resource=resource)
        return patient

    async def follow_merges(self, patient: Patient, limit: int = 10) -> MergeTrail:
        """Return the patient who remains after at most `limit` merges, and the ids passed; one request a merge."""
        return await merges.follow(patient, self.get_patient, limit=limit)

    async def find_survivor(self, patient_id: str) -> MergeTrail:
        """Return where a patient's merges lead; one request unless there are any.

        Raises PatientNotFound also for a patient who is shown but was deleted without being merged.
        """
        patient = await self.get_patient(patient_id)
        if patient.deleted_at is not None and patient.merged_with_patient_id is None:
            raise PatientNotFound(remote_status=200)
        return await self.follow_merges(patient)

    async def list_changed_patients(self, since: datetime, next_page: str = "") -> PatientPage:
        """Return a page of up to 100 patients changed after a moment (UTC), the latest change first.

        Archived, deleted and merged ones too; records that cannot be read are left out. ``next_page`` is the one
        before's, MalformedAnswer when it leads elsewhere than this key's list.
        """
        changed = since.astimezone(UTC).strftime("updated_at:>%Y-%m-%dT%H:%M:%SZ")
        asked = [("q[]", changed), ("q[]", "archived_at:*"), ("q[]", "deleted_at:*")]
        first = httpx.URL(
            f"{self._base}/patients",
            params=httpx.QueryParams([*asked, ("sort", "updated_at:desc"), ("per_page", "100")]),
        )
        url = _next_page({"links": {"next": next_page}}, first) or first
        page = as_record(read_json(await self._send("GET", url, "patients"), resource="patients"))
        records = page.get("patients")
        following = str(_next_page(page, url) or "")
        if not isinstance(records, list) or len(following) > LONGEST_PAGE_ADDRESS:
            raise MalformedAnswer(remote_status=200, resource="patients")
        patients = []
        for record in records:
            with suppress(MalformedAnswer):
                patients.append(Patient.from_json(record, clock=self._clock))
        return PatientPage(tuple(patients), following)

    async def request_upload(self, patient_id: str) -> PresignedPost:
        """Ask for permission to upload one file for a patient; each upload needs its own."""
        resource = f"patients/{_checked_id(patient_id)}/attachment_presigned_post"
        return PresignedPost.from_json(await self._call("GET", resource, missing=PatientNotFound))

    async def upload(self, post: PresignedPost, file_name: str, content: bytes) -> str:
        """Send a PDF to Cliniko's file store, without the key, and return its upload_url.

        `file_name` is plain ASCII (ValueError otherwise). Raises UploadExpired when the permission has run out.
        """
        return await attachments.upload_file(
            self._http,
            post,
            file_name,
            content,
            api_url=self._base,
            seconds=self._upload_timeout_seconds,
            observer=self._observer,
        )

    async def create_attachment(self, patient_id: str, description: str, upload_url: str) -> Attachment:
        """Put an uploaded file into a patient's Files; the description has at most 255 characters (ValueError).

        Sending it twice makes two files. After ServerTrouble, MalformedAnswer, or Unreachable without `sent_nothing`,
        the file may be there: look with find_attachments before trying again.
        """
        text = clean_text(description)
        if len(text) > MAX_DESCRIPTION_LENGTH:
            raise ValueError("An attachment's description has at most 255 characters.")
        body = {"patient_id": _checked_id(patient_id), "description": text, "upload_url": upload_url}
        data = await self._call("POST", "patient_attachments", body=body, missing=PatientNotFound)
        return Attachment.from_json(data)

    async def get_attachment(self, attachment_id: str) -> Attachment:
        """Return an attachment; `processing_completed` says whether Cliniko has moved the file into place."""
        resource = f"patient_attachments/{_checked_id(attachment_id)}"
        return Attachment.from_json(await self._call("GET", resource))

    async def find_attachments(self, patient_id: str, mark: str) -> list[Attachment]:
        """Return the patient's attachments whose description holds this text, oldest first, archived ones too.

        The whole description would not do: Cliniko may have trimmed, escaped or otherwise tidied it. Cliniko could
        filter by description, but then the text would be in an address. So the patient's files are read, the newest
        first, at most 20 pages of 100.
        """
        query = [
            ("q[]", f"patient_id:={_checked_id(patient_id)}"),
            ("q[]", "archived_at:*"),
            ("sort", "created_at:desc"),
        ]
        wanted = clean_text(mark)
        records = await self.list_records("patient_attachments", query)
        found = {
            each.id: each
            for each in map(Attachment.from_json, records)
            if wanted in each.description and _belongs_to(each, patient_id)
        }
        return sorted(found.values(), key=lambda each: (each.created_at or BEGINNING, int(each.id)))

    async def list_records(
        self, resource: str, query: Sequence[tuple[str, str]], *, most_pages: int = MAX_PAGES
    ) -> list[object]:
        """Return the records of one of Cliniko's lists as they came, page after page of 100.

        ``resource`` is a word of ours, ``query`` holds ids and times only. MalformedAnswer for what is no list of it.
        """
        url: httpx.URL | None = httpx.URL(f"{self._base}/{resource}", params=[*query, ("per_page", "100")])
        records: list[object] = []
        for _ in range(most_pages):
            if url is None:
                break
            page = as_record(read_json(await self._send("GET", url, resource), resource=resource))
            of_page = page.get(resource)
            if not isinstance(of_page, list):
                raise MalformedAnswer(remote_status=200, resource=resource)
            records += of_page
            url = _next_page(page, url)
        return records

    async def archive_attachment(self, attachment_id: str) -> None:
        """Take a file out of the patient's Files; one that is gone already is as good."""
        resource = f"patient_attachments/{_checked_id(attachment_id)}/archive"
        try:
            await self._send("POST", httpx.URL(f"{self._base}/{resource}"), resource)
        except NotFound:
            return

    async def _call(
        self,
        method: Literal["GET", "POST"],
        resource: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
        missing: type[NotFound] = NotFound,
    ) -> object:
        """Return the JSON of one request; `resource` is made of our own words and checked ids only."""
        url = httpx.URL(f"{self._base}/{resource}", params=params)
        return read_json(await self._send(method, url, resource, body=body, missing=missing), resource=resource)

    async def _send(
        self,
        method: Literal["GET", "POST"],
        url: httpx.URL,
        resource: str,
        *,
        body: Mapping[str, str] | None = None,
        missing: type[NotFound] = NotFound,
    ) -> Answer:
        if self._pace:
            began = time.monotonic()
            try:
                await self._pace.wait_turn(self._priority)
            finally:
                self._observer.waited(self._priority, time.monotonic() - began)
        seconds = self._timeout_seconds
        # Half for connecting, so that a host that never answers is known as one that was sent nothing.
        limits = httpx.Timeout(seconds, connect=seconds / 2, pool=seconds / 2)
        request = self._http.build_request(method, url, json=body, headers=self._headers, timeout=limits)
        answer = await exchange(
            self._http, request, auth=self._auth, seconds=seconds, resource=resource, observer=self._observer
        )
        if answer.status == 429:
            raise await self._rate_limited(answer, resource)
        if answer.status not in (200, 201, 204):
            raise_failure(answer, resource=resource, missing=missing)
        return answer

    async def _rate_limited(self, answer: Answer, resource: str) -> RateLimited:
        retry_at = read_reset(answer.headers.get("X-RateLimit-Reset"), self._clock())
        if self._pace:
            await self._pace.hold_until(retry_at)
        return RateLimited(retry_at, remote_status=answer.status, resource=resource)


def _checked_id(record_id: str) -> str:
    if not is_record_id(record_id):
        raise ValueError("A Cliniko id is 1 to 19 digits.")
    return record_id


def _belongs_to(attachment: Attachment, patient_id: str) -> bool:
    return attachment.patient_id is None or int(attachment.patient_id) == int(patient_id)


def _next_page(page: Mapping[str, object], current: httpx.URL) -> httpx.URL | None:
    """Return the address of the next page, or None after the last.

    It is followed only to the list it came from: the key goes with it, and skipping a page could hide a file of ours.
    """
    links = page.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    if not isinstance(link, str) or not link:
        return None
    try:
        url = httpx.URL(link)
    except httpx.InvalidURL:
        url = httpx.URL("")
    same_place = (url.scheme, url.host, url.port, url.path) == (
        current.scheme,
        current.host,
        current.port,
        current.path,
    )
    if not same_place or url.userinfo:
        raise MalformedAnswer(remote_status=200, resource=current.path.rpartition("/")[2])
    return url
