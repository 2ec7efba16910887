"""Who sees whose clients: one rule, pure. ``queries.visible_owners`` says the same to the database."""

import uuid
from collections.abc import Collection

from app.accounts.models import SharingRule


def may_see(
    *, viewer_id: uuid.UUID, owner_id: uuid.UUID, owner_rule: SharingRule, chosen_ids: Collection[uuid.UUID]
) -> bool:
    """Return True when a member may see a colleague's clients in the same practice.

    Ids are those of memberships; ``chosen_ids`` are the colleagues the owner has chosen, which count only while the
    owner's rule is "chosen". Role makes no difference: an admin runs the team, not other people's treatment.
    """
    if viewer_id == owner_id or owner_rule is SharingRule.PRACTICE:
        return True
    return owner_rule is SharingRule.CHOSEN and viewer_id in chosen_ids
