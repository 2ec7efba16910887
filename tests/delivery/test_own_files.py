"""Which of a delivery's files counts, which may be taken away, and whether one is what was sent: as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.cliniko.types import Attachment
from app.delivery.own_files import SentFile, is_as_sent, is_surely_ours, sort_out

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
MARK = "Kinebridge 0123456789abcdef"
SENT = SentFile("knees-v1.pdf", 1000)
OURS = Attachment(
    id="1",
    patient_id="7",
    description=f"Knees ({MARK})",
    processing_completed=True,
    filename="knees-v1.pdf",
    size=1000,
    content_type="application/pdf",
    created_at=NOW,
)


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ({}, True),
        ({"filename": None, "size": None, "content_type": None}, True),  # an older answer says nothing
        ({"size": 999}, False),
        ({"content_type": "invalid/invalid"}, False),
        ({"content_type": "Application/PDF; charset=binary"}, True),
        ({"filename": "Knees v1.PDF"}, True),
        ({"filename": "knees_v1.pdf"}, True),
        ({"filename": "knees-v1 (2).pdf"}, True),
        ({"filename": "x-ray.pdf"}, False),
        ({"filename": "v1-knees.pdf"}, False),
    ],
)
def test_a_file_is_what_was_sent_unless_cliniko_says_otherwise(differences: dict[str, Any], expected: bool) -> None:
    assert is_as_sent(replace(OURS, **differences), SENT) is expected


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ({}, True),
        ({"description": f"Something tidied &amp; cut {MARK}"}, True),
        ({"patient_id": "8"}, False),
        ({"patient_id": None}, False),
        ({"description": "Knees"}, False),
        ({"description": f"Knees ({MARK}0)"}, False),
        ({"description": f"Knees (x{MARK})"}, False),
        ({"size": 1001}, False),  # somebody else's, with our words copied
        ({"size": None}, False),
        ({"filename": None}, False),
        ({"content_type": None}, False),
        ({"processing_completed": False}, False),
    ],
)
def test_only_what_is_surely_ours_may_be_taken_away(differences: dict[str, Any], expected: bool) -> None:
    assert is_surely_ours(replace(OURS, **differences), SENT, mark=MARK, patient_id="7") is expected


def made(number: int, **more: Any) -> Attachment:
    return replace(OURS, id=str(number), created_at=NOW + timedelta(minutes=number), **more)


def test_the_oldest_file_that_is_processed_counts_and_the_others_are_too_many() -> None:
    own = sort_out([made(3), made(1, processing_completed=False), made(2)])
    assert own.kept is not None and own.kept.id == "2"
    assert [extra.id for extra in own.extras] == ["3", "1"]


def test_archived_files_count_for_nothing_but_say_that_somebody_removed_them() -> None:
    assert sort_out([]).was_removed is False
    assert sort_out([made(1, archived_at=NOW)]).was_removed is True
    both = sort_out([made(1, archived_at=NOW), made(2)])
    assert both.kept is not None and (both.kept.id, both.extras, both.was_removed) == ("2", (), False)
