"""Deployments of Kinebridge in parts of the world, from one line of configuration. Pure.

A practice uses the one of its region: Cliniko's button leads there, and what is stored about its patients stays there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.countries import COUNTRIES

# The same at every deployment, with all else in the query: Cliniko can then approve one pattern for all of them, such
# as *.kinebridge.example/open/cliniko (docs.api.cliniko.com, guide "Custom patient button").
APP_PATH = "/open/cliniko"
ENTRY = re.compile(r"(?P<name>[^=(),]+?)\s*(?:\((?P<countries>[^=(),]*)\))?\s*=\s*(?P<url>\S+)")
EXAMPLE = "Australia (AU NZ)=https://au.kinebridge.example, Europe=https://eu.kinebridge.example"


@dataclass(frozen=True)
class Region:
    """A deployment: its name, how browsers reach it, and the countries (ISO 3166 codes) that belong to it."""

    name: str
    url: str
    countries: tuple[str, ...] = ()

    @property
    def app_url(self) -> str:
        """What a practice of the region enters in Cliniko."""
        return self.url + APP_PATH


def read_site(text: str) -> str | None:
    """Return an http or https address without path, query or user; a trailing slash is dropped. None for others."""
    url = text.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_site = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return url if is_site and not (parts.path or parts.query or parts.fragment or parts.username) else None


def parse_regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a line such as EXAMPLE; raises ValueError with a sentence for every mistake."""
    regions: list[Region] = []
    mistakes: list[str] = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        found = ENTRY.fullmatch(entry)
        if found is None:
            mistakes.append(f'"{entry}" is no region: write them like {EXAMPLE}.')
            continue
        url = read_site(found["url"])
        if url is None:
            mistakes.append(f"{found['name']} needs an address like https://au.kinebridge.example, without a path.")
        codes = tuple((found["countries"] or "").split())
        known = dict(COUNTRIES)
        mistakes += [f"{code} is no country code of two letters such as AU." for code in codes if code not in known]
        regions.append(Region(found["name"], url or "", codes))
    mistakes += [f"{words} is there twice." for words in _twice(regions)]
    if mistakes:
        raise ValueError(" ".join(dict.fromkeys(mistakes)))
    return tuple(regions)


def _twice(regions: Sequence[Region]) -> list[str]:
    """Return the names, addresses and countries that more than one region has."""
    everything = [
        *(region.name for region in regions),
        *(region.url for region in regions if region.url),
        *(code for region in regions for code in region.countries),
    ]
    return [words for words in dict.fromkeys(everything) if everything.count(words) > 1]
