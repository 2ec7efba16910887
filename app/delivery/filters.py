"""What the page of deliveries is narrowed to, and how many there are under each choice. Pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from app.delivery.models import DeliveryState
from app.delivery.states import WORKABLE

S = DeliveryState

# The words in the address, how each is called, and the states it means.
GROUPS: Mapping[str, tuple[str, frozenset[DeliveryState]]] = {
    "": ("All", frozenset(S)),
    "waiting": ("Waiting", WORKABLE),
    "attention": ("Needs attention", frozenset({S.FAILED})),
    "key": ("Needs a key", frozenset({S.NEEDS_KEY})),
    "role": ("Not permitted", frozenset({S.NOT_PERMITTED})),
    "done": ("In Cliniko", frozenset({S.DELIVERED})),
}
# From young to old.
AGES: Mapping[str, tuple[str, timedelta]] = {
    "": ("Any age", timedelta()),
    "1h": ("Older than 1 hour", timedelta(hours=1)),
    "1d": ("Older than 1 day", timedelta(days=1)),
    "3d": ("Older than 3 days", timedelta(days=3)),
    "7d": ("Older than 7 days", timedelta(days=7)),
}


@dataclass(frozen=True)
class Filter:
    """The choices of the page; "" and None leave one open. ``who`` is the membership whose key sends."""

    group: str = ""
    who: uuid.UUID | None = None
    age: str = ""

    @property
    def states(self) -> frozenset[DeliveryState]:
        """The states that are shown."""
        return GROUPS[self.group][1]

    @property
    def older_than(self) -> timedelta:
        """How long ago at least what is shown was assigned."""
        return AGES[self.age][1]

    def as_query(self, **changes: object) -> dict[str, str]:
        """Return the choices as parameters of an address, with some of them changed."""
        chosen = {"state": self.group, "who": self.who or "", "age": self.age} | changes
        return {name: str(value) for name, value in chosen.items() if value}


def read_filter(state: str, who: str, age: str) -> Filter:
    """Return the choices an address or a form names; what means nothing leaves a choice open."""
    try:
        member = uuid.UUID(who) if who else None
    except ValueError:
        member = None
    return Filter(state if state in GROUPS else "", member, age if age in AGES else "")


@dataclass(frozen=True)
class Tally:
    """How many deliveries of a member are in a state, and how many ages of ``AGES`` they have reached."""

    state: DeliveryState
    who: uuid.UUID
    ages: int
    count: int


@dataclass(frozen=True)
class Counts:
    """How many deliveries there are under each choice, the other choices being as they are."""

    groups: Mapping[str, int]
    members: Mapping[uuid.UUID | None, int]  # None: of all together
    ages: Mapping[str, int]
    shown: int
    not_done: int  # of those shown


def count(tallies: Sequence[Tally], chosen: Filter) -> Counts:
    """Return the number beside each choice of the page."""

    def total(**changes: Any) -> int:
        choice = replace(chosen, **changes)
        return sum(tally.count for tally in tallies if _fits(tally, choice))

    members = [None, *{tally.who for tally in tallies}]
    return Counts(
        groups={group: total(group=group) for group in GROUPS},
        members={who: total(who=who) for who in members},
        ages={age: total(age=age) for age in AGES},
        shown=total(),
        not_done=sum(tally.count for tally in tallies if _fits(tally, chosen) and tally.state is not S.DELIVERED),
    )


def _fits(tally: Tally, chosen: Filter) -> bool:
    is_of_member = chosen.who is None or tally.who == chosen.who
    return tally.state in chosen.states and is_of_member and tally.ages >= list(AGES).index(chosen.age)
