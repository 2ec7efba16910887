"""Finding the patient who remains after merges in Cliniko.

A merged patient names the one it was merged into; merges cannot be undone and may chain, and nothing promises that they
never form a loop (docs.api.cliniko.com, OpenAPI reference, tag Patient: merged_at, merged_with_patient).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cliniko.errors import PatientNotFound
from app.cliniko.types import Patient

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class MergeTrail:
    """Where a trail of merges ends: `survivor`, and the ids of the others on the way, in the order they were met."""

    survivor: Patient
    passed_ids: tuple[str, ...]


async def follow(patient: Patient, get_patient: Callable[[str], Awaitable[Patient]], *, limit: int) -> MergeTrail:
    """Follow merges from a patient, at most `limit` of them, and return the trail.

    A target that cannot be seen ends the trail at the last visible patient; a loop ends as `end_of_loop` says.
    """
    trail = [patient]
    while (target_id := trail[-1].merged_with_patient_id) and len(trail) <= limit:
        ids = [passed.id for passed in trail]
        if target_id in ids:
            return _trail_to(end_of_loop(trail[ids.index(target_id) :]), trail)
        try:
            trail.append(await get_patient(target_id))
        except PatientNotFound:
            break
    return _trail_to(trail[-1], trail)


def end_of_loop(loop: Sequence[Patient]) -> Patient:
    """Return the target of the loop's latest merge, the smallest id where several are equally late.

    `loop` holds patients each merged into the next and the last into the first; where it is entered makes no
    difference.
    """
    targets = [*loop[1:], loop[0]]
    latest = max(merged.merged_at or LONG_AGO for merged in loop)
    last_targets = [
        target for merged, target in zip(loop, targets, strict=True) if (merged.merged_at or LONG_AGO) == latest
    ]
    return min(last_targets, key=lambda target: int(target.id))


def _trail_to(survivor: Patient, trail: Sequence[Patient]) -> MergeTrail:
    return MergeTrail(survivor, tuple(passed.id for passed in trail if passed.id != survivor.id))
