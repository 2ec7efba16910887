"""A Cliniko API key: reading what a person pasted, and the addresses that follow from its shard.

Form and shards: docs.api.cliniko.com, Developer portal "Authentication" and guide Sharding. A key reads
`<secret>-<shard>`; one without a shard is on au1; the whole text may be sent as the user name.
"""

import re
import string
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NoReturn

import httpx

from app.cliniko.errors import KeyFormatError

DEFAULT_SHARD = "au1"
MAX_KEY_LENGTH = 300
SHARD = re.compile(r"[a-z]{2}[0-9]{1,2}")
SUBDOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
HOST = re.compile(r"[A-Za-z0-9._:-]+")
# The last part of a name begins with a letter; in each notation of an address it begins with a digit.
INTERNET_NAME = re.compile(r"(?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]+")
LOCAL_ENDINGS = (".local", ".localhost", ".localdomain", ".internal", ".intranet", ".lan", ".home.arpa")
RECORD_ID = re.compile(r"[0-9]{1,19}")
# Copying from a web page or a chat brings these along, unseen: white space and characters of no width.
BROUGHT_ALONG = string.whitespace + "\x85\xa0\u2028\u2029\u202f\u3000\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True)
class ApiKey:
    """A key that cannot be printed by accident: `secret_text` is the whole pasted key, `shard` is a checked name."""

    secret_text: str = field(repr=False)
    shard: str

    @property
    def last_four(self) -> str:
        """The last four characters before the shard, or "" when the secret is too short to show any of it."""
        secret = self.secret_text.removesuffix(f"-{self.shard}")
        return secret[-4:] if len(secret) >= 8 else ""

    def __repr__(self) -> str:
        return f"ApiKey(...{self.last_four}, {self.shard})"


def parse_key(text: str) -> ApiKey:
    """Return the key a person pasted; surrounding white space and zero-width characters are dropped.

    Raises KeyFormatError, with a sentence that never repeats the text.
    """
    secret_text = text.strip(BROUGHT_ALONG)
    if not secret_text:
        raise KeyFormatError("Paste your Cliniko API key.")
    if len(secret_text) > MAX_KEY_LENGTH:
        _refuse("This is too long to be a Cliniko API key.")
    if any(character.isspace() for character in secret_text):
        _refuse("A Cliniko API key has no spaces or line breaks in it.")
    if any(not "!" <= character <= "~" for character in secret_text):
        _refuse("A Cliniko API key has only plain letters, digits and signs.")
    if ":" in secret_text:
        # Basic authentication ends the user name at the first colon, so another key would be sent than was pasted.
        _refuse("A Cliniko API key has no colon in it.")
    secret, hyphen, shard = secret_text.rpartition("-")
    if not (hyphen and SHARD.fullmatch(shard)):
        return ApiKey(secret_text, DEFAULT_SHARD)
    if not secret:
        _refuse("This is only the end of a Cliniko API key.")
    return ApiKey(secret_text, shard)


def _refuse(fault: str) -> NoReturn:
    raise KeyFormatError(f"{fault} Copy it again from Cliniko (My info > Manage API keys).")


def api_base_url(template: str, shard: str) -> str:
    """Return the API's address without a closing slash, from a template such as https://api.{shard}.cliniko.com/v1.

    A template without {shard} is used as it is. Raises ValueError when the shard is misshapen or the address is not
    https (plain http is for a stand-in on this machine only), or holds a user name, query or fragment.
    """
    if not SHARD.fullmatch(shard):
        raise ValueError("A Cliniko shard is two letters and one or two digits.")
    address = template.replace("{shard}", shard).rstrip("/")
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        raise ValueError("The Cliniko API address is not a web address.") from None
    if not is_safe_address(url):
        raise ValueError("The Cliniko API address must begin with https:// (http:// only on this machine).")
    return address


def is_safe_address(url: httpx.URL) -> bool:
    """Say whether it is https, or plain http on this machine, and names nothing but a host and a path."""
    encrypted = url.scheme == "https" or (url.scheme == "http" and is_loopback(url.host))
    return encrypted and bool(HOST.fullmatch(url.host)) and not (url.userinfo or url.query or url.fragment)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_internet_name(host: str) -> bool:
    """Say whether a host is a name of the public domain name system: no address in any notation, no local name.

    Names set aside for local networks: RFC 6761, 6762 and 8375, and ICANN's "internal".
    """
    return INTERNET_NAME.fullmatch(host) is not None and not host.lower().endswith(LOCAL_ENDINGS)


def is_record_id(text: str) -> bool:
    """Say whether the text can be a Cliniko record's id: 1 to 19 plain digits (int64 in the OpenAPI reference)."""
    return RECORD_ID.fullmatch(text) is not None
