"""What somebody new has yet to do before programs reach Cliniko, seen from what is there. Pure."""

from dataclasses import dataclass
from typing import Literal

from app.accounts.access import Member
from app.accounts.models import ConnectionState
from app.cliniko.types import ROLES_WITHOUT_FILES
from app.today.queries import Home

Key = Literal["missing", "rejected", "limited", "works"]
FirstProgram = Literal["none", "on_its_way", "arrived"]


@dataclass(frozen=True)
class FirstSteps:
    """The list of first steps: the key, the button in Cliniko (for who runs the practice), the first program.

    ``button`` is None for members who do not set up the practice. A key whose role may not add files is no step done:
    no program would arrive.
    """

    key: Key
    button: bool | None
    program: FirstProgram

    @property
    def done(self) -> int:
        """How many of the steps are done."""
        return (self.key == "works") + bool(self.button) + (self.program == "arrived")

    @property
    def total(self) -> int:
        """How many steps there are."""
        return 2 if self.button is None else 3

    @property
    def is_complete(self) -> bool:
        """True when nothing is left to do."""
        return self.done == self.total


def first_steps(home: Home, member: Member) -> FirstSteps:
    """Return how far a member is."""
    return FirstSteps(
        key=_key(home),
        button=home.practice.button_seen_at is not None if member.runs_team else None,
        program="arrived" if home.has_arrived else "on_its_way" if home.has_assigned else "none",
    )


def _key(home: Home) -> Key:
    connection = home.connection
    if connection is None:
        return "missing"
    if connection.state == ConnectionState.REJECTED:
        return "rejected"
    is_limited = connection.state == ConnectionState.NOT_PERMITTED or connection.cliniko_role in ROLES_WITHOUT_FILES
    return "limited" if is_limited else "works"
