"""What Cliniko sends, as its documentation shows it, for tests to bend."""

from datetime import UTC, datetime
from typing import Any

import httpx

from app.cliniko.client import Cliniko
from app.cliniko.key import ApiKey, parse_key

API = "https://api.au2.cliniko.com/v1"
BUCKET = "https://files-example.s3.amazonaws.com/"
SECRET = "MS0xLTU2-NzhfSECRETpart9z-au2"
KEY = parse_key(SECRET)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def make_client(http: httpx.AsyncClient, key: ApiKey = KEY, **options: Any) -> Cliniko:
    settings: dict[str, Any] = {
        "api_url": "https://api.{shard}.cliniko.com/v1",
        "contact_email": "hello@example.com",
        "clock": lambda: NOW,
    }
    return Cliniko(http, key, **(settings | options))


def user_json(**changes: Any) -> dict[str, Any]:
    return {
        "id": "42",
        "title": "",
        "first_name": "Ana",
        "last_name": "Ng",
        "email": "ana@example.com",
        "role": "practitioner",
        "time_zone": "Melbourne",
        "user_active": True,
    } | changes


def settings_json(**changes: Any) -> dict[str, Any]:
    return {
        "account": {
            "id": "9",
            "name": "Good Physio",
            "subdomain": "good-physio",
            "country": "Australia",
            "time_zone": "Melbourne",
            "currency_symbol": "$",
        },
        "terminology": {"patient": "client"},
    } | changes


def patient_json(patient_id: str | int = "1", **changes: Any) -> dict[str, Any]:
    return {
        "id": patient_id,
        "first_name": "Peter",
        "last_name": "Patientman",
        "preferred_first_name": "Pete",
        "title": "Mr",
        "date_of_birth": "2001-05-26",
        "email": "peter@example.com",
        "patient_phone_numbers": [{"phone_type": "Mobile", "number": "61444444444"}],
        "time_zone": "Australia/Melbourne",
        "pronouns": None,
        "accepted_privacy_policy": True,
        "archived_at": None,
        "deleted_at": None,
        "created_at": "2013-03-26T14:00:00Z",
        "updated_at": "2014-03-26T14:00:00Z",
        "links": {"self": f"{API}/patients/{patient_id}"},
    } | changes


def merged_json(patient_id: str, into: str, at: str = "2024-01-01T00:00:00Z") -> dict[str, Any]:
    link = {"links": {"self": f"{API}/patients/{into}"}}
    return patient_json(patient_id, merged_at=at, merged_with_patient=link, archived_at=at)


def attachment_json(attachment_id: str | int = "7", **changes: Any) -> dict[str, Any]:
    return {
        "id": attachment_id,
        "created_at": "2026-11-22T03:59:00Z",
        "content_type": None,
        "filename": None,
        "size": None,
        "description": "Home program KB-1",
        "processing_completed": False,
        "patient": {"links": {"self": f"{API}/patients/1"}},
        "links": {"self": f"{API}/patient_attachments/{attachment_id}"},
    } | changes


def post_json(**changes: Any) -> dict[str, Any]:
    return {
        "url": BUCKET,
        "fields": {
            "key": "9/patients/1/attachments/temp/place/${filename}",
            "policy": "cG9saWN5",
            "x-amz-signature": "51gn",
            "success_action_status": "201",
            "acl": "private",
        },
    } | changes


STORED_XML = """<?xml version="1.0" encoding="UTF-8"?>
<PostResponse>
  <Location>https://files-example.s3.amazonaws.com/9%2Fplace%2Fplan.pdf</Location>
  <Bucket>files-example</Bucket>
  <Key>9/place/plan.pdf</Key>
  <ETag>"4n0th3r"</ETag>
</PostResponse>"""


def store_error(code: str, message: str = "") -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
