"""Settings from the environment, checked once at start and refused in words.

Each setting is a variable ``KINEBRIDGE_<NAME>``; the table in README.md lists them all.
"""

import os
import secrets
from collections.abc import Iterator
from email.headerregistry import Address
from email.policy import SMTP as MAIL_POLICY
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.errors import AppError
from app.fees import Fee, parse_fee
from app.regions import Region, parse_regions, read_site

SHORTEST_SECRET = 32
PLACEHOLDERS = ("change", "secret", "example", "placeholder", "password", "replace", "xxxx")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")
DOCKER_SECRETS = Path("/run/secrets")
SMTP_PORTS = {"starttls": 587, "tls": 465, "off": 25}


class SettingsError(AppError):
    """The configuration cannot be used; the message lists every mistake in words."""


def is_real_secret(text: str) -> bool:
    """Return True for a text that is long enough and was not left as some example wrote it."""
    return len(text) >= SHORTEST_SECRET and not any(word in text.lower() for word in PLACEHOLDERS)


class Settings(BaseSettings):
    """What the operator decided. Immutable; made once by ``load_settings`` and handed on."""

    model_config = SettingsConfigDict(env_prefix="KINEBRIDGE_", frozen=True, extra="ignore")

    database_url: str | None = None
    data_dir: Path = Path("var")
    # NoDecode: a comma list for people, not the JSON that pydantic would expect.
    secret_keys: Annotated[list[str] | None, NoDecode] = Field(default=None, repr=False)
    public_url: str = "http://127.0.0.1:8000"
    cliniko_api_url: str = "https://api.{shard}.cliniko.com/v1"
    contact_email: str | None = None
    # None: uvicorn's own rule, this machine or what FORWARDED_ALLOW_IPS says (releases before knew only that).
    trusted_proxies: Annotated[list[str] | None, NoDecode] = None
    metrics_token: str | None = Field(default=None, repr=False)
    # Without a host no mail is sent: it is printed instead (app/mail).
    smtp_host: str | None = None
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: str | None = Field(default=None, repr=False)
    smtp_tls: Literal["starttls", "tls", "off"] = "starttls"
    mail_from: str | None = None
    # Every deployment, this one among them; none where there is only this one.
    regions: Annotated[tuple[Region, ...], NoDecode] = ()
    # What a practice pays a month, for its owners to see what a discount does to it; nothing is charged here.
    monthly_fee: Annotated[Fee | None, NoDecode] = None

    @field_validator("secret_keys", mode="before")
    @classmethod
    def split_secret_keys(cls, value: object) -> object:
        """Take a comma list, newest first, and refuse keys that are short or were never changed."""
        if value is None or isinstance(value, list):
            return value
        keys = [part.strip() for part in str(value).split(",") if part.strip()]
        if not keys:
            raise ValueError("is empty. Leave it unset, or give at least one key.")
        for key in keys:
            if not is_real_secret(key):
                raise ValueError(
                    f"holds a key that is shorter than {SHORTEST_SECRET} characters or looks like a placeholder. "
                    "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
                )
        return keys

    @field_validator("database_url")
    @classmethod
    def check_database_url(cls, value: str | None) -> str | None:
        """Take a PostgreSQL address; a mistake is told without repeating it, since it may hold a password."""
        if not value:
            return None
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
            raise ValueError(
                "must look like postgresql://user:password@host/database. "
                "Write special characters of the password as %-codes, such as %2F for a slash."
            )
        return value

    @field_validator("public_url")
    @classmethod
    def check_public_url(cls, value: str) -> str:
        """Take an http or https address without path, query or user; a trailing slash is dropped."""
        site = read_site(value)
        if site is None:
            raise ValueError("must be an address like https://kinebridge.example.org, without a path.")
        return site

    @field_validator("cliniko_api_url")
    @classmethod
    def check_cliniko_api_url(cls, value: str) -> str:
        """Take https anywhere, plain http on loopback only: keys travel to this address."""
        parts = urlsplit(value.replace("{shard}", "au1"))
        if parts.scheme == "https" and parts.hostname:
            return value.rstrip("/")
        if parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS:
            return value.rstrip("/")
        raise ValueError("must start with https:// (plain http is taken on 127.0.0.1 only).")

    @field_validator("contact_email")
    @classmethod
    def check_contact_email(cls, value: str | None) -> str | None:
        """Take one plain address: it is put into a header."""
        if value and ("@" not in value or any(c.isspace() or c in "()<>" for c in value)):
            raise ValueError("must be one email address, such as it@practice.example.")
        return value or None

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def split_trusted_proxies(cls, value: object) -> object:
        """Take a comma list of addresses and networks; "*" would believe whatever address a visitor makes up."""
        if not value or isinstance(value, list):
            return value or None
        try:
            networks = [ip_network(part.strip()) for part in str(value).split(",")]
        except ValueError:
            networks = []
        if not networks or any(network.prefixlen == 0 for network in networks):
            raise ValueError(
                "must be a comma list of your proxies' addresses or networks, such as 10.0.0.5, 172.16.0.0/12."
            )
        return [str(network) for network in networks]

    @field_validator("metrics_token")
    @classmethod
    def check_metrics_token(cls, value: str | None) -> str | None:
        """Take a long word that was made for this: it is all that keeps strangers from the figures."""
        if not value:
            return None
        if not is_real_secret(value) or not value.isascii() or any(c.isspace() for c in value):
            raise ValueError(
                f"must be one word of {SHORTEST_SECRET} letters and digits or more, not a placeholder. "
                "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return value

    @field_validator(
        "data_dir", "cliniko_api_url", "smtp_host", "smtp_port", "smtp_user", "smtp_password", "smtp_tls", mode="before"
    )
    @classmethod
    def read_empty_as_unset(cls, value: object, info: ValidationInfo) -> object:
        """Take an empty variable, as compose files pass it on, for one that is not set."""
        return cls.model_fields[str(info.field_name)].default if value == "" else value

    @field_validator("mail_from")
    @classmethod
    def check_mail_from(cls, value: str | None) -> str | None:
        """Take one address, with a name before it or not: it is put into a header."""
        if not value:
            return None
        try:
            addresses = list(MAIL_POLICY.header_factory("From", value).addresses)
            fits = value.isprintable() and len(addresses) == 1 and bool(addresses[0].username and addresses[0].domain)
        except (ValueError, IndexError):  # what the standard library raises on text that is no address
            fits = False
        if not fits:
            raise ValueError("must be one email address, such as Kinebridge <kinebridge@practice.example>.")
        return value

    @field_validator("monthly_fee", mode="before")
    @classmethod
    def read_monthly_fee(cls, value: object) -> object:
        """Take a line for people, such as 39 AUD."""
        return parse_fee(value) if isinstance(value, str) else value

    @field_validator("regions", mode="before")
    @classmethod
    def read_regions(cls, value: object) -> object:
        """Take a line for people, such as regions.EXAMPLE; all its mistakes are told."""
        return parse_regions(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Take settings that go together only; everything that does not is told."""
        mistakes = [*_mistakes_of_regions(self), *_mistakes_of_mail(self), *_mistakes_of_secrets(self)]
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    @cached_property
    def contact(self) -> str:
        """The address in the User-Agent that Cliniko asks for; without one, postmaster of our own host."""
        return self.contact_email or f"postmaster@{self.host}"

    @property
    def host(self) -> str:
        """The host browsers reach us by."""
        return urlsplit(self.public_url).hostname or "localhost"

    @cached_property
    def mail_sender(self) -> Address:
        """Whom our mails come from; without the setting, kinebridge at our own host."""
        header = MAIL_POLICY.header_factory("From", self.mail_from or f"Kinebridge <kinebridge@{self.host}>")
        sender: Address = header.addresses[0]
        return sender

    @property
    def smtp_address(self) -> tuple[str, int] | None:
        """Host and port of the mail server, or None when mails are only printed."""
        return (self.smtp_host, self.smtp_port or SMTP_PORTS[self.smtp_tls]) if self.smtp_host else None

    @property
    def is_local(self) -> bool:
        """True when the service is for browsers on this machine, so that no proxy stands before it."""
        return urlsplit(self.public_url).hostname in LOOPBACK_HOSTS

    @property
    def is_https(self) -> bool:
        """True when browsers reach us over TLS, so that cookies are marked Secure and HSTS is sent."""
        return self.public_url.startswith("https://")


def _mistakes_of_regions(settings: Settings) -> Iterator[str]:
    """Where regions are listed, a practice must find the one it is at among them."""
    if settings.regions and settings.public_url not in [region.url for region in settings.regions]:
        yield f"KINEBRIDGE_REGIONS must list this deployment too: KINEBRIDGE_PUBLIC_URL, {settings.public_url}."


def _mistakes_of_mail(settings: Settings) -> Iterator[str]:
    """Without encryption a password and what mails say would travel in the open, so only on this machine."""
    if settings.smtp_host is None:
        return
    if settings.mail_from is None:
        yield "KINEBRIDGE_MAIL_FROM must be set when KINEBRIDGE_SMTP_HOST is set."
    if settings.smtp_tls == "off" and settings.smtp_host not in LOOPBACK_HOSTS:
        yield "KINEBRIDGE_SMTP_TLS may be off only when KINEBRIDGE_SMTP_HOST is this machine."
    if (settings.smtp_user is None) != (settings.smtp_password is None):
        yield "KINEBRIDGE_SMTP_USER and KINEBRIDGE_SMTP_PASSWORD must be set together."


def _mistakes_of_secrets(settings: Settings) -> Iterator[str]:
    """A shared database without shared secrets would lock every other process out of the stored keys."""
    if settings.database_url and not settings.secret_keys:
        yield (
            "KINEBRIDGE_SECRET_KEYS must be set when KINEBRIDGE_DATABASE_URL is set: "
            "every process on that database needs the same secrets."
        )


def load_settings(**overrides: object) -> Settings:
    """Read the environment and files of secrets, with ``overrides`` on top.

    A setting that is not in the environment is looked for as a file of its name in small letters, such as
    ``kinebridge_smtp_password``, where Docker puts secrets and systemd credentials. Raises SettingsError with every
    mistake on a line of its own.
    """
    # pydantic checks the values at run time.
    sources: dict[str, Any] = {"_secrets_dir": _folders_of_secrets(), **overrides}
    try:
        return Settings(**sources)
    except UnreadableError as error:  # it names the setting; what caused it may hold the secret
        raise SettingsError(f"A file of secrets cannot be read by this user, or is no text: {error}.") from None
    except ValidationError as error:
        faulty = {str(mistake["loc"][0]): _words_of(mistake) for mistake in error.errors() if mistake["loc"]}
        together = [_words_of(mistake) for mistake in error.errors() if not mistake["loc"]]
    if faulty:
        # What does not go together is looked at only when each is right, so once more without the wrong ones.
        usual = {name: Settings.model_fields[name].get_default() for name in faulty}
        try:
            Settings(**{**sources, **usual})
        except ValidationError as error:
            together = [_words_of(mistake) for mistake in error.errors()]
    names = [f"KINEBRIDGE_{name.upper()}" for name in faulty]
    lines = [f"{name} {words}" for name, words in zip(names, faulty.values(), strict=True)]
    lines += [line for words in together for line in words.splitlines() if not any(name in line for name in names)]
    raise SettingsError("\n".join(lines))


def _words_of(mistake: ErrorDetails) -> str:
    return mistake["msg"].removeprefix("Value error, ")


def _folders_of_secrets() -> list[Path]:
    """Return where Docker and systemd put secrets, as far as that is there."""
    of_systemd = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd.exec(5), "Credentials"
    folders = [DOCKER_SECRETS, *([Path(of_systemd)] if of_systemd else [])]
    return [folder for folder in folders if folder.is_dir()]


def secrets_file(settings: Settings) -> Path:
    """Return where the secrets lie that were made on first start, unless they come from the environment."""
    return settings.data_dir / "secret_keys"


def read_secrets(path: Path) -> list[str]:
    """Return the secrets in a file, newest first; OSError when it cannot be read."""
    return [key.strip() for key in path.read_text().split(",") if key.strip()]


def ensure_secret_keys(settings: Settings) -> list[str]:
    """Return the secrets, newest first; without any, make one and keep it in the data folder at mode 0600.

    The file lies beside the embedded database's folder, never inside it: that folder is opened to
    the database's own system user.
    """
    if settings.secret_keys:
        return settings.secret_keys
    path = secrets_file(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    path.chmod(0o600)
    keys = read_secrets(path)
    if not keys:
        raise SettingsError(f"The file {path} is empty. Delete it only if no Cliniko key is stored yet.")
    return keys
