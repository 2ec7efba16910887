"""Who sees whose clients: the pure rule as a truth table, and the database's answer to the same table."""

import itertools
import uuid

import pytest

from app.accounts.models import SharingRule
from app.clients.sharing import may_see

ME, OWNER, OTHER = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


@pytest.mark.parametrize(
    ("rule", "chosen", "sees"),
    [
        (SharingRule.NOBODY, (), False),
        (SharingRule.NOBODY, (ME,), False),
        (SharingRule.CHOSEN, (), False),
        (SharingRule.CHOSEN, (OTHER,), False),
        (SharingRule.CHOSEN, (OTHER, ME), True),
        (SharingRule.PRACTICE, (), True),
    ],
)
def test_a_colleague_sees_what_the_owner_shares(rule: SharingRule, chosen: tuple[uuid.UUID, ...], sees: bool) -> None:
    assert may_see(viewer_id=ME, owner_id=OWNER, owner_rule=rule, chosen_ids=chosen) is sees


def test_owners_always_see_their_own() -> None:
    for rule, chosen in itertools.product(SharingRule, [(), (OTHER,)]):
        assert may_see(viewer_id=ME, owner_id=ME, owner_rule=rule, chosen_ids=chosen)
