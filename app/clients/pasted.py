"""What the search box makes of a pasted Cliniko address: the way to the patient, or a sentence why not."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.accounts.models import Practice
from app.cliniko.patient_pages import PastedPage, read_patient_page

NOT_A_PATIENT = (
    "This address leads to Cliniko, but not to a patient. "
    "Open the patient in Cliniko and copy the address of that page."
)


class WrongPageError(Exception):
    """The address is not followed; ``args[0]`` says why, for the person."""


async def find_pasted(session: AsyncSession, member: Member, typed: str, api_url: str) -> dict[str, str] | None:
    """Return what a click on the patient whose page's address was pasted would send, or None for any other text.

    Where the address names the clinic of the active practice, that is meant, and none of the person's others.

    Raises WrongPageError for a page of Cliniko that is no patient's, and for a patient of another clinic than the one
    the practice is connected to. A practice without a key is not connected yet: saving one will tell.
    """
    pasted = read_patient_page(typed, api_url)
    if pasted is None:
        return None
    if pasted.patient_id is None:
        raise WrongPageError(NOT_A_PATIENT)
    click = {"patient_id": pasted.patient_id}
    if pasted.subdomain is not None and await _is_sure(session, member, pasted):
        click["practice"] = str(member.practice_id)
    return click


async def _is_sure(session: AsyncSession, member: Member, pasted: PastedPage) -> bool:
    """Return whether the address is of the active practice's clinic, False while that is not known.

    Raises WrongPageError where it is of another.
    """
    query = select(Practice.id, Practice.name, Practice.cliniko_subdomain)
    rows = await session.execute(query.where(Practice.id.in_([id_ for id_, _ in member.practices])))
    clinics = {id_: (name, (subdomain or "").lower()) for id_, name, subdomain in rows}
    here = clinics[member.practice_id][1]
    if here in ("", pasted.subdomain):
        return here != ""
    refusal = (
        f'This patient is at "{pasted.subdomain}" in Cliniko, but {member.practice_name} is connected to "{here}".'
    )
    elsewhere = [name for name, subdomain in clinics.values() if subdomain == pasted.subdomain]
    if elsewhere:
        raise WrongPageError(f"{refusal} You also work at {elsewhere[0]}: change to it at the top, then paste again.")
    raise WrongPageError(
        f"{refusal} If your clinic has a new address in Cliniko, press Check again in My account > Settings."
    )
