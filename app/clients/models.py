"""Clients and their links to Cliniko patients."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Membership
from app.clients.names import display_name
from app.db import Base, WithId


class Client(WithId, Base):
    """A person treated by a practice. Belongs to the practice; owned by one member, whose sharing rule applies."""

    __tablename__ = "clients"
    __table_args__ = (
        # The list: by name within a practice.
        Index("ix_clients_practice_id_sort_name_id", "practice_id", "sort_name", "id"),
        Index("ix_clients_owner_id_sort_name_id", "owner_id", "sort_name", "id"),
        Index("ix_clients_search", "search", postgresql_using="gin"),
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

    owner: Mapped[Membership] = relationship(lazy="raise")

    @property
    def name(self) -> str:
        """The name as shown and printed: "Preferred (First) Last"."""
        return display_name(self.first_name, self.preferred_first_name, self.last_name)


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
