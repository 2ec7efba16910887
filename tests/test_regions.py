"""The line that lists the deployments: read as people write it, and all its mistakes told at once."""

import pytest

from app.regions import EXAMPLE, Region, parse_regions, read_site


def test_a_region_has_a_name_an_address_and_countries_if_it_likes() -> None:
    assert parse_regions(EXAMPLE) == (
        Region("Australia", "https://au.kinebridge.example", ("AU", "NZ")),
        Region("Europe", "https://eu.kinebridge.example"),
    )
    assert parse_regions(" Here = http://127.0.0.1:8000/ ,") == (Region("Here", "http://127.0.0.1:8000"),)
    assert parse_regions("") == ()
    assert [region.app_url for region in parse_regions(EXAMPLE)] == [
        "https://au.kinebridge.example/open/cliniko",
        "https://eu.kinebridge.example/open/cliniko",
    ]


def test_all_mistakes_are_told() -> None:
    line = (
        "Asia, Europe (UK)=https://eu.example/app, South=https://s.example, South (AU NZ)=https://s.example, X (AU)=a b"
    )
    with pytest.raises(ValueError) as error:
        parse_regions(line)
    for words in (
        '"Asia" is no region',
        "Europe needs an address like",
        "UK is no country code",
        "South is there twice.",
        "https://s.example is there twice.",
        '"X (AU)=a b" is no region',
    ):
        assert words in str(error.value)


NO_SITES = """kinebridge.example ftp://x.example https:// https://x.example/app https://x.example?a=b https://x.example#a
    https://me@x.example https://[x https://x.example:99999 https://x:0"""


@pytest.mark.parametrize("text", ["", *NO_SITES.split()])
def test_what_is_no_address_of_a_site_is_none(text: str) -> None:
    assert read_site(text) is None
