"""The made-up clinics, people and patients of the demo, chosen to show the awkward cases as well as the plain ones.

Nobody here exists. Addresses end in example.com; Australian numbers are from the range kept free for fiction.
"""

from dataclasses import dataclass, field
from typing import Any

from app.demo.cliniko.state import Account, State, User, new_key


@dataclass(frozen=True)
class DemoKeys:
    """The API keys of the demo's users; new ones are made for those not given."""

    practitioner_1: str = field(default_factory=lambda: new_key("au1"))
    practitioner_2: str = field(default_factory=lambda: new_key("au1"))
    scheduler: str = field(default_factory=lambda: new_key("au1"))
    podiatrist: str = field(default_factory=lambda: new_key("au1"))


@dataclass(frozen=True)
class DemoClinics:
    """What `fill` made: two clinics and their users; each user's key is `user.key`."""

    harbour: Account
    practitioner_1: User
    practitioner_2: User
    scheduler: User
    riverside: Account
    podiatrist: User


OLIVIA = "1404918245177431042"
OLIVIA_TWICE = "1404918245177431107"  # the same person entered again, merged into OLIVIA
ARCHIVED = "1263004417720385561"

# One dict a patient: fields of app.demo.cliniko.state.Patient. Ids run from short (an old record) to 19 digits.
_HARBOUR_PATIENTS: list[dict[str, Any]] = [
    {"id": OLIVIA, "title": "Ms", "first_name": "Olivia", "last_name": "Hart", "date_of_birth": "1988-03-14",
     "email": "olivia.hart@example.com", "phone_numbers": [("Mobile", "0491 570 006")],
     "time_zone": "Australia/Sydney", "accepted_privacy_policy": True},
    {"id": "52817", "title": "Mr", "first_name": "James", "last_name": "Whitlock", "date_of_birth": "1947-11-02",
     "email": "james.whitlock@example.com", "phone_numbers": [("Home", "02 5550 1234")],
     "accepted_privacy_policy": False},
    {"id": "1404918245177431055", "title": "Mrs", "first_name": "Margaret", "preferred_first_name": "Peggy",
     "last_name": "Lawson", "date_of_birth": "1959-07-21", "email": "peggy.lawson@example.com",
     "accepted_privacy_policy": True},
    {"id": "1404918245177431061", "first_name": "Daniel", "last_name": "Reid", "date_of_birth": None,
     "email": "", "accepted_privacy_policy": None},
    {"id": "1404918245177431078", "first_name": "Siobhán", "last_name": "O'Brien-Smith",
     "date_of_birth": "1992-02-29", "email": "siobhan@example.com", "accepted_privacy_policy": True},
    {"id": "1404918245177431083", "first_name": "Hương", "last_name": "Nguyễn Thị", "date_of_birth": "1979-09-09",
     "email": "huong@example.com", "accepted_privacy_policy": True},
    {"id": "1404918245177431090", "first_name": "Γιώργος", "last_name": "Παπαδόπουλος",
     "date_of_birth": "1968-05-30", "accepted_privacy_policy": True},
    {"id": "1530277160945582203", "first_name": "小明", "preferred_first_name": "Ming", "last_name": "王",
     "date_of_birth": "2001-12-12", "accepted_privacy_policy": True},
    {"id": "1530277160945582217", "first_name": "فاطمة", "last_name": "الزهراني", "date_of_birth": "1984-06-18",
     "accepted_privacy_policy": True},
    {"id": "1530277160945582224", "first_name": "สมชาย", "last_name": "ใจดี", "date_of_birth": "1973-04-13",
     "accepted_privacy_policy": True},
    {"id": "1530277160945582239", "first_name": "<b>Bold</b>", "last_name": "Robin & Co 🦘",
     "date_of_birth": "1995-10-05", "accepted_privacy_policy": None},
    {"id": "1530277160945582246", "first_name": "Wolfeschlegel", "last_name": "Steinhausen" * 23 + "ab",
     "date_of_birth": "1980-01-01", "accepted_privacy_policy": True},
    {"id": ARCHIVED, "title": "Mr", "first_name": "Harold", "last_name": "Finch", "date_of_birth": "1951-08-08",
     "email": "harold.finch@example.com", "accepted_privacy_policy": True},
    {"id": OLIVIA_TWICE, "first_name": "Liv", "last_name": "Hart", "date_of_birth": "1988-03-14",
     "email": "olivia.hart@example.com", "accepted_privacy_policy": None},
]  # fmt: skip

_RIVERSIDE_PATIENTS: list[dict[str, Any]] = [
    {"id": "1618820034417750912", "first_name": "Noah", "last_name": "Castellano", "date_of_birth": "1990-01-25",
     "email": "noah@example.com", "accepted_privacy_policy": True},
]  # fmt: skip


def fill(state: State, keys: DemoKeys | None = None) -> DemoClinics:
    """Put the demo's two clinics, their users and patients into an empty state.

    Harbour Street Physiotherapy has two practitioners, a scheduler and fourteen patients, one of them archived and
    one merged into another; Riverside Podiatry is there to try the key of the wrong clinic.
    """
    keys = keys or DemoKeys()
    harbour = state.add_account("Harbour Street Physiotherapy", "harbour-street", id="48213")
    for fields in _HARBOUR_PATIENTS:
        state.add_patient(harbour, **fields)
    state.archive_patient(ARCHIVED)
    state.merge_patients(OLIVIA_TWICE, into=OLIVIA)
    riverside = state.add_account("Riverside Podiatry", "riverside-podiatry", id="61977")
    for fields in _RIVERSIDE_PATIENTS:
        state.add_patient(riverside, **fields)
    return DemoClinics(
        harbour=harbour,
        practitioner_1=state.add_user(
            harbour, "Amara", "Okafor", "practitioner", key=keys.practitioner_1, email="amara@example.com"
        ),
        practitioner_2=state.add_user(
            harbour, "Ben", "Sorensen", "practitioner", key=keys.practitioner_2, email="ben@example.com"
        ),
        scheduler=state.add_user(harbour, "Sam", "Ito", "scheduler", key=keys.scheduler, email="sam@example.com"),
        riverside=riverside,
        podiatrist=state.add_user(
            riverside, "Rosa", "Lind", "practitioner", key=keys.podiatrist, email="rosa@example.com"
        ),
    )
