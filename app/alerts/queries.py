"""Finding alerts: those of a member for the page, and those that a practice's people are to be told of."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.accounts.access import Member
from app.accounts.models import BellMark, BellNote, Membership, Practice, Practitioner, Role
from app.alerts.models import Alert, AlertDigest, AlertMember, AlertRecipient, Telling
from app.errors import NotFoundError

PRACTICES_AT_ONCE = 200
MOST_SHOWN = 50

# Written out, not bound, so that the index of just these rows is found.
WAITING = text("alert_recipients.telling IN ('to_tell', 'to_tell_recovery')")


def visible_to(member: Member) -> ColumnElement[bool]:
    """Return the condition for alerts a member may see: all of the practice for those who run it, else their own."""
    concerned = exists().where(AlertMember.alert_id == Alert.id, AlertMember.membership_id == member.membership_id)
    return and_(Alert.practice_id == member.practice_id, true() if member.runs_team else concerned)


async def list_alerts(session: AsyncSession, member: Member) -> Sequence[Any]:
    """Return a member's alerts, open ones first and the newest first: (Alert, name concerned, programs, is_unread).

    At most 50; recovered ones are forgotten after a while (``jobs.forget_old``).
    """
    is_unread = exists().where(BellMark.about == Alert.id, BellMark.membership_id == member.membership_id)
    shown = None if member.runs_team else member.membership_id
    query = (
        _with_names(select(Alert, Practitioner.name.label("name"), _programs(shown), is_unread.label("is_unread")))
        .where(visible_to(member))
        .order_by(Alert.recovered_at.desc().nulls_first(), Alert.opened_at.desc())
        .limit(MOST_SHOWN)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


async def list_notes(session: AsyncSession, member: Member) -> Sequence[Any]:
    """Return what concerns the member, the newest first: (BellNote, actor's name or None, is_unread). At most 50."""
    is_unread = exists().where(BellMark.about == BellNote.about, BellMark.membership_id == member.membership_id)
    query = (
        select(BellNote, Practitioner.name.label("name"), is_unread.label("is_unread"))
        .outerjoin(Membership, Membership.id == BellNote.actor_id)
        .outerjoin(Practitioner, Practitioner.id == Membership.practitioner_id)
        .where(BellNote.membership_id == member.membership_id)
        .order_by(BellNote.created_at.desc(), BellNote.id)
        .limit(MOST_SHOWN)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


async def get_alert(session: AsyncSession, member: Member, alert_id: uuid.UUID) -> Alert:
    """Return an alert the member may see; raises NotFoundError."""
    alert = await session.scalar(select(Alert).where(Alert.id == alert_id, visible_to(member)))
    if alert is None:
        raise NotFoundError
    return alert


def due(*, opened_before: datetime, recovered_before: datetime) -> ColumnElement[bool]:
    """Return the condition for what recipients are to be told of now."""
    return or_(
        and_(AlertRecipient.telling == Telling.TO_TELL, Alert.opened_at <= opened_before),
        and_(AlertRecipient.telling == Telling.TO_TELL_RECOVERY, Alert.recovered_at <= recovered_before),
    )


async def find_practices_to_tell(
    session: AsyncSession, condition: ColumnElement[bool], after: uuid.UUID | None
) -> Sequence[Any]:
    """Return the next practices with something due: (id, time_zone, quiet_from, quiet_until), by id."""
    query = (
        select(Practice.id, Practice.time_zone, Practice.quiet_from, Practice.quiet_until)
        .where(
            exists()
            .where(Alert.practice_id == Practice.id, AlertRecipient.alert_id == Alert.id)
            .where(WAITING, condition)
        )
        .order_by(Practice.id)
        .limit(PRACTICES_AT_ONCE)
    )
    return (await session.execute(query.where(Practice.id > after) if after else query)).all()


async def find_practices_with_alerts(session: AsyncSession, after: uuid.UUID | None) -> Sequence[Any]:
    """Return the next practices with open alerts, as above, and the day of their last digest."""
    last_day = select(func.max(AlertDigest.day)).where(AlertDigest.practice_id == Practice.id).scalar_subquery()
    query = (
        select(Practice.id, Practice.time_zone, Practice.quiet_from, Practice.quiet_until, last_day.label("last_day"))
        .where(exists().where(Alert.practice_id == Practice.id, Alert.recovered_at.is_(None)))
        .order_by(Practice.id)
        .limit(PRACTICES_AT_ONCE)
    )
    return (await session.execute(query.where(Practice.id > after) if after else query)).all()


async def list_to_tell(session: AsyncSession, practice_id: uuid.UUID, condition: ColumnElement[bool]) -> Sequence[Any]:
    """Return who is to be told of which alerts of a practice, the oldest alert first.

    Rows are (alert_id, cause, opened_at, recovered_at, concerned_id, name, programs, telling, membership_id,
    gets_alert_mails, reader, email); who has left the practice is not among them.
    """
    reading, reader = aliased(Membership), aliased(Practitioner)
    is_lead = reading.role.in_([Role.OWNER, Role.ADMIN])
    query = (
        _with_names(
            select(
                Alert.id.label("alert_id"),
                Alert.cause,
                Alert.opened_at,
                Alert.recovered_at,
                Alert.membership_id.label("concerned_id"),
                Practitioner.name,
                _programs(reading.id, is_lead),
                AlertRecipient.telling,
                AlertRecipient.membership_id,
                reading.gets_alert_mails,
                reader.name.label("reader"),
                reader.email,
            )
        )
        .join(AlertRecipient, AlertRecipient.alert_id == Alert.id)
        .join(reading, and_(reading.id == AlertRecipient.membership_id, reading.ended_at.is_(None)))
        .join(reader, reader.id == reading.practitioner_id)
        .where(Alert.practice_id == practice_id, condition)
        .order_by(AlertRecipient.membership_id, Alert.opened_at, Alert.id)
    )
    rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


def _with_names(query: Any) -> Any:
    """Add whose key or programs an alert is about (``Practitioner``); nobody's where it is the whole practice's."""
    return (
        query.select_from(Alert)
        .outerjoin(Membership, Membership.id == Alert.membership_id)
        .outerjoin(Practitioner, Practitioner.id == Membership.practitioner_id)
    )


def _programs(membership_id: Any, sees_all: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """Return how many programs wait: of a member, or of all where that is None or ``sees_all`` holds."""
    query = select(func.coalesce(func.sum(AlertMember.programs), 0)).where(AlertMember.alert_id == Alert.id)
    if membership_id is not None:
        whose = or_(Alert.membership_id.is_not(None), AlertMember.membership_id == membership_id)
        query = query.where(whose if sees_all is None else or_(sees_all, whose))
    return query.correlate_except(AlertMember).scalar_subquery().label("programs")
