"""The bookmark that opens patients without Cliniko's button: quoted for whatever address we have, bound to Cliniko."""

from urllib.parse import unquote

from app.accounts.connecting.bookmarklet import bookmarklet
from app.settings import Settings
from tests.support import Browser

API = "https://api.{shard}.cliniko.com/v1"


def test_the_bookmark_leads_here_from_cliniko_alone() -> None:
    code = unquote(bookmarklet("https://kinebridge.example.org", API))
    assert code.startswith("javascript:void (")
    assert 'location.hostname.endsWith(".cliniko.com")' in code
    assert '"https://kinebridge.example.org/open/cliniko?patient_id=" + patient[1]' in code
    stand_in = unquote(bookmarklet("http://127.0.0.1:8000", "http://127.0.0.1:8001/v1"))
    assert 'location.host === "127.0.0.1:8001"' in stand_in


def test_no_address_of_ours_breaks_out_of_the_code() -> None:
    address = bookmarklet('https://x.example";alert(1);"%22\u2028</script>#', API)
    assert not set(address) & set('"<> %\n\u2028#') - {"%", ">"}
    assert '"https://x.example\\";alert(1);\\"%22\\u2028</script>#/open/cliniko?patient_id="' in unquote(address)


def test_the_settings_page_offers_it_as_a_link_and_to_copy(browser: Browser, settings: Settings) -> None:
    browser.sign_up()
    page = browser.get("/account/settings")
    card = page.soup.find(id="without-button")
    assert card is not None and "Open patients without the button" in card.get_text()
    link, field = card.select_one("a[href^=javascript]"), card.select_one("input[readonly]")
    assert link is not None and field is not None
    assert link["href"] == field["value"] == bookmarklet("http://testserver", settings.cliniko_api_url)
