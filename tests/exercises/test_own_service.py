"""What holds for own exercises whoever writes them: rules and races below the pages."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.forms import FormError
from app.accounts.models import Membership, Practitioner, Role
from app.db import Sessions
from app.errors import ForbiddenError
from app.exercises.models import ExercisePhoto, ExerciseRecord
from app.exercises.own import OwnExercise, change, create, read_own
from app.exercises.photos import MOST_PHOTOS, TooManyPhotosError, add_photo
from app.images import Picture
from tests.support import Browser

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FULL = OwnExercise(
    name="Heel slide", also_known_as=("Heel glide",), regions=("knee",), steps=("Lie down", "Slide"), is_shared=True
)


@pytest.fixture
def email(browser: Browser) -> str:
    """Who owns the practice of these tests."""
    return browser.sign_up()


async def read_member(session: AsyncSession, email: str, **other: Any) -> Member:
    """Return the practitioner with this email as the pages know them, with other values where given."""
    query = select(Membership, Practitioner).join(Practitioner, Practitioner.id == Membership.practitioner_id)
    membership, practitioner = (await session.execute(query.where(Practitioner.email == email))).one()
    values = {
        "session_id": uuid.uuid4(),
        "practitioner_id": practitioner.id,
        "membership_id": membership.id,
        "practice_id": membership.practice_id,
        "role": membership.role,
        "name": practitioner.name,
        "email": email,
        "practice_name": "Bayside Physio",
        "practices": (),
    }
    return Member(**values | other)


def sessions_of(browser: Browser) -> Sessions:
    sessions: Sessions = browser.server.app.state.tools.sessions
    return sessions


def run(browser: Browser, work: Any) -> Any:
    """Run a coroutine on the application's own event loop."""
    assert browser.server.portal is not None
    return browser.server.portal.call(work)


def test_what_is_stored_is_what_is_read(browser: Browser, email: str) -> None:
    async def work() -> OwnExercise:
        async with sessions_of(browser)() as session:
            return read_own(await create(session, await read_member(session, email), FULL, NOW))

    assert run(browser, work) == FULL


def test_nothing_faulty_is_stored(browser: Browser, email: str) -> None:
    async def work() -> int:
        async with sessions_of(browser)() as session:
            member = await read_member(session, email)
            record = await create(session, member, FULL, NOW)
            with pytest.raises(FormError):
                await create(session, member, OwnExercise(name=""), NOW)
            with pytest.raises(FormError):
                await change(session, member, record, OwnExercise(name="\0"), NOW)
            count = await session.scalar(
                select(func.count()).select_from(ExerciseRecord).where(ExerciseRecord.author_id == member.membership_id)
            )
            return count or 0

    assert run(browser, work) == 1


def test_an_owner_changes_a_shared_exercise_and_cannot_take_it_from_the_practice(browser: Browser, email: str) -> None:
    async def work() -> OwnExercise:
        async with sessions_of(browser)() as session:
            record = await create(session, await read_member(session, email), FULL, NOW)
            owner = await read_member(session, email, membership_id=uuid.uuid4())
            await change(session, owner, record, OwnExercise(name="Heel slide anew", is_shared=False), NOW)
            return read_own(record)

    assert run(browser, work) == OwnExercise(name="Heel slide anew", is_shared=True)


@pytest.mark.parametrize("other", [{"role": Role.PRACTITIONER}, {"practice_id": uuid.UUID(int=1)}])
def test_nobody_else_changes_it(browser: Browser, email: str, other: dict[str, Any]) -> None:
    async def work() -> None:
        async with sessions_of(browser)() as session:
            record = await create(session, await read_member(session, email), FULL, NOW)
            colleague = await read_member(session, email, membership_id=uuid.uuid4(), **other)
            await change(session, colleague, record, OwnExercise(name="Mine"), NOW)

    with pytest.raises(ForbiddenError):
        run(browser, work)


def test_the_fourth_photo_is_the_last_of_two_added_at_once(browser: Browser, email: str) -> None:
    async def add(session: AsyncSession, exercise_id: uuid.UUID, content: bytes) -> None:
        await add_photo(session, await session.get_one(ExerciseRecord, exercise_id), Picture(content, 4, 3), NOW)

    async def add_alone(exercise_id: uuid.UUID, content: bytes) -> None:
        async with sessions_of(browser).begin() as session:
            await add(session, exercise_id, content)

    async def work() -> int:
        async with sessions_of(browser).begin() as session:
            record = await create(session, await read_member(session, email), FULL, NOW)
            for number in range(MOST_PHOTOS - 1):
                await add(session, record.id, bytes([number]))
        async with sessions_of(browser).begin() as session:
            await add(session, record.id, b"fourth")
            late = asyncio.create_task(add_alone(record.id, b"fifth"))
            await asyncio.wait({late}, timeout=0.3)  # as far as it comes while the fourth is not committed
        with pytest.raises(TooManyPhotosError):
            await late
        async with sessions_of(browser)() as session:
            shown = select(func.count()).select_from(ExercisePhoto).where(ExercisePhoto.exercise_id == record.id)
            return await session.scalar(shown) or 0

    assert run(browser, work) == MOST_PHOTOS
