"""What the client page says of the person beside their details: what Cliniko changed, who was combined, who may be."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.access import Member
from app.accounts.models import Membership, Practitioner
from app.clients.combining import UNDO_FOR, may_take, may_undo
from app.clients.details import EDITABLE, WORDS, to_data, write
from app.clients.matching import Likeness, Person, plain_email, rank
from app.clients.models import Client, ClientChange, ClientCombination, ClientLink, ClientsKeptApart
from app.clients.names import display_name
from app.clients.visibility import sees_client

NEWS_FOR = timedelta(days=14)
# Looked at and shown: a clinic may write one address of its own for everybody who has none.
MOST_CANDIDATES = 20
MOST_SHOWN = 3


@dataclass(frozen=True)
class Difference:
    """A field edited here of which Cliniko says something else; both in words."""

    field: str
    label: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class SeenChange:
    """What Cliniko said differently at a moment (UTC): label, before, after."""

    seen_at: datetime
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Combined:
    """A client that became part of this one less than 30 days ago."""

    id: uuid.UUID
    name: str
    owner_name: str
    reason: str
    combined_at: datetime
    undo_until: datetime
    program_count: int
    may_undo: bool


@dataclass(frozen=True)
class Candidate:
    """A client added by hand who may be this person."""

    id: uuid.UUID
    name: str
    date_of_birth: str
    owner_name: str
    likeness: Likeness
    may_link: bool  # else only their owner may, since they would be somebody else's then


@dataclass(frozen=True)
class PersonNews:
    """All of it."""

    is_linked: bool
    differences: list[Difference]
    changes: list[SeenChange]
    combined: list[Combined]
    candidates: list[Candidate]


async def read_news(session: AsyncSession, member: Member, client: Client, now: datetime) -> PersonNews:
    """Return what the page of a client, found by ``get_client``, says of the person; in one query."""
    row = (
        await session.execute(
            select(
                exists().where(ClientLink.client_id == client.id),
                _changes_of_client(),
                _combinations_of_client(),
                _rows(_candidates_for(client, member)),
            ),
            {"this_client": client.id, "news_from": now - NEWS_FOR, "undone_from": now - UNDO_FOR},
        )
    ).one()
    is_linked, changes, combined, candidates = row
    return PersonNews(
        is_linked=is_linked,
        differences=differences_of(client),
        changes=[seen for each in changes or () if (seen := _seen_change(each)).fields],
        combined=[_combined(each, member, client) for each in combined or ()],
        candidates=_ranked(client, member, candidates or []),
    )


def _rows(statement: Select[Any]) -> Any:
    """Return a query's rows as one JSON column."""
    found = statement.subquery()
    return select(func.json_agg(func.row_to_json(found.table_valued()))).scalar_subquery()


@cache
def _changes_of_client() -> Any:
    """Built once a process, as the next: each look at a client runs it, and building it takes longer."""
    return _rows(
        select(ClientChange.seen_at, ClientChange.fields)
        .where(ClientChange.client_id == bindparam("this_client"), ClientChange.seen_at > bindparam("news_from"))
        .order_by(ClientChange.id.desc())
        .limit(5)
    )


@cache
def _combinations_of_client() -> Any:
    absorbed = aliased(Client)
    return _rows(
        select(
            ClientCombination.id,
            ClientCombination.reason,
            ClientCombination.combined_at,
            ClientCombination.moved,
            absorbed.first_name,
            absorbed.preferred_first_name,
            absorbed.last_name,
            absorbed.owner_id,
            Practitioner.name.label("owner_name"),
        )
        .join(absorbed, absorbed.id == ClientCombination.absorbed_id)
        .join(Membership, Membership.id == absorbed.owner_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(
            ClientCombination.survivor_id == bindparam("this_client"),
            ClientCombination.undone_at.is_(None),
            ClientCombination.combined_at > bindparam("undone_from"),
        )
        .order_by(ClientCombination.combined_at)
    )


def _candidates_for(client: Client, member: Member) -> Any:
    """Who of the practice's clients added by hand comes into question, of those the member may see anyway."""
    apart = exists().where(
        or_(
            and_(ClientsKeptApart.first_id == client.id, ClientsKeptApart.second_id == Client.id),
            and_(ClientsKeptApart.second_id == client.id, ClientsKeptApart.first_id == Client.id),
        )
    )
    email = plain_email(client.email)
    is_like = [func.lower(Client.email) == email] if email and not client.is_hand_made else []
    if client.date_of_birth is not None and not client.is_hand_made:
        is_like.append(Client.date_of_birth == client.date_of_birth)
    return (
        select(
            Client.id,
            Client.first_name,
            Client.preferred_first_name,
            Client.last_name,
            Client.date_of_birth,
            Client.email,
            Client.owner_id,
            Practitioner.name.label("owner_name"),
        )
        .join(Membership, Membership.id == Client.owner_id)
        .join(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(
            Client.practice_id == client.practice_id,
            Client.is_hand_made,
            Client.combined_into_id.is_(None),
            Client.id != client.id,
            or_(false(), *is_like),
            ~apart,
            sees_client(member),
        )
        .order_by(
            (Client.date_of_birth == client.date_of_birth).desc().nulls_last(),
            (func.lower(Client.last_name) == client.last_name.lower()).desc(),
        )
        .limit(MOST_CANDIDATES)
    )


def differences_of(client: Client, *, with_settled: bool = False) -> list[Difference]:
    """Return the fields edited here that Cliniko writes otherwise; those already decided on only if asked."""
    return [
        Difference(field, label, write(field, to_data(client.details[field])), write(field, own["cliniko"]))
        for field, label in EDITABLE.items()
        if (own := client.own_fields.get(field)) and (with_settled or not own["settled"])
    ]


def _seen_change(row: dict[str, Any]) -> SeenChange:
    fields = [
        (WORDS.get(each["field"], each["field"]), write(each["field"], each["old"]), write(each["field"], each["new"]))
        for each in row["fields"]
    ]
    told = [(label, old, new) for label, old, new in fields if old != new]
    return SeenChange(datetime.fromisoformat(row["seen_at"]), told)


def _combined(row: dict[str, Any], member: Member, client: Client) -> Combined:
    combined_at = datetime.fromisoformat(row["combined_at"])
    return Combined(
        id=uuid.UUID(row["id"]),
        name=display_name(row["first_name"], row["preferred_first_name"], row["last_name"]),
        owner_name=row["owner_name"],
        reason=row["reason"],
        combined_at=combined_at,
        undo_until=combined_at + UNDO_FOR,
        program_count=len(row["moved"]["rows"].get("programs", ())),
        may_undo=may_undo(member.membership_id, row["moved"], client.owner_id, uuid.UUID(row["owner_id"])),
    )


def _ranked(client: Client, member: Member, rows: list[dict[str, Any]]) -> list[Candidate]:
    me = Person(client.first_name, client.preferred_first_name, client.last_name, client.date_of_birth, client.email)
    people = [(row, _person(row)) for row in rows]
    return [
        Candidate(
            id=uuid.UUID(row["id"]),
            name=display_name(row["first_name"], row["preferred_first_name"], row["last_name"]),
            date_of_birth=write("date_of_birth", row["date_of_birth"]),
            owner_name=row["owner_name"],
            likeness=likeness,
            may_link=may_take(member, client.owner_id, uuid.UUID(row["owner_id"])),
        )
        for row, likeness in rank(me, people)[:MOST_SHOWN]
    ]


def _person(row: dict[str, Any]) -> Person:
    born = datetime.fromisoformat(row["date_of_birth"]).date() if row["date_of_birth"] else None
    return Person(row["first_name"], row["preferred_first_name"], row["last_name"], born, row["email"])
