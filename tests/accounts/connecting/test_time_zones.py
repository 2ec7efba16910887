"""From the names Cliniko gives time zones to IANA names."""

from zoneinfo import ZoneInfo

import pytest

from app.accounts.connecting.time_zones import OTHER_NAMES, find_time_zone


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Sydney", "Australia/Sydney"),
        ("Hong Kong", "Asia/Hong_Kong"),
        ("Australia/Perth", "Australia/Perth"),
        ("Pacific Time (US & Canada)", "America/Los_Angeles"),
        ("Wellington", "Pacific/Auckland"),
        ("", None),
        ("Nowhere", None),
        ("../Sydney", None),
        ("/etc/passwd", None),
    ],
)
def test_a_zone_is_found_by_city_by_iana_name_or_not_at_all(name: str, zone: str | None) -> None:
    assert find_time_zone(name) == zone


def test_every_name_in_the_table_leads_to_a_zone_that_exists() -> None:
    for zone in OTHER_NAMES.values():
        assert ZoneInfo(zone).key == zone
