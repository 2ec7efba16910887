"""What travels: headers nobody can add to."""

import uuid
from datetime import UTC, datetime

import pytest

from app.mail.letter import Letter, build_message
from app.settings import Settings

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
SENDER = Settings(public_url="https://kinebridge.example.org").mail_sender


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x00", "\u2028"])
@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_a_line_end_in_a_header_is_refused(field: str, end: str) -> None:
    values = {"recipient": "ana@practice.example", "subject": "Hello", "text": "A line."}
    with pytest.raises(ValueError, match="one line"):
        Letter(**values | {field: f"{values[field]}{end}Bcc: eve@elsewhere.example"})


def test_without_a_sender_in_the_settings_letters_come_from_our_own_host() -> None:
    letter = Letter("ana@practice.example", "Hello", "A line.")
    message = build_message(letter, id_=uuid.UUID(int=7), sender=SENDER, written_at=NOW)
    assert message["From"] == "Kinebridge <kinebridge@kinebridge.example.org>"
    assert message["Date"] == "Thu, 26 Nov 2026 09:30:00 +0000"


def test_a_name_in_the_address_cannot_add_a_recipient() -> None:
    letter = Letter("ana@practice.example>, <eve@elsewhere.example", "Hello", "A line.")
    with pytest.raises(ValueError):
        build_message(letter, id_=uuid.UUID(int=7), sender=SENDER, written_at=NOW)
