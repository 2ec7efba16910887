"""Who may do what with whose client: the one place that decides. Pure.

``queries.access_to`` says the same in SQL; a test walks every combination through both.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.accounts.models import Access, SharingRule


@dataclass(frozen=True)
class Rule:
    """With whom somebody shares all the clients they own, and whether for editing or only for viewing."""

    whom: SharingRule = SharingRule.NOBODY
    access: Access = Access.EDIT


@dataclass(frozen=True)
class Grant:
    """What one colleague is let do with one client, until a moment (UTC); NONE is an exception to the owner's rule."""

    access: Access
    ends_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether it counts at a moment."""
        return self.ends_at is None or now < self.ends_at

    def outlasts(self, other: "Grant") -> bool:
        """Say whether it counts for longer than another."""
        return other.ends_at is not None and (self.ends_at is None or self.ends_at > other.ends_at)


@dataclass(frozen=True)
class Owner:
    """How a client's owner shares: their own rule (None: never chose one) and that of their practice."""

    own: Rule | None = None
    of_practice: Rule = Rule()

    @property
    def rule(self) -> Rule:
        """The rule that applies."""
        return self.own or self.of_practice


@dataclass(frozen=True)
class Asker:
    """Who asks: whether they belong to the client's practice now, own the client, and were chosen by its owner."""

    is_member: bool = True
    is_owner: bool = False
    is_chosen: bool = False


def decide(asker: Asker, owner: Owner, grant: Grant | None, now: datetime) -> Access:
    """Return what the asker may do with a client.

    The owner may do all. What was said of this colleague and this client stands before the owner's rule, for more as
    for less. Role makes no difference: an admin runs the team, not other people's treatment.
    """
    if not asker.is_member:
        return Access.NONE
    if asker.is_owner:
        return Access.EDIT
    if grant is not None and grant.holds(now):
        return grant.access
    return by_rule(owner.rule, is_chosen=asker.is_chosen)


def by_rule(rule: Rule, *, is_chosen: bool) -> Access:
    """Return what a rule alone lets a colleague do with every client of its owner."""
    if rule.whom is SharingRule.PRACTICE or (rule.whom is SharingRule.CHOSEN and is_chosen):
        return rule.access
    return Access.NONE


@dataclass(frozen=True)
class Standing:
    """All that decides what one member may do with one client."""

    asker: Asker
    owner: Owner
    grant: Grant | None = None

    def access(self, now: datetime) -> Access:
        """Return what the member may do."""
        return decide(self.asker, self.owner, self.grant, now)

    def told(self, now: datetime) -> Grant | None:
        """Return what is said of just this member and client, while it holds."""
        return self.grant if self.grant is not None and self.grant.holds(now) else None


# How long the owner alone may answer a request; after that, those who run the practice may too.
OWNER_HAS = timedelta(days=7)


def may_answer(*, is_owner: bool, is_asker: bool, runs_team: bool, owner_is_here: bool, waited: timedelta) -> bool:
    """Say whether a member may answer a colleague's request to see a client; nobody answers their own."""
    if is_asker:
        return False
    return is_owner or (runs_team and (not owner_is_here or waited >= OWNER_HAS))


RANK = {Access.NONE: 0, Access.VIEW: 1, Access.EDIT: 2}


def carried_over(ours: Standing, theirs: Standing, now: datetime) -> Grant | None:
    """Return what is to be said of a member and a client into whom another (``theirs``) goes; None: nothing new.

    Nobody loses sight of either. But who was excepted from one by name is excepted from both: what is in there now is
    just what they were not to see.
    """
    said, stands = theirs.told(now), ours.told(now)
    if stands is not None and stands.access is Access.NONE:
        return said if said is not None and said.access is Access.NONE and said.outlasts(stands) else None
    if said is not None and said.access is Access.NONE:
        return said
    if RANK[theirs.access(now)] <= RANK[ours.access(now)]:
        return None
    return said or Grant(theirs.access(now))


def end_of(last_day: date, zone: str | None) -> datetime:
    """Return the moment (UTC) at which a grant until a day ends: the whole day counts, where the practice is."""
    after = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(zone or "UTC"))
    return after.astimezone(UTC)


def last_day(ends_at: datetime, zone: str | None) -> date:
    """Return the last day of a grant that ends at a moment, where the practice is."""
    return (ends_at.astimezone(ZoneInfo(zone or "UTC")) - timedelta(microseconds=1)).date()
