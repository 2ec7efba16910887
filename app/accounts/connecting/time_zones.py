"""The practice's time zone, from the name Cliniko gives it to an IANA name.

Cliniko names zones as its own lists do ("Sydney", "Eastern Time (US & Canada)"); for patients it documents
IANA names (docs.api.cliniko.com, OpenAPI reference, tags Settings and Patient). Both are taken.
"""

from functools import cache
from zoneinfo import available_timezones

# Names that no IANA zone ends in.
OTHER_NAMES = {
    "Edinburgh": "Europe/London",
    "Wellington": "Pacific/Auckland",
    "Newfoundland": "America/St_Johns",
    "Saskatchewan": "America/Regina",
    "Atlantic Time (Canada)": "America/Halifax",
    "Eastern Time (US & Canada)": "America/New_York",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Central Time (US & Canada)": "America/Chicago",
    "Mountain Time (US & Canada)": "America/Denver",
    "Arizona": "America/Phoenix",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
}


def find_time_zone(name: str) -> str | None:
    """Return the IANA name of a zone that Cliniko named, or None when it cannot be told for sure."""
    if name in OTHER_NAMES:
        return OTHER_NAMES[name]
    if name in available_timezones():
        return name
    return _zones_by_city().get(name.replace(" ", "_"))


@cache
def _zones_by_city() -> dict[str, str]:
    """Return zones by the last part of their name ("Sydney"), without those that two zones share."""
    zones: dict[str, list[str]] = {}
    for zone in available_timezones():
        area, _, city = zone.rpartition("/")
        # These are other names of the same zones, or no places.
        if area and not area.startswith(("Etc", "posix", "right", "SystemV")):
            zones.setdefault(city, []).append(zone)
    return {city: names[0] for city, names in zones.items() if len(names) == 1}
