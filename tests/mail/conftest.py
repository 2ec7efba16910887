"""Shared by the tests of the post: settings that lead to the mail server, and posting a letter."""

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from app.db import transaction
from app.mail.letter import Letter
from app.mail.service import post
from app.main import open_tools
from app.settings import Settings
from tests.fakes.smtp import FakeSmtp


@pytest.fixture
def settings(settings: Settings, smtp: FakeSmtp) -> Settings:
    """Settings that lead to this test's mail server."""
    return smtp.settings(settings)


@pytest.fixture
def post_letter(app: FastAPI, database: sa.Engine) -> Callable[..., str]:
    """Put a letter into the post and return its id."""
    with database.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outgoing_mails")

    async def put(values: dict[str, Any], useful: dict[str, Any]) -> uuid.UUID:
        async with (
            open_tools(app.state.settings, app.state.database_url) as tools,
            transaction(tools.sessions) as session,
        ):
            return await post(session, Letter(**values), tools.clock(), **useful)

    def post_one(**given: Any) -> str:
        useful = {name: given.pop(name) for name in ("useful_for",) if name in given}
        values = {"recipient": "ana@practice.example", "subject": "Hello", "text": "A line.\n"} | given
        return str(asyncio.run(put(values, useful)))

    return post_one
