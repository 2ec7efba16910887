"""Finding a delivery's files in Cliniko, wherever its patient is by now."""

from dataclasses import replace

from sqlalchemy import select

from app.accounts.tools import Tools
from app.clients.jobs import take_over
from app.cliniko.client import Cliniko
from app.db import transaction
from app.delivery.claims import Claim, write
from app.delivery.models import Delivery
from app.delivery.outcome import PatientChangedError
from app.delivery.own_files import OwnFiles, sort_out
from app.delivery.service import mark_of


async def follow_merges(tools: Tools, claim: Claim, cliniko: Cliniko) -> Claim:
    """Let the file go to the patient who remains after merges in Cliniko (cases 11 and 27), and return the claim.

    One request unless there were any. Raises PatientNotFound when the patient cannot be seen, PatientChangedError when
    the one who remains is another client's here.
    """
    asked_at = tools.clock()
    trail = await cliniko.find_survivor(claim.patient_id)
    if int(trail.survivor.id) == int(claim.patient_id):
        return claim
    found = await take_over(tools, claim.client_id, claim.connection, trail, asked_at)
    async with transaction(tools.sessions) as session:
        # Where the two patients' clients were combined, the delivery went along.
        client_id = await session.scalar(select(Delivery.client_id).where(Delivery.id == claim.delivery_id))
        if client_id is None or client_id != found:
            raise PatientChangedError
        await write(session, claim, patient_id=trail.survivor.id)
    return replace(claim, patient_id=trail.survivor.id, client_id=client_id)


async def find_own(tools: Tools, claim: Claim, cliniko: Cliniko) -> tuple[Claim, OwnFiles]:
    """Look for the files a delivery has made already, archived ones too (case 23); one request where it is found.

    Files move along when their patient is merged into another, so nothing is only not there once the patient who
    remains has been looked at too. The claim that is returned says for whom to go on. Raises as ``follow_merges``.
    """
    found = []
    for patient_id in claim.patient_ids:
        found += await cliniko.find_attachments(patient_id, mark_of(claim.delivery_id))
    if not found:
        if not claim.is_linked:
            raise PatientChangedError
        claim_now = await follow_merges(tools, claim, cliniko)
        if claim_now.patient_id not in claim.patient_ids:
            found = await cliniko.find_attachments(claim_now.patient_id, mark_of(claim.delivery_id))
        claim = claim_now
    return claim, sort_out(found)
