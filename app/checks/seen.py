"""What the probes saw: facts without judgement. None stands for what could not be asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Database:
    """The server and our login on it."""

    version: int  # as server_version_num, 180002 for 18.2
    encoding: str
    may_create: bool
    # Tables of ours on which the login lacks a right that the service needs.
    tables_denied: int
    connections: int
    most_connections: int
    is_encrypted: bool
    is_remote: bool


@dataclass(frozen=True)
class Stored:
    """How many of the stored secrets are under the newest of ours, under an older one, or under none."""

    newest: int = 0
    older: int = 0
    unreadable: int = 0
    is_whole: bool = True  # False: there are more than were looked at


@dataclass(frozen=True)
class Secrets:
    """The operator's secrets: how many, how long the shortest is, and the mode of their file if they lie in one."""

    count: int
    shortest: int
    file: str | None = None
    mode: int | None = None


@dataclass(frozen=True)
class Queue:
    """How the background jobs stand."""

    workers: int
    due: int
    is_stuck: bool


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP, or why there was none: ``trouble`` is "refused", "name", "certificate", "tls" or "time"."""

    host: str
    status: int | None = None
    trouble: str = ""
    date: datetime | None = None
    # Our clock when the answer came, and how long it took.
    at: datetime | None = None
    took: timedelta = timedelta(0)


@dataclass(frozen=True)
class OwnAnswer:
    """What our own ``/healthz`` said through the public URL: its version, and whose request it took ours for.

    ``forwarded`` is X-Forwarded-For as it arrived, "" for none; both None where it did not say (another release, other
    secrets).
    """

    answer: Answer
    version: str | None = None
    seen_as: str | None = None
    forwarded: str | None = None


@dataclass(frozen=True)
class Mail:
    """How far a mail server let us come: ``trouble`` is "" for all the way, or of which kind what stopped us is."""

    host: str
    port: int
    trouble: str = ""
    status: int | None = None
    sent_to: bool = False


@dataclass(frozen=True)
class Disk:
    """Free space where something is written; ``free_bytes`` is None where the folder cannot be written to.

    Less than ``low_bytes`` is little: what is kept grows, what only waits for a moment does not.
    """

    use: str
    folder: str
    free_bytes: int | None
    low_bytes: int
