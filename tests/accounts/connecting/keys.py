"""Shared by the tests of Cliniko keys: what is stored of one, and what stands beside its field."""

from typing import Any

import sqlalchemy as sa

from app.crypto import Vault
from tests.conftest import SECRET
from tests.support import Page

USER, ACCOUNT = "/v1/user", "/v1/settings/public"


def connection_of(database: sa.Engine, email: str) -> Any:
    query = sa.text(
        "SELECT c.*, m.id AS member_id, pr.cliniko_account_id, pr.cliniko_account_name, pr.cliniko_subdomain, "
        "pr.patient_word, pr.time_zone FROM memberships m JOIN practitioners p ON p.id = m.practitioner_id "
        "JOIN practices pr ON pr.id = m.practice_id LEFT JOIN connections c ON c.membership_id = m.id "
        "WHERE p.email = :email"
    )
    with database.connect() as connection:
        return connection.execute(query, {"email": email}).one()


def stored_key(row: Any) -> str:
    return Vault([SECRET]).decrypt(row.encrypted_key, row=f"connection:{row.id}")


def sentence_beside_key(page: Page) -> str:
    assert page.status == 422
    return " ".join(page.soup.find(id="f-api_key-error").get_text().split())


def resumed_members(database: sa.Engine) -> list[str]:
    query = "SELECT args->>'membership_id' FROM procrastinate_jobs WHERE task_name = 'delivery.resume'"
    with database.connect() as connection:
        return list(connection.exec_driver_sql(query).scalars())


# Saving
