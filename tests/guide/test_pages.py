"""The guide as anybody reads it: every page, link and picture is there, and errors lead to it."""

import itertools
import re
from urllib.parse import urlsplit

import pytest

from app.guidance import GROUPS, PAGES
from app.web.rendering import TEMPLATE_FOLDER
from tests.programs.arrange import counted_queries, start_from_template
from tests.support import PASSWORD, Browser, Clinic, Page

# Where links may lead outside.
HOSTS = {"help.cliniko.com", "docs.api.cliniko.com"}


def addresses(page: Page) -> set[str]:
    """What a page's main part links to or shows."""
    main = page.soup.find("main")
    assert main is not None
    return {str(each.get("href") or each.get("src")) for each in main.find_all(["a", "img"])}


def test_anybody_reads_every_page_without_a_cookie_or_a_question_to_the_database(browser: Browser) -> None:
    with counted_queries(browser) as queries:
        contents = browser.get("/guide")
        assert [each.get_text() for each in contents.soup.find_all("h2")] == list(GROUPS)
        for page in PAGES:
            assert page.path in addresses(contents)
            shown = browser.get(page.path)
            assert (shown.status, shown.h1) == (200, page.title)
            assert "{" not in shown.text
            assert "img-src 'self'" in shown.headers["content-security-policy"]
    assert queries == [] and browser.cookies == {}
    for nowhere in ("/guide/nowhere", "/guide/connect-cliniko.md", "/guide/..%2Froutes.py", "/guide/Roles"):
        assert browser.get(nowhere).status == 404


def test_who_is_signed_in_sees_that_in_the_guide_and_a_link_to_it_on_every_page(ana: Browser) -> None:
    page = ana.get(ana.get("/clients").link("Guide"))
    assert (page.path, page.h1) == ("/guide", "Guide")
    header = ana.get("/guide/roles").soup.find("header")
    assert header is not None and "Ana Ruiz" in header.get_text()


def test_every_link_of_the_guide_leads_somewhere(ana: Browser) -> None:
    seen: dict[str, Page] = {}
    for page in PAGES:
        shown = seen.setdefault(page.path, ana.get(page.path))
        ids = [str(each["id"]) for each in shown.soup.find_all(id=True)]
        assert len(ids) == len(set(ids)), page.slug
        for address in addresses(shown):
            parts = urlsplit(address)
            if parts.netloc and parts.netloc != "testserver":
                assert parts.scheme == "https" and parts.netloc in HOSTS, f"{page.slug}: {address}"
                continue
            path = parts.path or page.path
            there = seen.setdefault(path, ana.get(path))
            assert there.status == 200, f"{page.slug}: {address}"
            assert not parts.fragment or there.soup.find(id=parts.fragment), f"{page.slug}: {address}"


def test_links_to_the_guide_written_in_templates_lead_there(browser: Browser) -> None:
    sources = {path.name: path.read_text() for path in TEMPLATE_FOLDER.rglob("*.html")}
    written = {(name, path) for name, text in sources.items() for path in re.findall(r'"(/guide[^"]*)"', text)}
    assert written
    for name, path in written:
        assert browser.get(path).status == 200, f"{name}: {path}"


def test_pages_lead_from_one_to_the_next(browser: Browser) -> None:
    for page, following in itertools.pairwise(PAGES):
        found = browser.get(page.path).soup.find("a", rel="next")
        assert found is not None and found["href"] == following.path
        assert browser.get(following.path).soup.find("a", rel="prev")["href"] == page.path


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("recovery codes", "lost-phone"),
        ("SCHEDULER", "roles"),
        ("qr", "sheet-and-page"),
        ("merged", "archived-and-merged"),
        ("404", "belongs-to-a-colleague"),  # what other programs say, and words of the trade
        ("401", "key-refused"),
        ("reset password", "cannot-sign-in"),
        ("2fa", "lost-phone"),
        ("clients not found", "belongs-to-a-colleague"),  # whichever the practice says
    ],
)
def test_the_guide_is_searched_by_the_words_of_its_pages(typed: str, first: str, browser: Browser) -> None:
    browser.get("/guide")
    page = browser.press("Search", **{"Search the guide": typed})
    found = [str(each["href"]) for each in page.soup.select("#results a")]
    assert found[0] == f"/guide/{first}" and len(found) < len(PAGES)


def test_a_search_that_finds_nothing_says_so(browser: Browser) -> None:
    page = browser.get("/guide?q=<b>zebra")
    assert "Nothing found" in page.text and "<b>zebra" not in page.content.decode()
    assert browser.get("/guide?q=%20").h1 == "Guide"


def test_what_stands_in_the_way_of_a_click_names_its_page(ana: Browser, ben: Browser, clinic: Clinic) -> None:
    patient = clinic.add_patient("Olivia", "Hart")
    newcomer = ana.another()
    newcomer.sign_up()
    assert newcomer.open_patient(patient).link("What to do: Connect Cliniko") == "/guide/connect-cliniko"
    ana.open_patient(patient)
    page = ben.open_patient(patient)
    assert page.link("What to do: This patient belongs to a colleague") == "/guide/belongs-to-a-colleague"
    assert page.link("What to do: The wrong person is signed in") == "/guide/wrong-person"
    assert ana.open_patient("404404").link("What to do") == "/guide/not-in-cliniko"
    assert ana.open_patient("no-number").link("What to do").startswith("/guide/open-a-patient#this-link-has-no")
    assert ana.get("/clients/nowhere").link("What to do") == "/guide/page-not-found"


def test_an_invitation_that_was_used_names_its_page(ana: Browser) -> None:
    path, newcomer = ana.invite(), ana.another()
    newcomer.get(path)
    newcomer.press("Join practice", **{"Your name": "Lee Okafor", "Password": PASSWORD})
    page = ana.another().get(path)
    assert (page.status, page.link("What to do")) == (410, "/guide/colleagues#the-invitation-no-longer-works")


def test_a_refused_key_names_its_page(ana: Browser) -> None:
    assert ana.save_key("not a key").link("What to do") == "/guide/key-refused"
    assert ana.save_key("MS0xMjM0NTY3ODkw-au1").link("What to do") == "/guide/key-refused"


def test_a_pdf_that_waits_for_a_key_names_its_page_wherever_it_is_told(ana: Browser, clinic: Clinic) -> None:
    client = ana.open_patient(clinic.add_patient("Olivia", "Hart")).path
    clinic.ana.key_archived = True
    start_from_template(ana, client)
    ana.press("Assign program")
    ana.run_jobs()
    ana.run_job("delivery.watch", timestamp=0)
    for path in (client, "/deliveries", "/account/settings"):
        assert ana.get(path).link("What to do: Cliniko refuses the key") == "/guide/key-refused", path
    assert ana.get("/alerts").link("What to do") == "/guide/no-pdf#it-needs-a-key"


def test_who_cannot_sign_in_is_led_to_the_page_about_that(browser: Browser) -> None:
    page = browser.sign_in("nobody@practice.example", "wrong password here")
    assert page.link("What to do") == "/guide/cannot-sign-in"
