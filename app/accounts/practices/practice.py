"""What a practice says of itself: name, country, time zone, paper and its word for patients; where it belongs."""

import dataclasses
import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import audit
from app.accounts.access import Member
from app.accounts.colleagues.team import hold_team
from app.accounts.forms import FormError, PracticeForm
from app.accounts.models import Practice
from app.countries import COUNTRIES
from app.crypto import digest
from app.regions import Region
from app.settings import Settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CHANGED = (
    "Somebody changed these settings after you opened this page. Nothing was saved. Look at what is saved "
    "now, then save again to replace it."
)


class ChangedMeanwhileError(FormError):
    """The settings are not what the person saw when they changed them."""

    status = 409
    title = "This has changed since you opened it"

    def __init__(self) -> None:
        super().__init__({"meanwhile": CHANGED})


class OtherRegionError(FormError):
    """The country belongs to another deployment, where the practice's patients' records are to stay."""

    def __init__(self, region: Region, country: str) -> None:
        super().__init__({"country": f"Practices in {dict(COUNTRIES)[country]} use Kinebridge at {region.url}."})
        self.region = region


def refuse_other_region(settings: Settings, country: str) -> None:
    """Raise OtherRegionError for a country that another deployment names as its own."""
    for region in settings.regions:
        if country in region.countries and region.url != settings.public_url:
            raise OtherRegionError(region, country)


async def lock_practice(session: AsyncSession, practice_id: uuid.UUID) -> Practice:
    """Return the practice as it is now and let nobody else change it in this transaction."""
    query = select(Practice).where(Practice.id == practice_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


def settings_of(practice: Practice) -> PracticeForm:
    """Return what is saved, as the form gives it."""
    return PracticeForm(**{field.name: getattr(practice, field.name) for field in dataclasses.fields(PracticeForm)})


def version_of(saved: "DataclassInstance") -> str:
    """Return a short word that changes with any of the settings, for the form to bring back."""
    return digest(json.dumps(dataclasses.astuple(saved)))[:16]


async def save_practice(session: AsyncSession, member: Member, form: PracticeForm, seen: str, now: datetime) -> bool:
    """Save what the form has otherwise than saved, and return True; False when that is nothing.

    ``seen`` is the version the person saw, "" for any. Raises ForbiddenError for who does not run
    the practice any more, ChangedMeanwhileError when that is not the present one.
    """
    practice = await lock_practice(session, member.practice_id)
    await hold_team(session, member)  # who waited for that may not run it any more
    saved = settings_of(practice)
    new = dataclasses.asdict(form)
    changed = [name for name, value in dataclasses.asdict(saved).items() if new[name] != value]
    if not changed:
        return False
    if seen and seen != version_of(saved):
        raise ChangedMeanwhileError
    for name in changed:
        setattr(practice, name, new[name])
    fields = [name.removeprefix("own_") for name in changed]
    audit.record_by(session, member, "practice.settings_saved", at=now, fields=fields)
    return True
