"""Keeping what was sent, saying what an import would do now, and doing it once."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import anyio.to_thread
from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.errors import ConflictError
from app.exercises.exchange.filling import FileRow
from app.exercises.exchange.models import ExerciseImport
from app.exercises.exchange.models import ExerciseImportPhoto as Photo
from app.exercises.exchange.plan import Decision, Existing, make_plan, plan_digest
from app.exercises.exchange.queries import count_photos, list_existing
from app.exercises.exchange.upload import ROW_KINDS, Upload
from app.exercises.models import ExerciseRecord
from app.exercises.own import OwnExercise, change, create, get_own_record
from app.exercises.photos import insert_photos
from app.images import Picture

KEPT = timedelta(days=1)  # how long a file waits, and how long what was done is shown
_IMPORT_LOCK = 7_291_447  # any number: the first half of the key of a practice's lock


class PlanChangedError(ConflictError):
    """The import would no longer do what the page showed, since something changed meanwhile."""

    def __init__(self) -> None:
        super().__init__("Something changed since the page was made. Look at it again before you import.")


async def keep_upload(
    session: AsyncSession, member: Member, upload: Upload, *, file_name: str, shares: bool, now: datetime
) -> ExerciseImport:
    """Store what a file holds in the place of what the member sent before; everybody's old ones are deleted."""
    await _trim(session, member, now)
    decisions = await _plan(upload.rows, await list_existing(session, member), shares=shares)
    kept = ExerciseImport(
        id=uuid.uuid4(),
        practice_id=member.practice_id,
        membership_id=member.membership_id,
        file_name=file_name,
        kind=upload.kind,
        rows=[row.to_data() for row in upload.rows],
        notes=list(upload.notes),
        shares=shares,
        decisions=[decision.to_data() for decision in decisions],
        created_at=now,
    )
    session.add(kept)
    for number, pictures in upload.pictures.items():
        session.add_all(_photo(kept.id, number, place, picture) for place, picture in enumerate(pictures))
        await session.flush()  # row by row: once sent, its bytes need not be held any longer
    await session.flush()
    return kept


async def _trim(session: AsyncSession, member: Member, now: datetime) -> None:
    """Delete what waits from the member's earlier file, and everybody's old ones."""
    waiting = (ExerciseImport.membership_id == member.membership_id) & ExerciseImport.imported_at.is_(None)
    # One that is being imported or trimmed at this moment is left alone: nobody waits, and not in a ring.
    chosen = (
        select(ExerciseImport.id)
        .where(or_(waiting, ExerciseImport.created_at < now - KEPT))
        .with_for_update(skip_locked=True)
    )
    await session.execute(delete(ExerciseImport).where(ExerciseImport.id.in_(chosen)))


async def plan_now(
    session: AsyncSession, member: Member, kept: ExerciseImport, *, lock: bool = False
) -> list[Decision]:
    """Return what the import would do now; with ``lock`` what it compares with stays as it is until the end."""
    existing = await list_existing(session, member, lock=lock)
    photos = await count_photos(session, kept.id)
    kind = ROW_KINDS[kept.kind]
    rows = [kind.from_data(data, photos.get(data["number"], 0)) for data in kept.rows]
    return await _plan(rows, existing, shares=kept.shares)


def changed_since(kept: ExerciseImport, decisions: Sequence[Decision]) -> list[int]:
    """Return the numbers of the rows of which something else becomes now than when the file was sent."""
    before = {data["number"]: data["fingerprint"] for data in kept.decisions}
    return [decision.number for decision in decisions if before.get(decision.number) != decision.fingerprint]


async def run_import(session: AsyncSession, member: Member, kept: ExerciseImport, *, seen: str, now: datetime) -> None:
    """Do what the (locked) import says, all of it or nothing; one that was done before is left as it is.

    ``seen`` is the digest of the plan the person saw; raises PlanChangedError when another would be carried out.
    """
    if kept.imported_at is not None:
        return
    # Two files of one practice take turns, so that the second sees what the first has added.
    await session.execute(select(func.pg_advisory_xact_lock(_IMPORT_LOCK, func.hashtext(str(member.practice_id)))))
    decisions = await plan_now(session, member, kept, lock=True)
    if plan_digest(decisions) != seen:
        raise PlanChangedError
    for decision in decisions:
        if decision.exercise is not None:
            record = await _store(session, member, kept.id, decision, decision.exercise, now)
            if decision.photos:
                # The plan saw none of its own, and its row is locked since: who adds a photo waits for that lock.
                waiting = (Photo.import_id == kept.id, Photo.row_number == decision.number)
                await insert_photos(session, record, Photo, *waiting, now=now)
    await session.execute(delete(Photo).where(Photo.import_id == kept.id))
    kept.decisions = [decision.to_data() for decision in decisions]
    kept.rows = []
    kept.imported_at = now
    counts = {action: sum(decision.action == action for decision in decisions) for action in ("add", "change")}
    audit.record(
        session,
        "exercises.imported",
        at=now,
        practice_id=member.practice_id,
        practitioner_id=member.practitioner_id,
        added=counts["add"],
        changed=counts["change"],
    )


async def _store(
    session: AsyncSession,
    member: Member,
    import_id: uuid.UUID,
    decision: Decision,
    exercise: OwnExercise,
    now: datetime,
) -> ExerciseRecord:
    """Add or change the exercise of one row and return its record."""
    if decision.action == "add":
        return await create(session, member, exercise, now, key=uuid.uuid5(import_id, str(decision.number)))
    record = await get_own_record(session, member, decision.slug)
    await change(session, member, record, exercise, now)
    return record


async def _plan(rows: Sequence[FileRow], existing: Sequence[Existing], *, shares: bool) -> list[Decision]:
    # A thousand rows take long enough for other requests to notice.
    return await anyio.to_thread.run_sync(partial(make_plan, rows, existing, shares=shares))


def _photo(import_id: uuid.UUID, number: int, place: int, picture: Picture) -> Photo:
    return Photo(
        import_id=import_id,
        row_number=number,
        place=place,
        content=picture.content,
        width=picture.width,
        height=picture.height,
    )
