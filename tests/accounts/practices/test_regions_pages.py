"""The guide to connecting Cliniko, and signing up where another deployment is meant."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from app.regions import parse_regions
from tests.accounts.signing_in.test_sign_up import form, sentence_beside, sign_up
from tests.programs.arrange import counted_queries
from tests.support import Browser

GUIDE = "/guide/connect-cliniko"
REGIONS = "Australia (AU NZ)=http://testserver, Europe (DE IE)=https://eu.kinebridge.example"


@pytest.fixture
def regions(app: FastAPI) -> None:
    """Two deployments, of which the first is this one."""
    settings = app.state.settings.model_copy(update={"regions": parse_regions(REGIONS)})
    app.state.settings = settings
    app.state.tools = replace(app.state.tools, settings=settings)


def copied(browser: Browser) -> dict[str, str]:
    """What the page has to copy, by label."""
    assert browser.page is not None
    fields = browser.page.soup.select(".field.copy")
    return {" ".join(f.find("label").get_text().split()): str(f.find("input")["value"]) for f in fields}


def test_anybody_reads_how_to_connect_cliniko(browser: Browser) -> None:
    with counted_queries(browser) as queries:
        assert browser.get(GUIDE).h1 == "Connect Cliniko"
    assert queries == []
    assert copied(browser) == {"App name": "Kinebridge", "App URL": "http://testserver/open/cliniko"}
    browser.sign_up()
    assert browser.get(browser.page.link("These steps as a page")).h1 == "Connect Cliniko"
    assert "Pat Nguyen" in browser.page.soup.find("header").get_text()


@pytest.mark.usefixtures("regions")
def test_the_guide_says_which_app_url_each_region_uses(browser: Browser) -> None:
    page = browser.get(GUIDE)
    assert copied(browser) == {
        "App name": "Kinebridge",
        "If you are based in Australia": "http://testserver/open/cliniko",
        "If you are based in Europe": "https://eu.kinebridge.example/open/cliniko",
    }
    assert page.text.count("This is where you are now.") == 1
    assert "For practices in Germany, Ireland." in page.text
    assert page.link("Create an account at") == "https://eu.kinebridge.example/sign-up"
    browser.sign_up()
    assert "with the App URLs of other regions" in browser.get("/account/settings").text


@pytest.mark.usefixtures("regions")
def test_who_signs_up_with_a_country_of_another_region_is_told_where(browser: Browser) -> None:
    page = sign_up(browser, Country="DE")
    assert page.status == 422
    assert sentence_beside(page, "country") == (
        "Practices in Germany use Kinebridge at https://eu.kinebridge.example. Create your account there ."
    )
    assert page.link("Create your account there") == "https://eu.kinebridge.example/sign-up"
    assert browser.press("Create account", **form(Country="FR")).path == "/account/settings"


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize("country", ["NZ", "BR"])
def test_other_countries_sign_up_here(browser: Browser, country: str) -> None:
    assert sign_up(browser, Country=country).path == "/account/settings"


def test_without_regions_every_country_signs_up_here(browser: Browser) -> None:
    assert sign_up(browser, Country="DE").path == "/account/settings"


@pytest.mark.usefixtures("regions")
def test_a_practice_does_not_move_to_a_country_of_another_region(browser: Browser) -> None:
    browser.sign_up(country="FR")
    browser.get("/account/practice/settings")
    page = browser.press("Save changes", Country="DE")
    assert page.status == 422
    assert "use Kinebridge at https://eu.kinebridge.example" in sentence_beside(page, "country")


def test_a_practice_whose_country_was_given_to_another_region_saves_the_rest(
    browser: Browser, request: pytest.FixtureRequest
) -> None:
    browser.sign_up(country="DE")
    request.getfixturevalue("regions")
    browser.get("/account/practice/settings")
    assert "Your changes are saved." in browser.press("Save changes", **{"Practice name": "Rheinufer Physio"}).text
