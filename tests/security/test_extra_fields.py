"""Fields that a form does not have change nothing, whatever column they are called after."""

import re
import uuid

import sqlalchemy as sa

from app.db import Base
from tests.fuzz.schema import READ_BY_THE_ROUTE
from tests.programs.arrange import start_from_template
from tests.security.test_walk import FIELDS
from tests.support import Browser, Clinic

CANARY = str(uuid.uuid4())
# What a request needs to be taken, by field; all else is left to the form's defaults.
TAKEN = {"name": "Fine", "title": "Fine", "email": "x@practice.example", "rule": "practice", "access": "edit"}
TAKEN |= {"action": "save", "role": "practitioner", "revision": "0", "idle_minutes": "60", "sign_in_hours": "24"}
TAKEN |= {"first_name": "Noah", "last_name": "Webb", "slug-0": "pendulum-swing", "colour": "#14595a", "years": "7"}
TAKEN |= {
    "state": "paused",
    "favourite": "yes",
    "mails": "yes",
    "practice_name": "Fine",
    "country": "AU",
    "restore": "",
}
# These would end the sign-in that the others need.
LEFT_OUT = {"/sign-out", "/account/security/sign-out", "/account/security/sign-out-elsewhere"}


def standing(database: sa.Engine) -> list[tuple[object, ...]]:
    """Who may do what, over all practices."""
    with database.connect() as connection:
        query = "SELECT id, practice_id, practitioner_id, role, ended_at FROM memberships ORDER BY id"
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_no_form_takes_a_field_it_does_not_have(
    ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine
) -> None:
    """Every form is sent with every column there is beside its own fields."""
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert {"role", "practice_id", "owner_id", "created_by_id", "access", "is_shared"} <= columns
    client = ana.open_patient(clinic.add_patient("Noah", "Webb")).path
    editor = start_from_template(ana, client).path
    template = ana.post("/templates", {"program": editor.split("/")[4], "name": "Mine"}).path
    ids = {"client_id": client.rpartition("/")[2], "program_id": editor.split("/")[4], "number": "1"}
    ids |= {"key": template.rpartition("/")[2], "slug": ana.post("/exercises/new", {"name": "Own"}).path.split("/")[2]}
    before, taken = standing(database), 0
    for (method, pattern), known in FIELDS.items():
        if method != "POST" or pattern in LEFT_OUT or pattern.startswith("/account/team/{"):
            continue
        names = known | set(READ_BY_THE_ROUTE.get(pattern, ()))
        path = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], str(uuid.uuid4())), pattern)
        extra = dict.fromkeys((columns | {"is_admin", "admin", "is_owner"}) - names, CANARY)
        sent = {name: TAKEN[name] for name in names & TAKEN.keys()}
        browser = ana.another() if pattern in ("/sign-up", "/sign-in") else ana
        answer = browser.send("POST", path, data={**extra, **sent})
        assert answer.status < 500, pattern
        taken += answer.status == 303
    assert taken > 20
    kept = standing(database)
    assert [row for row in kept if row in before] == before, "nobody's role or practice changed"
    with database.connect() as connection:
        for table in sa.inspect(database).get_table_names():
            query = sa.text(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE :canary')
            assert connection.execute(query, {"canary": f"%{CANARY}%"}).scalar_one() == 0, table
