"""The parts pages are made of: labels, errors beside their fields, and nothing taken for markup."""

import pytest

from app.web.rendering import environment

EVIL = "<b>\"'&"
ESCAPED = "&lt;b&gt;&#34;&#39;&amp;"


def render(source: str, **values: object) -> str:
    names = "field, textarea, select, radios, checkbox, dose_field, button, error_summary, copy_field, page_title"
    names += ", card, notice, pill, empty_state, pagination, tabs, account_tabs, link_button"
    return environment().from_string(f"{{% from 'macros.html' import {names} %}}{source}").render(**values)


CONTROLS = {
    "field": "{{ field('n', label, value, error) }}",
    "textarea": "{{ textarea('n', label, value, error) }}",
    "select": "{{ select('n', label, [(value, value)], value, error) }}",
    "dose_field": "{{ dose_field('n', label, value, error) }}",
    "checkbox": "{{ checkbox('n', label, true, value, error=error) }}",
}


@pytest.mark.parametrize("source", CONTROLS.values(), ids=CONTROLS)
def test_a_control_has_its_label_and_its_error_beside_it(source):
    html = render(source, label="Name", value="x", error="Too long.")
    assert '<label for="f-n">Name</label>' in html
    assert html.count('id="f-n"') == 1
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="f-n-error"' in html
    assert '<p class="error" id="f-n-error">Too long.</p>' in html


@pytest.mark.parametrize("source", CONTROLS.values(), ids=CONTROLS)
def test_a_control_without_an_error_says_nothing_of_one(source):
    html = render(source, label="Name", value="x", error=None)
    assert "aria-" not in html
    assert "error" not in html


@pytest.mark.parametrize("source", CONTROLS.values(), ids=CONTROLS)
def test_markup_in_labels_values_and_errors_is_text(source):
    html = render(source, label=EVIL, value=EVIL, error=EVIL)
    assert "<b>" not in html
    assert html.count(ESCAPED) >= 3


def test_a_hint_and_an_error_are_both_read_out():
    html = render("{{ field('n', 'Name', hint='As in Cliniko', error='Missing.') }}")
    assert 'aria-describedby="f-n-hint f-n-error"' in html


def test_a_password_is_never_written_back():
    assert "hunter2" not in render("{{ field('p', 'Password', 'hunter2', type='password') }}")


def test_a_zero_is_a_value_and_none_is_not():
    assert 'value="0"' in render("{{ dose_field('n', 'Load', 0) }}")
    assert 'value=""' in render("{{ dose_field('n', 'Load', none) }}")


def test_each_choice_has_a_label_and_the_chosen_one_is_checked():
    html = render("{{ radios('s', 'Who', [('n', 'Nobody', none), ('e', 'Everyone', 'All.')], 'e') }}")
    assert "<legend>Who</legend>" in html
    assert '<label for="f-s-1">Nobody</label>' in html
    assert html.count(" checked") == 1
    assert 'value="e" checked aria-describedby="f-s-2-hint"' in html


def test_the_summary_leads_to_each_field_and_is_absent_without_errors():
    html = render("{{ error_summary(errors) }}", errors={"email": "Missing.", "name": EVIL})
    assert '<a href="#f-email">Missing.</a>' in html
    assert f'<a href="#f-name">{ESCAPED}</a>' in html
    assert render("{{ error_summary({}) }}").strip() == ""


def test_a_clients_name_is_the_whole_heading():
    assert "<h1>Ana &amp; Bo</h1>" in render("{{ page_title('Ana & Bo', 'Born 1980') }}")


def test_actions_stand_beside_the_title():
    assert "<i>go</i>" in render("{% call page_title('Clients') %}<i>go</i>{% endcall %}")


def test_pages_are_linked_with_the_search_kept():
    html = render("{{ pagination(2, 3, '/clients?q=a&page=2') }}")
    assert 'href="/clients?q=a&amp;page=1"' in html
    assert 'href="/clients?q=a&amp;page=3"' in html
    assert render("{{ pagination(1, 1, '/clients') }}").strip() == ""


def test_the_tab_of_this_page_is_marked():
    assert '<a href="/account/sharing" aria-current="page">Sharing</a>' in render("{{ account_tabs('sharing') }}")


def test_an_address_that_is_a_script_stays_within_its_attribute():
    assert 'href="/a&#34;onclick"' in render("{{ link_button('Go', '/a\"onclick') }}")
