"""The practice's own exercises as files to take away."""

import json
import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import IO

import anyio.to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.exercises.exchange.csv_writer import write_csv
from app.exercises.exchange.free_exercise_db import entry_id_of, write_entry
from app.exercises.exchange.queries import list_own
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.exercises.own import read_own

_CHUNK_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 1024 * 1024  # a larger zip goes to the disk while it grows


async def export_csv(session: AsyncSession, member: Member) -> bytes:
    """Return the own exercises the member may see as a CSV."""
    exercises = [read_own(record) for record in await list_own(session, member)]
    return await anyio.to_thread.run_sync(write_csv, exercises)


async def export_zip(session: AsyncSession, member: Member) -> IO[bytes]:
    """Return the own exercises the member may see in the format of free-exercise-db, as an open file to be closed.

    It holds exercises.json and the photos in a folder ``exercises``. One exercise's photos are in memory at a time.
    """
    records = await list_own(session, member)
    photo_ids = await _list_photo_ids(session, member)
    target: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by who sends it
    # Photos are packed already: packing them again would only take time.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        entries = []
        taken: set[str] = set()
        for record in records:
            entry_id = entry_id_of(record.name, taken)
            taken.add(entry_id.lower())
            images = [f"{entry_id}/{number}.jpg" for number in range(len(photo_ids.get(record.id, ())))]
            entries.append(write_entry(read_own(record), entry_id, images))
            for image, photo_id in zip(images, photo_ids.get(record.id, ()), strict=True):
                content = await session.scalar(select(ExercisePhoto.content).where(ExercisePhoto.id == photo_id))
                await anyio.to_thread.run_sync(partial(made.writestr, f"exercises/{image}", content or b""))
        text = await anyio.to_thread.run_sync(partial(json.dumps, entries, ensure_ascii=False, indent=2))
        await anyio.to_thread.run_sync(partial(made.writestr, "exercises.json", text, zipfile.ZIP_DEFLATED))
    target.seek(0)
    return target


def read_chunks(source: IO[bytes]) -> Iterator[bytes]:
    """Yield an open file piece by piece and close it at the end."""
    with source:
        while chunk := source.read(_CHUNK_BYTES):
            yield chunk


async def _list_photo_ids(session: AsyncSession, member: Member) -> dict[uuid.UUID, Sequence[uuid.UUID]]:
    """Return the photos of the practice's exercises, in order: exercise -> ids."""
    rows = await session.execute(
        select(ExercisePhoto.exercise_id, ExercisePhoto.id)
        .join(ExerciseRecord, ExerciseRecord.id == ExercisePhoto.exercise_id)
        .where(ExerciseRecord.practice_id == member.practice_id, ExercisePhoto.removed_at.is_(None))
        .order_by(ExercisePhoto.exercise_id, ExercisePhoto.place)
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for exercise_id, photo_id in rows:
        found.setdefault(exercise_id, []).append(photo_id)
    return dict(found)
