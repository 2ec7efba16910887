"""A patient and their client, as most tests of deliveries begin."""

import pytest

from tests.support import Browser, Clinic


@pytest.fixture
def patient(clinic: Clinic) -> str:
    """A patient in Cliniko."""
    return clinic.add_patient("Olivia", "Hart")


@pytest.fixture
def client(ana: Browser, patient: str) -> str:
    """Path of the client of this test's patient, whom Ana treats."""
    return ana.open_patient(patient).path
