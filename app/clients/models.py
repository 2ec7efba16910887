"""Clients, their links to Cliniko patients, and what is remembered of how both change."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Access, Membership
from app.clients.details import WORDS
from app.clients.names import display_name
from app.db import Base, WithId, words_of

UNLINKED = text("is_hand_made AND combined_into_id IS NULL")


class Client(WithId, Base):
    """A person treated by a practice. Belongs to the practice; owned by one member, whose sharing rule applies."""

    __tablename__ = "clients"
    __table_args__ = (
        # The list: by name within a practice.
        Index("ix_clients_practice_id_sort_name_id", "practice_id", "sort_name", "id"),
        Index("ix_clients_owner_id_sort_name_id", "owner_id", "sort_name", "id"),
        Index("ix_clients_search", "search", postgresql_using="gin"),
        Index(
            "ix_clients_combined_into_id",
            "combined_into_id",
            postgresql_where=text("combined_into_id IS NOT NULL"),
        ),
        # Who of those added by hand a Cliniko patient may be (case 29).
        Index("ix_clients_hand_made_date_of_birth", "practice_id", "date_of_birth", postgresql_where=UNLINKED),
        Index("ix_clients_hand_made_email", "practice_id", text("lower(email)"), postgresql_where=UNLINKED),
        Index("ix_clients_erase_at", "erase_at", postgresql_where=text("erase_at IS NOT NULL")),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    title: Mapped[str] = mapped_column(String(60), server_default="")
    first_name: Mapped[str] = mapped_column(String(255), server_default="")
    last_name: Mapped[str] = mapped_column(String(255), server_default="")
    preferred_first_name: Mapped[str] = mapped_column(String(255), server_default="")
    date_of_birth: Mapped[date | None]
    email: Mapped[str] = mapped_column(String(254), server_default="")
    # [{"type": "Mobile", "number": "0400 000 000"}], as Cliniko gives them
    phone_numbers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    pronouns: Mapped[str] = mapped_column(String(100), server_default="")
    time_zone: Mapped[str | None] = mapped_column(String(60))
    # What the person answered in Cliniko: null no answer, false refused.
    accepted_privacy_policy: Mapped[bool | None]
    archived_at: Mapped[datetime | None]
    # Since when Cliniko answers 404 for the key that asked last; null while visible.
    not_visible_since: Mapped[datetime | None]
    refreshed_at: Mapped[datetime]
    # Both made from the names by ``search.names_for_search``: how the list is ordered and found.
    sort_name: Mapped[str] = mapped_column(String(600, collation="C"), server_default="")
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # Added here, not from Cliniko; linking combines it with the client of a Cliniko patient.
    is_hand_made: Mapped[bool] = mapped_column(server_default=text("false"))
    # Fields edited here that Cliniko's value must not overwrite: {"email": {"cliniko": "a@b.c", "settled": true}}.
    # Settled: somebody has seen Cliniko's value and kept ours.
    own_fields: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # Set on a client that became part of another; what is left of it is kept so that this can be undone.
    combined_into_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("clients.id"))
    # When all that is kept of the person is to be erased, unless taken back; and the practitioner who asked for it.
    erase_at: Mapped[datetime | None]
    erasure_asked_by: Mapped[uuid.UUID | None]

    owner: Mapped[Membership] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        """The name as shown and printed: "Preferred (First) Last"."""
        return display_name(self.first_name, self.preferred_first_name, self.last_name)

    @property
    def details(self) -> dict[str, Any]:
        """The details by field, as ``clients.details`` compares them."""
        return {field: getattr(self, field) for field in WORDS}


class ClientLink(WithId, Base):
    """A Cliniko patient id that leads to a client; several when patients were merged in Cliniko.

    A practice is bound to one Cliniko account, so practice and patient id name one patient. The unique pair is what
    makes two racing clicks end at one client.
    """

    __tablename__ = "client_links"
    __table_args__ = (
        UniqueConstraint("practice_id", "patient_id"),
        Index("ix_client_links_client_id", "client_id"),
        # Exactly one link of a client says where its files go.
        Index("uq_client_links_client_id_current", "client_id", unique=True, postgresql_where="is_current"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    patient_id: Mapped[str] = mapped_column(String(19))
    # False for a patient that was merged into another in Cliniko.
    is_current: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClientGrant(Base):
    """What one member may do with one client of a colleague's, whatever the colleague's rule: edit, view or nothing.

    Given by a person (``given_by_id``), or made when clients of two owners were combined, so that neither loses the
    person from their list.
    """

    __tablename__ = "client_grants"
    __table_args__ = (
        Index("ix_client_grants_membership_id", "membership_id"),
        CheckConstraint("access IN ('none', 'view', 'edit')", name="access"),
    )

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    access: Mapped[Access] = mapped_column(words_of(Access))
    # The first moment (UTC) at which it no longer holds: the end of its last day where the practice is.
    ends_at: Mapped[datetime | None]
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    given_at: Mapped[datetime]


class ClientViewer(Base):
    """What the previous release knows of grants; the database copies its rows to ``ClientGrant``. To be dropped."""

    __tablename__ = "client_viewers"
    __table_args__ = (Index("ix_client_viewers_membership_id", "membership_id"),)

    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True)
    granted_at: Mapped[datetime]


class AccessRequest(WithId, Base):
    """A member's wish to see a client of a colleague's, and what became of it (case 6)."""

    __tablename__ = "access_requests"
    __table_args__ = (
        # One while it is open, however often and from wherever it is asked.
        Index(
            "uq_access_requests_open",
            "client_id",
            "asker_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index("ix_access_requests_asker_id", "asker_id"),
        Index("ix_access_requests_client_id", "client_id"),  # for what is erased with a client
        Index("ix_access_requests_waiting", "practice_id", "asked_at", postgresql_where=text("decided_at IS NULL")),
        CheckConstraint("access IN ('none', 'view', 'edit')", name="access"),
        CheckConstraint("(decided_at IS NULL) = (access IS NULL)", name="decided"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    asker_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    # When those who run the practice were told that the owner does not answer.
    passed_on_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    # What was given; "none" is a no.
    access: Mapped[Access | None] = mapped_column(words_of(Access))


class ClientChange(Base):
    """What Cliniko was seen to say differently of a client than before; only the latest are kept."""

    __tablename__ = "client_changes"
    __table_args__ = (Index("ix_client_changes_client_id_id", "client_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    client_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime]
    # [{"field": "last_name", "old": "Hart", "new": "Hart-Lee"}], as ``details.to_data`` writes values
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class ClientCombination(WithId, Base):
    """One client made part of another, with exactly what was moved, so that it can be undone."""

    __tablename__ = "client_combinations"
    __table_args__ = (
        Index("ix_client_combinations_survivor_id", "survivor_id"),
        Index("ix_client_combinations_absorbed_id", "absorbed_id"),
        CheckConstraint("reason IN ('merged', 'linked')", name="reason"),
        CheckConstraint("survivor_id <> absorbed_id", name="two_clients"),
    )

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"))
    survivor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    absorbed_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id"))
    # "merged" in Cliniko, or "linked" by a person
    reason: Mapped[str] = mapped_column(String(20))
    combined_at: Mapped[datetime]
    # ``combining.Moved`` as data: ids of rows by table, and what else was changed.
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # What was said of members who were to see the survivor otherwise (``combined_sight``), to be put back.
    replaced: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("memberships.id"))


class ClientsKeptApart(Base):
    """Two clients that a person said are not to be combined; ``first_id`` is the smaller id."""

    __tablename__ = "clients_kept_apart"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="in_order"),
        Index("ix_clients_kept_apart_second_id", "second_id"),
    )

    first_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    second_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    decided_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("memberships.id"))
    decided_at: Mapped[datetime]


class PatientPoll(Base):
    """How far a practice's nightly look at changed Cliniko patients has come; times are UTC."""

    __tablename__ = "patient_polls"

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practices.id"), primary_key=True)
    # Everything Cliniko changed until then was seen; the next night asks for what is newer.
    updated_since: Mapped[datetime]
    # Of a look under way: the newest change met, the address of its next page ("" at the start), and pages read.
    newest_update: Mapped[datetime | None]
    next_page: Mapped[str] = mapped_column(String(2000), server_default="")
    pages: Mapped[int] = mapped_column(Integer, server_default="0")
    # When the last look began and ended; it is under way, or was lost, while the end lies before the beginning.
    begun_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    # Whose key asked last; after a failure another one's turn comes first.
    connection_id: Mapped[uuid.UUID | None]
