"""Nightly, what Cliniko changed is taken over: by pages, at night, and a lost night is made up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app.clients.nightly import is_due, night_begun
from tests.clients.arrange import id_of, merged_pair
from tests.fakes.cliniko import FakeCliniko
from tests.support import Browser, Clinic

SYDNEY, UTC_ZONE = ZoneInfo("Australia/Sydney"), ZoneInfo("UTC")
LIST = "/v1/patients"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "finished", "due"),
    [
        ("2026-11-26T02:00", UTC_ZONE, None, True),
        ("2026-11-26T12:00", UTC_ZONE, None, False),
        ("2026-11-26T06:00", UTC_ZONE, None, False),
        ("2026-11-26T02:00", UTC_ZONE, "2026-11-25T02:10", True),
        ("2026-11-26T02:00", UTC_ZONE, "2026-11-26T01:10", False),
        ("2026-11-26T15:00", SYDNEY, "2026-11-25T15:00", True),  # 2 in the morning there
        ("2026-11-26T02:00", SYDNEY, None, False),
    ],
)
def test_a_practice_is_looked_at_once_a_night_by_its_own_clock(
    now: str, zone: ZoneInfo, finished: str | None, due: bool
) -> None:
    assert is_due(utc(now), zone, utc(finished) if finished else None) is due
    assert night_begun(utc("2026-11-26T15:00"), SYDNEY) == utc("2026-11-26T14:00")


def let_it_be_night(database: sa.Engine, client_path: str) -> None:
    """Move the client's practice to where it is three in the morning."""
    ahead = (3 - datetime.now(UTC).hour + 12) % 24 - 12
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "UTC"
    with database.begin() as connection:
        in_practice = "id = (SELECT practice_id FROM clients WHERE id = :id)"
        # Other tests' practices live by day, wherever that is.
        day = f"Etc/GMT{-((ahead + 20) % 24 - 12):+d}" if (ahead + 20) % 24 - 12 else "UTC"
        connection.execute(sa.text("UPDATE practices SET time_zone = :day"), {"day": day})
        connection.execute(
            sa.text(f"UPDATE practices SET time_zone = :zone WHERE {in_practice}"),
            {"zone": zone, "id": id_of(client_path)},
        )
        connection.execute(sa.text("DELETE FROM patient_polls"))
        connection.execute(
            sa.text("UPDATE clients SET refreshed_at = now() - interval '30 days' WHERE id = :id"),
            {"id": id_of(client_path)},
        )


def night(browser: Browser) -> None:
    browser.run_job("clients.find_nights", timestamp=0)


def next_night(database: sa.Engine) -> None:
    """Let the looks that are finished be those of the night before."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE patient_polls SET begun_at = begun_at - interval '1 day', "
            "finished_at = finished_at - interval '1 day'"
        )


def test_changes_are_taken_over_at_night_without_a_click(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    olivia, harold = clinic.add_patient("Olivia", "Hart"), clinic.add_patient("Harold", "Finch")
    deleted, apart = clinic.add_patient("Noah", "Marsh"), clinic.add_patient("Nobody", "Here")
    client, archived, gone = (ana.open_patient(id_).path for id_ in (olivia, harold, deleted))
    for path in (archived, gone, client):
        let_it_be_night(database, path)
    clinic.state.update_patient(olivia, last_name="Hart-Lee")
    clinic.state.archive_patient(harold)
    clinic.state.delete_patient(deleted)
    clinic.state.update_patient(apart, last_name="There")
    asked = len(cliniko.log)
    night(ana)
    assert [entry.path for entry in cliniko.log[asked:]] == [LIST]
    assert ana.get(client).h1 == "Olivia Hart-Lee"
    assert "Changed in Cliniko" in ana.get(client).text
    assert "archived in Cliniko" in ana.get(archived).text
    assert "no longer visible in Cliniko" in ana.get(gone).text
    assert "There" not in ana.get("/clients").text
    night(ana)
    assert len(cliniko.calls("GET", LIST)) == 1  # once a night
    next_night(database)
    clinic.state.update_patient(olivia, last_name="Hart-Ng")
    night(ana)
    assert len(cliniko.calls("GET", LIST)) == 2
    assert ana.get(client).h1 == "Olivia Hart-Ng"


def test_many_changes_come_by_pages_and_a_night_that_breaks_off_goes_on_where_it_was(
    ana: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    first = clinic.add_patient("Olivia", "Hart", updated_at=datetime.now(UTC) - timedelta(days=20))
    client = ana.open_patient(first).path
    let_it_be_night(database, client)
    clinic.state.patients[first].last_name = "Hart-Lee"  # the oldest change: on the last page
    for number in range(205):
        clinic.add_patient("Nr", str(number), updated_at=datetime.now(UTC) - timedelta(days=1, minutes=10 * number))
    cliniko.answer_html("GET", LIST, 502, skip=1)
    night(ana)
    assert ana.get(client).h1 == "Olivia Hart"
    # Somebody is changed in between, which moves everybody else one place further.
    clinic.state.update_patient(clinic.add_patient("Nr", "206"), pronouns="x")
    night(ana)
    assert ana.get(client).h1 == "Olivia Hart-Lee"
    assert [entry.status for entry in cliniko.calls("GET", LIST)] == [200, 502, 200, 200]
    next_night(database)
    clinic.state.update_patient(first, last_name="Hart-Ng")
    night(ana)  # asks from the newest change the first page showed
    assert ana.get(client).h1 == "Olivia Hart-Ng"
    assert len(cliniko.calls("GET", LIST)) == 5


def test_a_lost_night_is_made_up_with_another_key_and_a_held_key_is_left_alone(
    ana: Browser, ben: Browser, clinic: Clinic, cliniko: FakeCliniko, database: sa.Engine
) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    client = ana.open_patient(patient).path
    let_it_be_night(database, client)
    clinic.state.update_patient(patient, last_name="Hart-Lee")
    clinic.ana.key_archived = True
    night(ana)
    assert ana.get(client).h1 == "Olivia Hart"
    in_practice = "practice_id = (SELECT practice_id FROM clients WHERE id = :id)"
    hold = f"UPDATE connections SET failures = 2, held_until = now() + :span WHERE {in_practice}"
    with database.begin() as connection:
        connection.execute(sa.text(hold), {"id": id_of(client), "span": timedelta(hours=1)})
        ids = connection.execute(
            sa.text(f"SELECT practice_id::text, id::text FROM connections WHERE {in_practice} AND state = 'working'"),
            {"id": id_of(client)},
        ).one()
    asked = len(cliniko.log)
    night(ana)
    ana.run_job("clients.read_changes", practice_id=ids[0], connection_id=ids[1])  # put in before
    ana.open_patient(patient)
    ana.run_jobs()
    assert len(cliniko.log) == asked
    with database.begin() as connection:
        connection.execute(
            sa.text(f"UPDATE connections SET held_until = NULL WHERE {in_practice}"), {"id": id_of(client)}
        )
    night(ana)
    assert ana.get(client).h1 == "Olivia Hart-Lee"
    assert [entry.user_id for entry in cliniko.calls("GET", LIST)][-1] == clinic.ben.id


def test_case_12_a_merge_is_followed_at_night_too(ana: Browser, clinic: Clinic, database: sa.Engine) -> None:
    away, absorbed, _, kept = merged_pair(ana, clinic)
    let_it_be_night(database, absorbed)
    night(ana)
    assert ana.get(absorbed).path == kept
    assert ana.open_patient(away).path == kept
