"""Shared by the tests of accounts: the two clinics at Cliniko, and waiting for a lock."""

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.demo.patients import DemoClinics, fill
from tests.fakes.cliniko import FakeCliniko


@pytest.fixture
def clinics(cliniko: FakeCliniko) -> DemoClinics:
    """Harbour Street Physiotherapy and Riverside Podiatry, with users and keys, in this test's Cliniko."""
    return fill(cliniko.state)


@pytest.fixture
def wait_for_blocked(database: sa.Engine) -> Callable[[int], None]:
    """Return when so many transactions of this database wait for another one."""

    def wait(count: int) -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with database.connect() as connection:
                if connection.exec_driver_sql(query).scalar_one() >= count:
                    return
        raise AssertionError(f"fewer than {count} transactions came to wait")

    return wait
