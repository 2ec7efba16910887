"""Patients' own pages in Cliniko: their addresses, made and read.

Form: docs.api.cliniko.com, guide Sharding (accounts live at subdomain.shard.cliniko.com, beside api.shard.cliniko.com).
Where the API's address does not begin with "api.", as with a stand-in, the pages are on the API's own host.
"""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from app.cliniko.key import BROUGHT_ALONG, SHARD, SUBDOMAIN, is_record_id

API_LABEL = "api.{shard}."
# What stands around an address in mails and chats.
AROUND = BROUGHT_ALONG + "<>\"'()"


@dataclass(frozen=True)
class PastedPage:
    """A page in Cliniko whose address somebody pasted.

    ``subdomain`` is None where the host names no account, ``patient_id`` where the page is no patient's.
    """

    subdomain: str | None
    patient_id: str | None


def cliniko_domain(api_url: str) -> str | None:
    """Return what the hosts of all accounts end with ("cliniko.com"); None where pages are on the API's own host."""
    host = urlsplit(api_url).netloc
    return host.removeprefix(API_LABEL) if host.startswith(API_LABEL) else None


def patient_page_url(api_url: str, subdomain: str, shard: str, patient_id: str) -> str | None:
    """Return the address of a patient's own page in Cliniko, or None when a part of it is not in shape."""
    if not (SUBDOMAIN.fullmatch(subdomain) and SHARD.fullmatch(shard) and is_record_id(patient_id)):
        return None
    parts, domain = urlsplit(api_url), cliniko_domain(api_url)
    host = f"{subdomain}.{shard}.{domain}" if domain else parts.netloc
    return f"{parts.scheme}://{host}/patients/{patient_id}"


def read_patient_page(typed: str, api_url: str) -> PastedPage | None:
    """Return which page of Cliniko an address is of, whatever follows the patient's id; None for any other text."""
    text = typed.strip(AROUND)
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    domain = cliniko_domain(api_url)
    if domain is None:
        is_cliniko = parts.netloc.lower() == urlsplit(api_url).netloc.lower()
        return PastedPage(None, _patient_id(parts)) if is_cliniko else None
    account = host.removesuffix(f".{domain}").partition(".")[0]
    if not host.endswith(f".{domain}") or not SUBDOMAIN.fullmatch(account):
        return None
    return PastedPage(account, _patient_id(parts))


def _patient_id(parts: SplitResult) -> str | None:
    steps = parts.path.split("/")
    return steps[2] if len(steps) > 2 and steps[1] == "patients" and is_record_id(steps[2]) else None
