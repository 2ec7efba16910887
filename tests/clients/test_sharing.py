"""Who sees whose clients: the rule as a truth table, judged by the pages themselves."""

import pytest
import sqlalchemy as sa

from tests.support import Browser, Clinic


@pytest.mark.parametrize("role", ["practitioner", "admin"])
@pytest.mark.parametrize(
    ("rule", "chooses_ben", "sees"),
    [
        ("nobody", False, False),
        ("nobody", True, False),
        ("chosen", False, False),
        ("chosen", True, True),
        ("practice", False, True),
        ("practice", True, True),
    ],
)
def test_a_colleague_sees_what_the_owner_shares_whatever_their_role(
    rule: str, chooses_ben: bool, sees: bool, role: str, ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(patient).path
    ids = {"client": client.rpartition("/")[2], "rule": rule, "role": role}
    with database.begin() as connection:
        owner = "(SELECT owner_id FROM clients WHERE id = :client)"
        others = f"practice_id = (SELECT practice_id FROM clients WHERE id = :client) AND id <> {owner}"
        connection.execute(sa.text(f"UPDATE memberships SET sharing_rule = :rule WHERE id = {owner}"), ids)
        connection.execute(sa.text(f"UPDATE memberships SET role = :role WHERE {others}"), ids)
        if chooses_ben:
            connection.execute(
                sa.text(
                    f"INSERT INTO shared_colleagues (owner_id, colleague_id) SELECT {owner}, id FROM memberships "
                    f"WHERE {others}"
                ),
                ids,
            )
    assert ben.get(client).status == (200 if sees else 404)
    assert ("Olivia Hart" in ben.get("/clients").text) is sees
    assert ben.open_patient(patient).status == (200 if sees else 404)
    assert ana.get(client).status == 200
