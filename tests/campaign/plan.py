"""What happens in a campaign and in which order: pure, and the same for the same seed.

Rounds of some ten programs each. A round arms faults of Cliniko's, then assigns while processes, the database, keys
and roles fail, gives it all a moment, and puts keys and roles right. Every kind comes up once before any a second time.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

ROUND = 10
WORKERS = 2

PERMISSION = ("GET", "/v1/patients/*/attachment_presigned_post")
UPLOAD = ("POST", "/bucket/")
RECORD = ("POST", "/v1/patient_attachments")
POLL = ("GET", "/v1/patient_attachments/*")
LOOK = ("GET", "/v1/patient_attachments")  # only made after something unclear: each round arms one fault for it besides
API = (PERMISSION, RECORD, RECORD, POLL)  # the record twice: it is the call that may not be made twice
ALL = (*API, UPLOAD)

# Which requests each fault of Cliniko's may strike.
FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "connection dropped before the effect": ALL,
    "connection dropped after the effect": ALL,
    "connection dropped amid the answer": ALL,
    "answer delayed": ALL,
    "effect after we stopped waiting": (RECORD,),
    "500 with HTML": ALL,
    "502 with HTML": ALL,
    "502 with HTML after the effect": API,
    "503 with HTML": ALL,
    "429 with a reset": API,
    "truncated JSON": API,
    "malformed JSON": API,
    "JSON of another shape": API,
    "S3 403 expired": (UPLOAD,),
    "S3 500": (UPLOAD,),
}
FAULTS_OF_LOOKS = tuple(kind for kind, where in FAULTS.items() if PERMISSION in where)
# What happens to workers while one of their requests is under way; the others do not know of it for half a minute.
AMID = ("worker paused amid a request until another took over", "worker killed amid a request")
KEYS_AND_ROLES = ("key revoked, then a new one", "role lowered, then restored")
# What happens to processes, the database, keys and roles. What takes long comes first.
EVENTS = (
    *AMID,
    "database restarted",
    "worker killed at any moment",
    "worker paused for a moment",
    *KEYS_AND_ROLES,
    "processing takes long",
)

Item = TypeVar("Item")


@dataclass(frozen=True)
class Fault:
    """One request of Cliniko's that goes wrong, after ``skip`` others of the same kind went well."""

    kind: str
    method: str
    path: str
    skip: int
    seconds: float


@dataclass(frozen=True)
class Event:
    """Something that happens to a worker (by number), a practitioner (by number) or the database.

    ``method`` and ``path``, for those amid a request: which request; to whichever worker makes it.
    """

    kind: str
    who: int
    seconds: float
    method: str = ""
    path: str = ""
    after_the_effect: bool = False


@dataclass(frozen=True)
class Assign:
    """Program ``number`` is assigned by a practitioner: through the web's pages, or by the service they call."""

    number: int
    who: int
    through_web: bool


@dataclass(frozen=True)
class Round:
    """Faults armed at its start, then steps one after the other, then so many seconds for the workers."""

    faults: tuple[Fault, ...]
    steps: tuple[Assign | Event, ...]
    seconds: float


def make_plan(deliveries: int, *, practitioners: int, seed: int) -> list[Round]:
    """Return the rounds of a campaign; in a short one a round has as many kinds as it takes for each to come up."""
    chance = random.Random(seed)
    rounds = -(-deliveries // ROUND)
    faults = _deal(chance, tuple(FAULTS))
    events = chain(AMID, chance.sample(EVENTS[2:], len(EVENTS) - 2), _deal(chance, EVENTS))
    # All kinds before the last round, so that requests enough are left for each to strike.
    faults_a_round = max(6, -(-len(FAULTS) // max(rounds - 1, 1)))
    events_a_round = max(2, -(-len(EVENTS) // rounds))
    planned = []
    for index in range(rounds):
        numbers = range(index * ROUND, min(deliveries, (index + 1) * ROUND))
        happening = [_event(chance, next(events), practitioners) for _ in range(events_a_round)]
        steps: list[Assign | Event] = [*_assignments(chance, numbers, practitioners, happening), *happening]
        chance.shuffle(steps)
        struck = [_fault(chance, next(faults)) for _ in range(faults_a_round)]
        struck.append(_fault(chance, chance.choice(FAULTS_OF_LOOKS), LOOK))
        planned.append(Round(tuple(struck), tuple(steps), chance.uniform(2, 4)))
    return planned


def _deal(chance: random.Random, kinds: Sequence[Item]) -> Iterator[Item]:
    """Yield kinds without end, each once before any a second time."""
    while True:
        yield from chance.sample(kinds, len(kinds))


def _event(chance: random.Random, kind: str, practitioners: int) -> Event:
    who = chance.randrange(practitioners if kind in KEYS_AND_ROLES else WORKERS)
    seconds, after = chance.uniform(1, 4), chance.random() < 0.5
    method, path = chance.choice(ALL)
    return Event(kind, who, seconds, method, path, after) if kind in AMID else Event(kind, who, seconds)


def _fault(chance: random.Random, kind: str, where: tuple[str, str] | None = None) -> Fault:
    method, path = where or chance.choice(FAULTS[kind])
    return Fault(kind, method, path, 0 if where else chance.randrange(2), chance.uniform(0.5, 3))


def _assignments(
    chance: random.Random, numbers: Sequence[int], practitioners: int, happening: Sequence[Event]
) -> Iterator[Assign]:
    """Yield a round's assignments, one or two of them through the web by people whose key works."""
    troubled = {event.who for event in happening if event.kind in KEYS_AND_ROLES}
    able = [who for who in range(practitioners) if who not in troubled]
    through_web = set(chance.sample(numbers, min(2 if len(numbers) == ROUND else 1, len(numbers))) if able else [])
    for number in numbers:
        is_web = number in through_web
        yield Assign(number, chance.choice(able) if is_web else chance.randrange(practitioners), is_web)
