"""``kinebridge admin verify-audit`` tells what can be known of the record, and is not fooled by what was done to it."""

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.activity import verifying
from app.activity.verifying import FUNCTIONS, TRIGGERS, Lines, digest_of, judge_guards, judge_lines, judge_login
from app.findings import Finding, State
from tests.accounts.security.test_helping import command, environment  # noqa: F401 - a fixture
from tests.programs.arrange import assign_program
from tests.support import Browser, Clinic

WHOLE = Lines(90, "2026-01-01", "2026-11-26", 3, 0, 0, 0, 0)


def states(findings: list[Finding]) -> dict[str, State]:
    return {each.name: each.state for each in findings}


@pytest.fixture
def owner(database: sa.Engine) -> Iterator[sa.Connection]:
    """The owner of the database, whose changes are rolled back at the end."""
    with database.connect() as connection:
        yield connection
        connection.rollback()


def guards(connection: sa.Connection) -> Finding:
    """What the guards come to, as this connection sees them."""
    functions = connection.execute(verifying._FUNCTIONS, {"names": list(FUNCTIONS)})
    triggers = connection.execute(verifying._TRIGGERS)
    return judge_guards({row.proname: row.prosrc for row in functions}, {n: (f, k) for n, f, k in triggers})


def test_a_new_databases_guards_are_those_this_release_knows(owner: sa.Connection) -> None:
    assert guards(owner).state is State.OK


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE audit_events DISABLE TRIGGER keep_audit_events",
        "ALTER TABLE audit_events ENABLE REPLICA TRIGGER keep_all_audit_events",
        "DROP TRIGGER keep_all_audit_events ON audit_events",
        "CREATE OR REPLACE FUNCTION keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE OR REPLACE TRIGGER keep_audit_events BEFORE UPDATE ON audit_events FOR EACH ROW "
        "EXECUTE FUNCTION keep_audit_events()",
        "CREATE OR REPLACE TRIGGER keep_audit_events BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW "
        "WHEN (false) EXECUTE FUNCTION keep_audit_events()",
    ],
)
def test_a_guard_that_is_off_or_altered_is_a_failure(change: str, owner: sa.Connection) -> None:
    owner.exec_driver_sql("SET LOCAL lock_timeout = '20s'")
    owner.exec_driver_sql(change)
    found = guards(owner)
    assert found.state is State.FAIL and "keep_" in found.found


def test_what_lines_show_is_judged() -> None:
    assert set(states(judge_lines(WHOLE)).values()) == {State.OK}
    lost = Lines(90, "2026-01-01", "2026-11-26", 3, 0, 0, 0, versions_without=2)
    assert states(judge_lines(lost))["missing"] is State.FAIL
    odd = Lines(90, "2026-01-01", "2026-11-26", 3, 1, 4, 0, 0)
    assert states(judge_lines(odd))["times"] is State.WARN
    assert "cannot tell" in judge_lines(WHOLE)[-1].found
    assert judge_login("replica", may_switch_off=False).state is State.FAIL
    assert "could switch" in judge_login("origin", may_switch_off=True).found
    assert digest_of("") != FUNCTIONS["refuse_change"] and len(TRIGGERS) == 2


def counts(told: str) -> tuple[int, int]:
    """The assigned versions and practices without a line; other tests of this database make practices by hand."""
    line = next(line for line in told.splitlines() if "missing" in line)
    words = line.split()
    return (int(words[2]), int(words[6])) if "have no line" in line else (0, 0)


def test_what_was_forgotten_while_the_record_was_kept_for_less_is_not_missed(
    ana: Browser, clinic: Clinic, owner: sa.Connection
) -> None:
    client = ana.open_patient(clinic.add_patient()).path
    assign_program(ana, client)
    id_ = uuid.UUID(client.rpartition("/")[2])
    practice = owner.execute(sa.text("SELECT practice_id FROM clients WHERE id = :id"), {"id": id_}).scalar_one()

    def line(action: str, age: str, detail: str = "{}") -> None:
        insert = (
            "INSERT INTO audit_events (happened_at, practice_id, action, detail) "
            "VALUES (now() - CAST(:age AS interval), :practice, :action, CAST(:detail AS jsonb))"
        )
        values = {"age": age, "practice": practice, "action": action, "detail": detail}
        owner.execute(sa.text(insert), values)

    def missing() -> tuple[int, int]:
        return owner.execute(verifying._VERSIONS).scalar_one(), owner.execute(verifying._PRACTICES).scalar_one()

    owner.exec_driver_sql("SET LOCAL session_replication_role = replica")
    owner.execute(
        sa.text("UPDATE practices SET created_at = now() - interval '5 years' WHERE id = :id"), {"id": practice}
    )
    before = missing()
    line("program.assigned", "6 years")  # of another program
    age = sa.text("UPDATE program_versions SET assigned_at = now() - interval '3 years' WHERE practice_id = :id")
    owner.execute(age, {"id": practice})
    owner.execute(
        sa.text("DELETE FROM audit_events WHERE practice_id = :id AND happened_at > now() - interval '5 years'"),
        {"id": practice},
    )
    assert missing() == (before[0] + 1, before[1] + 1)
    line("practice.audit_years_saved", "2 years", '{"years": 2}')
    line("practice.audit_years_saved", "6 months", '{"years": 7}')
    assert missing() == before


@pytest.mark.usefixtures("environment")
def test_a_line_taken_out_by_the_databases_owner_is_missed_where_something_of_it_is_left(
    ana: Browser, clinic: Clinic, database: sa.Engine, app: FastAPI
) -> None:
    client = ana.open_patient(clinic.add_patient()).path
    assign_program(ana, client)
    before = counts(command("verify-audit")[1])
    id_ = uuid.UUID(client.rpartition("/")[2])
    with database.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # as a superuser may
        gone = sa.text("DELETE FROM audit_events WHERE client_id = :id AND action = 'program.assigned'")
        assert connection.execute(gone, {"id": id_}).rowcount == 1
    code, told = command("verify-audit")
    assert code == 1 and counts(told) == (before[0] + 1, before[1])
    assert "OK    guards" in told
