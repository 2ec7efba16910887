"""Practices, practitioners, memberships, sessions, invitations, connections and the audit log."""

import enum
import uuid
from datetime import datetime, time
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, WithId, words_of


class Role(enum.StrEnum):
    """What a member may do in a practice. Owners and admins run the team; all of them treat clients."""

    OWNER = "owner"
    ADMIN = "admin"
    PRACTITIONER = "practitioner"


class Ending(enum.StrEnum):
    """How a member's access ended."""

    DEACTIVATED = "deactivated"  # away: everything but the access and the clients is kept for their coming back
    REMOVED = "removed"


class SharingRule(enum.StrEnum):
    """With whom a member shares the clients they own."""

    NOBODY = "nobody"
    PRACTICE = "practice"
    CHOSEN = "chosen"


def paper_of(country: str) -> str:
    """Return the usual paper of a country: Letter in the United States and Canada, A4 elsewhere."""
    return "Letter" if country in ("US", "CA") else "A4"


class Access(enum.StrEnum):
    """What somebody may do with a colleague's client: nothing, look, or all that its owner may do with it."""

    NONE = "none"
    VIEW = "view"
    EDIT = "edit"


class Practice(WithId, Base):
    """The tenant. Bound to one Cliniko account by the first key saved in it."""

    __tablename__ = "practices"
    __table_args__ = (
        CheckConstraint("audit_years BETWEEN 1 AND 100", name="audit_years"),
        CheckConstraint("paper IN ('A4', 'Letter')", name="paper"),
        CheckConstraint("own_patient_word IN ('patient', 'client')", name="own_patient_word"),
        CheckConstraint("unseen_years BETWEEN 1 AND 100", name="unseen_years"),
        CheckConstraint("sharing_rule IN ('nobody', 'practice')", name="sharing_rule"),
        CheckConstraint("sharing_access IN ('view', 'edit')", name="sharing_access"),
        CheckConstraint("idle_minutes BETWEEN 15 AND 20160", name="idle_minutes"),
        CheckConstraint("sign_in_hours BETWEEN 8 AND 720", name="sign_in_hours"),
    )

    name: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    cliniko_account_id: Mapped[str | None] = mapped_column(String(20))
    cliniko_account_name: Mapped[str | None] = mapped_column(String(255))
    cliniko_subdomain: Mapped[str | None] = mapped_column(String(100))
    # What Cliniko says whenever a key is saved, and what the practice has set instead; null: Cliniko's counts.
    cliniko_patient_word: Mapped[str] = mapped_column("patient_word", String(20), server_default="patient")
    own_patient_word: Mapped[str | None] = mapped_column(String(20))
    cliniko_time_zone: Mapped[str | None] = mapped_column("time_zone", String(60))
    own_time_zone: Mapped[str | None] = mapped_column(String(60))
    # "A4" or "Letter"; null: that of the country.
    paper: Mapped[str | None] = mapped_column(String(10))
    # When no mail about alerts goes out, in the practice's own time zone; both null: mails go out at any hour.
    quiet_from: Mapped[time | None] = mapped_column(server_default=text("'20:00'"))
    quiet_until: Mapped[time | None] = mapped_column(server_default=text("'07:00'"))
    # How long the record of who did what is kept.
    audit_years: Mapped[int] = mapped_column(server_default="7")
    # When all that is kept of the practice is to be erased, unless taken back; and the practitioner who asked for it.
    erase_at: Mapped[datetime | None]
    erasure_asked_by: Mapped[uuid.UUID | None]
    # After how many years without a sign of them clients are offered for erasure; null: never.
    unseen_years: Mapped[int | None]
    # The rule of members who never chose one.
    sharing_rule: Mapped[SharingRule] = mapped_column(words_of(SharingRule), server_default=SharingRule.NOBODY.value)
    sharing_access: Mapped[Access] = mapped_column(words_of(Access), server_default=Access.EDIT.value)
    # When somebody first came here from Cliniko itself, so that its button is known to be there.
    button_seen_at: Mapped[datetime | None]
    # The rules by which members sign in (``accounts.time_outs``).
    requires_two_factor: Mapped[bool] = mapped_column(server_default=text("false"))
    idle_minutes: Mapped[int] = mapped_column(server_default="20160")
    sign_in_hours: Mapped[int] = mapped_column(server_default="336")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @hybrid_property
    def patient_word(self) -> str:
        """What the practice calls those it treats: "patient" or "client"."""
        return self.own_patient_word or self.cliniko_patient_word

    @patient_word.inplace.expression
    @classmethod
    def _patient_word_column(cls) -> ColumnElement[str]:
        return func.coalesce(cls.own_patient_word, cls.cliniko_patient_word)

    @hybrid_property
    def time_zone(self) -> str | None:
        """The practice's IANA time zone; None until Cliniko or somebody has said."""
        return self.own_time_zone or self.cliniko_time_zone

    @time_zone.inplace.expression
    @classmethod
    def _time_zone_column(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.own_time_zone, cls.cliniko_time_zone)

    @property
    def page_size(self) -> str:
        """The paper that programs are printed on: "A4" or "Letter"."""
        return self.paper or paper_of(self.country)


class Letterhead(Base):
    """How a practice's programs look on paper; a practice without a row has the defaults."""

    __tablename__ = "letterheads"
    __table_args__ = (CheckConstraint("layout IN ('full', 'compact', 'diary')", name="layout"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # PNG, re-encoded by us
    colour: Mapped[str] = mapped_column(String(7), server_default="")  # "#14595a", or "" for ours
    address: Mapped[str] = mapped_column(String(400), server_default="")  # a few lines
    phone: Mapped[str] = mapped_column(String(40), server_default="")
    footer: Mapped[str] = mapped_column(String(300), server_default="")
    stop_when: Mapped[str] = mapped_column(String(500), server_default="")  # the usual warning; "" for ours
    # What a new program starts with.
    layout: Mapped[str] = mapped_column(String(20), server_default="full")
    is_grey: Mapped[bool] = mapped_column(server_default=text("false"))
    is_large: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[datetime]


class Practitioner(WithId, Base):
    """A person with a login; may belong to several practices."""

    __tablename__ = "practitioners"
    __table_args__ = (Index("uq_practitioners_email", text("lower(email)"), unique=True),)

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    # The newest link for choosing another password, while it may be used; a newer one and its use end it.
    reset_id: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    reset_until: Mapped[datetime | None]
    # Two-factor: the encrypted secret of the app that shows codes, asked for once ``totp_since`` is set; and the
    # half minute (number since 1970) of the last code that was taken, since each is taken once.
    totp_secret: Mapped[str | None] = mapped_column(String(400))
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    # The practice the person works in at the moment; null only until the first membership exists.
    active_practice_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("practices.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Membership(WithId, Base):
    """A practitioner in a practice, with a role and the rule by which they share their clients."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("practice_id", "practitioner_id"),
        Index("ix_memberships_practitioner_id", "practitioner_id"),
        CheckConstraint("role IN ('owner', 'admin', 'practitioner')", name="role"),
        CheckConstraint("sharing_rule IN ('nobody', 'practice', 'chosen')", name="sharing_rule"),
        CheckConstraint("ended_as IN ('deactivated', 'removed')", name="ended_as"),
        CheckConstraint("sharing_access IN ('view', 'edit')", name="sharing_access"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    practitioner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practitioners.id"))
    role: Mapped[Role] = mapped_column(words_of(Role))
    sharing_rule: Mapped[SharingRule] = mapped_column(words_of(SharingRule), server_default=SharingRule.NOBODY.value)
    # What the rule lets others do, and since when it is the member's own choice. Who never chose has "nobody" and null
    # here and follows the practice; a rule other than "nobody" is always a choice.
    sharing_access: Mapped[Access] = mapped_column(words_of(Access), server_default=Access.EDIT.value)
    sharing_chosen_at: Mapped[datetime | None]
    # What stands after the name on what clients receive, such as "Physiotherapist".
    title: Mapped[str] = mapped_column(String(100), server_default="")
    gets_alert_mails: Mapped[bool] = mapped_column(server_default=text("true"))
    # When the member put the list of first steps away.
    first_steps_hidden_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # Both count only while ``ended_at`` is set: how it ended, and the colleague their clients went to, for what a race
    # or an earlier release may leave with them.
    ended_as: Mapped[Ending | None] = mapped_column(words_of(Ending))
    handed_to_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    practice: Mapped[Practice] = relationship(lazy="raise")
    practitioner: Mapped[Practitioner] = relationship(lazy="raise")


class SharedColleague(Base):
    """A colleague chosen to see the clients of a member whose rule is "chosen"."""

    __tablename__ = "shared_colleagues"
    __table_args__ = (Index("ix_shared_colleagues_colleague_id", "colleague_id"),)

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    colleague_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)


class BellMark(Base):
    """Something a member has not read yet; the bell in the header counts these rows."""

    __tablename__ = "bell_marks"
    __table_args__ = (Index("ix_bell_marks_about", "about"),)

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    # The id of what is new; no foreign key, since rooms above this one have it.
    about: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class BellNote(WithId, Base):
    """Something that concerns one member and is told on the bell's page: who did what, and where to look.

    No names of clients; ``about`` is what the bell's mark is of.
    """

    __tablename__ = "bell_notes"
    __table_args__ = (
        UniqueConstraint("membership_id", "about", "said"),
        Index("ix_bell_notes_about", "about"),
        Index("ix_bell_notes_created_at", "created_at"),  # for forgetting old ones
    )

    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"))
    about: Mapped[uuid.UUID]
    # A fixed word; ``alerts.notes`` says it in a sentence.
    said: Mapped[str] = mapped_column(String(40))
    # Who did it; null where the reader is not to know, or nobody did.
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    path: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]


class SignInSession(WithId, Base):
    """A signed-in browser; the cookie holds a random token of which only the digest is kept here."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_practitioner_id", "practitioner_id"),
        Index("ix_sessions_expires_at", "expires_at"),  # for forgetting old ones
    )

    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    practitioner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practitioners.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # Where and in what the sign-in was made, in words; null for those of an earlier release.
    network: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str | None] = mapped_column(String(60))
    # Made on a computer that several people use.
    is_shared: Mapped[bool] = mapped_column(server_default=text("false"))


class RecoveryCode(Base):
    """A code that stands in for the app's once; only its digest is kept, and the row goes when it is used."""

    __tablename__ = "recovery_codes"

    practitioner_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("practitioners.id", ondelete="CASCADE"), primary_key=True
    )
    code_digest: Mapped[str] = mapped_column(String(64), primary_key=True)


class WrongTries(Base):
    """How often somebody lately tried what only the right person can do (``accounts.tries``)."""

    __tablename__ = "wrong_tries"
    __table_args__ = (Index("ix_wrong_tries_counted_at", "counted_at"),)  # for forgetting old ones

    # A digest of the rule and of who is meant: an account, or an address on the network.
    about: Mapped[str] = mapped_column(String(64), primary_key=True)
    # Falls with time, by the rule; counted at the moment given.
    level: Mapped[float]
    counted_at: Mapped[datetime]
    wait_until: Mapped[datetime | None]


class Invitation(WithId, Base):
    """An invitation of a colleague by email; its signed link works once and for seven days."""

    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_practice_id", "practice_id"),)

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[Role] = mapped_column(words_of(Role), server_default=Role.PRACTITIONER.value)
    invited_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    created_at: Mapped[datetime]
    # When its mail was last put into the post; null for those of an earlier release, which sent none.
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class ConnectionState(enum.StrEnum):
    """What Cliniko last said of a key."""

    WORKING = "working"
    REJECTED = "rejected"  # 401: wrong, archived or moved; only a new key helps
    NOT_PERMITTED = "not_permitted"  # 403: the user's role may not handle files


class Connection(WithId, Base):
    """A member's Cliniko key, encrypted, and whom it belongs to in Cliniko. One a membership."""

    __tablename__ = "connections"

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"), index=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"), unique=True)
    encrypted_key: Mapped[str] = mapped_column(String(2000))
    last_four: Mapped[str] = mapped_column(String(4))
    shard: Mapped[str] = mapped_column(String(4))
    cliniko_user_id: Mapped[str] = mapped_column(String(20))
    cliniko_user_name: Mapped[str] = mapped_column(String(255))
    cliniko_role: Mapped[str] = mapped_column(String(60))
    state: Mapped[ConnectionState] = mapped_column(
        words_of(ConnectionState), server_default=ConnectionState.WORKING.value
    )
    checked_at: Mapped[datetime]
    # While Cliniko is down for this key: failures in a row, since when, and until when only one probe may ask (UTC).
    failures: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConnectionPace(Base):
    """The requests of a key in the last minute, and until when Cliniko takes none (``accounts.paces``)."""

    __tablename__ = "connection_paces"
    # Not worth waiting for a disk: what a crash of the database loses is a minute's count.
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    connection_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True)
    sent: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    held_until: Mapped[datetime | None]


class AuditEvent(Base):
    """One line of who did what: ids and a fixed word for the action, no clinical or patient text.

    The database refuses to change one (triggers in the migration). It deletes one only by ``forget_audit_events()``,
    once it is as old as its practice says, and never one of the last year.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_by_time", "practice_id", "happened_at", "id"),
        Index("ix_audit_events_by_person", "practice_id", "practitioner_id", "happened_at", "id"),
        # What stands before the dot of an action is its kind.
        Index("ix_audit_events_by_kind", "practice_id", text("split_part(action, '.', 1)"), "happened_at", "id"),
        Index("ix_audit_events_by_client", "client_id", "happened_at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    happened_at: Mapped[datetime]
    # No foreign keys: the record outlives what it is about.
    practice_id: Mapped[uuid.UUID | None]
    practitioner_id: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    client_id: Mapped[uuid.UUID | None]
    # From where, as the web server says: an IP address, or "testclient"; null for what a worker did.
    address: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
