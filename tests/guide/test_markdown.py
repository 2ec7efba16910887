"""From the guide's Markdown to parts of a page: what is put in stays text, and nothing of it is markup."""

import pytest

from app.guide.markdown import Heading, Picture, anchor_of, render

PICTURES = {"button.webp": Picture("/guide/pictures/button.0123456789ab.webp", 640, 320)}
EVIL = '<script>"&'


def html(source: str, word: str = "patient", **values: str) -> str:
    found = render(source, word=word, values=values, pictures=PICTURES)
    return "".join(part.html for part in found.parts).strip()


def test_markup_in_the_source_or_in_a_value_is_shown_as_text() -> None:
    assert html("A <b>bold</b> word.\n\n<script>x</script>").count("<") == len(["<p", "</p", "<p", "</p"])
    evil = {"app-url": EVIL}
    told = render("Enter {app-url} or `{app-url}`.", word="patient", values=evil, pictures={}).parts[0].html
    assert told == "<p>Enter &lt;script&gt;&quot;&amp; or <code>&lt;script&gt;&quot;&amp;</code>.</p>\n"


def test_the_practices_word_stands_in_text_and_captions_but_not_in_code_or_clinikos_own_names() -> None:
    source = "Patients see a patient's page in **{apps}**; `patient` and [patient](roles.md)."
    assert html(source, "client", apps="Connected patient apps") == (
        "<p>Clients see a client's page in <strong>Connected patient apps</strong>; <code>patient</code> and "
        '<a href="/guide/roles">client</a>.</p>'
    )
    assert html("An outpatient and a patient_id.", "client") == "<p>An outpatient and a patient_id.</p>"


def test_links_lead_to_pages_by_file_name_and_elsewhere_as_they_are() -> None:
    told = html("[a](no-pdf.md) [b](no-pdf.md#it-needs-a-key) [c](/clients) [d](https://help.cliniko.com/) [e](#there)")
    for address in ("/guide/no-pdf", "/guide/no-pdf#it-needs-a-key", "/clients", "https://help.cliniko.com/", "#there"):
        assert f'href="{address}"' in told
    assert "javascript" not in html("[x](javascript:alert)").partition("href")[2]


def test_a_picture_of_its_own_is_a_figure_with_its_caption_and_size() -> None:
    assert html('![A patient\'s "page"](../pictures/button.webp "The patient\'s button.")', "client") == (
        '<figure><img src="/guide/pictures/button.0123456789ab.webp" alt="A client\'s &quot;page&quot;" '
        'width="640" height="320" loading="lazy" /><figcaption>The client\'s button.</figcaption></figure>'
    )


@pytest.mark.parametrize("source", ["![x](../pictures/gone.webp)", "![x](https://elsewhere.example/x.webp)", "{gone}"])
def test_a_picture_or_value_that_is_not_there_is_an_error_not_a_gap(source: str) -> None:
    with pytest.raises(KeyError):
        html(source)


def test_headings_have_anchors_that_stay_whatever_the_word_is() -> None:
    found = render("## The *patient's* page\n\n### It needs a key", word="client", values={}, pictures={})
    assert found.headings == [
        Heading("the-patients-page", "The client's page"),
        Heading("it-needs-a-key", "It needs a key"),
    ]
    assert '<h2 id="the-patients-page">' in found.parts[0].html
    assert anchor_of("“Too many tries”") == "too-many-tries"


def test_a_paragraph_that_names_a_block_cuts_the_page_there() -> None:
    found = render("Before.\n\n{app-urls}\n\nAfter.", word="patient", values={}, pictures={})
    assert [(str(part.html), part.block) for part in found.parts] == [
        ("<p>Before.</p>\n", ""),
        ("", "headings"),  # after the answer
        ("", "app-urls"),
        ("<p>After.</p>\n", ""),
    ]
    assert found.plain == "Before. After."
