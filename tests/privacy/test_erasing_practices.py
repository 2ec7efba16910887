"""Erasing a practice: after a waiting time, wholly, with nothing left but that it was done."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from app import trimming
from app.privacy import erasing
from tests.clients.arrange import count_waiting
from tests.privacy.arrange import (
    Person,
    erase_due,
    last_letter,
    let_time_pass,
    mentions,
    practice_of,
    run_practice,
    treat,
)
from tests.processes import wait_until
from tests.support import PASSWORD, Browser, Clinic, Page, send_pdf


class KilledError(Exception):
    """The process is gone."""


def ask_for_practice(ana: Browser, name: str = "harbour physio ", password: str = PASSWORD) -> Page:
    ana.get("/account/data")
    return ana.press("Erase the practice", **{"Name of the practice": name, "Your password": password})


def test_erasing_a_practice_asks_for_name_and_password_and_everybody_sees_that_it_is_to_come(
    ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    assert ask_for_practice(ana, name="Harbour").status == 422
    assert ask_for_practice(ana, password="not my password").status == 422
    assert "will be erased" not in ben.get("/clients").text
    assert ask_for_practice(ana).has_button("Keep the practice")
    assert "Everything of Harbour Physio will be erased on" in ben.get("/clients").text
    assert "Everything of Harbour Physio will be erased on" in ben.get("/account/settings").text
    ana.press("Keep the practice")
    assert "will be erased" not in ben.get("/clients").text


@pytest.fixture
def erased(ana: Browser, ben: Browser, clinic: Clinic, database: sa.Engine) -> tuple[uuid.UUID, Person]:
    """A practice whose waiting time is over; Ben belongs to another one too."""
    run_practice(ana)
    person = treat(ana, clinic)
    ben.share_with_everyone()
    practice = practice_of(database, person.id)
    ask_for_practice(ana)
    let_time_pass(database, "practices", practice)
    return practice, person


def test_an_erased_practice_is_gone_with_its_keys_and_the_accounts_of_those_who_have_no_other(
    erased: tuple[uuid.UUID, Person], ana: Browser, ben: Browser, database: sa.Engine
) -> None:
    practice, person = erased
    other = ana.another()
    other.sign_up(name="Cleo Marsh", practice="Riverside Podiatry")
    email = str(ben.get("/account/security").soup.find("input", type="email")["value"])  # type: ignore[index]
    ben.get(other.invite(email))
    ben.press("Join practice")
    ben.post("/account/practice", {"practice_id": str(practice)})
    erase_due(ana)
    assert mentions(database, practice) <= {"audit_events", "erasures"}
    assert mentions(database, person.id) <= {"audit_events", "erasures"}
    assert mentions(database, person.name) == set()
    assert ana.get("/clients").path == "/sign-in"
    assert "Riverside Podiatry" in ben.get("/clients").content.decode()
    with database.connect() as connection:
        query = sa.text("SELECT counts FROM erasures WHERE practice_id = :id")
        counts = connection.execute(query, {"id": practice}).scalar_one()
    assert counts["clients"] == counts["programs"] == 1 and counts["memberships"] == 2
    assert "No PDF was still on its way to Cliniko." in last_letter(database, "a practice was erased")


def test_a_worker_that_is_taking_a_file_up_while_a_practice_is_closed_is_waited_for(
    erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine
) -> None:
    practice, person = erased
    delivery, portal = send_pdf(ana, person.client), ana.server.portal
    assert portal is not None
    worker = database.connect()
    worker.execute(sa.text("UPDATE deliveries SET state = 'uploading' WHERE id = :id"), {"id": delivery})
    closing = portal.start_task_soon(erasing.erase_practice, ana.server.app.state.tools, practice)
    wait_until(lambda: is_waited_for(database), "the closing waits for the worker")
    worker.commit()
    assert closing.result(30) is False
    assert "deliveries" in mentions(database, delivery)
    worker.execute(sa.text("UPDATE deliveries SET state = 'processing' WHERE id = :id"), {"id": delivery})
    worker.commit()
    worker.close()
    erase_due(ana)
    assert mentions(database, practice) | mentions(database, delivery) <= {"audit_events", "erasures"}
    with database.connect() as connection:
        query = sa.text("SELECT counts->>'unsent' FROM erasures WHERE practice_id = :id")
        assert connection.execute(query, {"id": practice}).scalar_one() == "1"


def is_waited_for(database: sa.Engine) -> bool:
    with database.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("step", range(1, 12, 3))
def test_killed_at_any_step_the_next_run_goes_on(
    step: int, erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, person = erased
    monkeypatch.setattr(trimming, "ROWS_AT_A_TIME", 1)
    whole, left = erasing.transaction, [step]

    def killed(sessions: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KilledError
        return whole(sessions)

    tools, server = ana.server.app.state.tools, ana.server
    assert server.portal is not None
    with monkeypatch.context() as dying:
        dying.setattr(erasing, "transaction", killed)
        with pytest.raises(KilledError):
            server.portal.call(erasing.erase_practice, tools, practice)
    assert ana.get("/clients").path == "/sign-in"  # once it has begun nobody is let in
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, practice) | mentions(database, person.id) <= {"audit_events", "erasures"}


def test_the_record_of_an_erased_practice_is_forgotten_when_its_time_is_over_and_so_is_that_it_was_erased(
    ana: Browser, database: sa.Engine
) -> None:
    practices = {years: uuid.uuid4() for years in (2, 10)}
    with database.begin() as connection:
        for years, id_ in practices.items():
            connection.execute(
                sa.text(
                    "INSERT INTO erasures (id, practice_id, erased_at, audit_years, counts) "
                    "VALUES (gen_random_uuid(), :id, now() - interval '5 years', :years, '{}')"
                ),
                {"id": id_, "years": years},
            )
            connection.execute(
                sa.text(
                    "INSERT INTO audit_events (happened_at, practice_id, action) "
                    "VALUES (now() - interval '5 years', :id, 'data.practice_erased')"
                ),
                {"id": id_},
            )
    ana.run_job("activity.forget_events", timestamp=0)
    assert mentions(database, practices[2]) == {"erasures"}
    assert mentions(database, practices[10]) == {"erasures", "audit_events"}


def test_taken_back_while_the_erasing_of_a_practice_begins_nothing_is_half_done(
    erased: tuple[uuid.UUID, Person], ana: Browser, database: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, _ = erased
    tools, portal = ana.server.app.state.tools, ana.server.portal
    assert portal is not None
    holder = database.connect()
    # The practice is held while it closes, and the owner's request has read who they are before.
    holder.execute(sa.text("SELECT 1 FROM memberships WHERE practice_id = :id FOR UPDATE"), {"id": practice})
    with monkeypatch.context() as dying:
        dying.setattr(erasing, "_empty", killed_at_once)
        closing = portal.start_task_soon(erasing.erase_practice, tools, practice)
        wait_until(lambda: is_waited_for(database), "it closes")
        with ThreadPoolExecutor(1) as pool:
            taking_back = pool.submit(ana.send, "POST", "/account/data/erasure/withdraw")
            wait_until(lambda: count_waiting(database) == 2, "the owner waits")
            holder.rollback()
            holder.close()
            answer = taking_back.result(30)
        with pytest.raises(KilledError):
            closing.result(30)
    assert answer.status == 409 and "has begun" in answer.text
    ana.run_job("privacy.erase_due", timestamp=0)
    assert mentions(database, practice) <= {"audit_events", "erasures"}


async def killed_at_once(*_: Any) -> None:
    raise KilledError
