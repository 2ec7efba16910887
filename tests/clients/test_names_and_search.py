"""Names are shown and found as people expect them (cases 17 and 18)."""

import pytest

from app.clients.names import display_name
from app.clients.search import index_words, search_query, sort_name


@pytest.mark.parametrize(
    ("first", "preferred", "last", "shown"),
    [
        ("Elizabeth", "", "Smith", "Elizabeth Smith"),
        ("Elizabeth", "Liz", "Smith", "Liz (Elizabeth) Smith"),
        ("Elizabeth", "elizabeth", "Smith", "Elizabeth Smith"),
        ("", "Liz", "Smith", "Liz Smith"),
        ("", "", "Smith", "Smith"),
        ("  Mary   Ann ", "", " Jones ", "Mary Ann Jones"),
        ("", "", "", "Unnamed"),
    ],
)
def test_case_17_a_preferred_name_comes_before_the_first_name(
    first: str, preferred: str, last: str, shown: str
) -> None:
    assert display_name(first, preferred, last) == shown


def finds(typed: str, *, first: str = "", preferred: str = "", last: str = "") -> bool:
    """What the database does with the words and the query, in a line: each typed word begins an indexed word."""
    query = search_query(typed)
    if query is None:
        return False
    indexed = index_words(first_name=first, preferred_first_name=preferred, last_name=last)
    wanted = [part.removeprefix("'").removesuffix("':*") for part in query.split(" & ")]
    return all(any(word.startswith(start) for word in indexed) for start in wanted)


@pytest.mark.parametrize("typed", ["eliz", "SMI", "smith eliz", "liz", "  Liz   Smith "])
def test_case_17_search_finds_first_preferred_and_last_name(typed: str) -> None:
    assert finds(typed, first="Elizabeth", preferred="Liz", last="Smith")


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("nguyen", "Thị Hồng", "Nguyễn"),
        ("NGUYỄN hong", "Thị Hồng", "Nguyễn"),
        ("obrien", "Sean", "O'Brien-Smith"),
        ("o'brien", "Sean", "O’Brien-Smith"),
        ("brien", "Sean", "O'Brien-Smith"),
        ("smith", "Sean", "O'Brien-Smith"),
        ("obriensmith", "Sean", "O'Brien-Smith"),
        ("soren", "Søren", "Kjær"),
        ("kjaer", "Søren", "Kjær"),
        ("strasse", "Anna", "Straße"),
        ("παπαδοπουλος", "Γιώργος", "Παπαδόπουλος"),
        ("Γιωργ", "Γιώργος", "Παπαδόπουλος"),
        ("ПЕТРОВ", "Анна", "Петрова"),
        ("小明", "小明", "王"),
        ("明", "小明", "王"),
        ("王小明", "小明", "王"),
        ("احمد", "أحمد", "الحسن"),
        ("สมชาย", "สมชาย", "ใจดี"),
        ("ชาย", "สมชาย", "ใจดี"),
        ("b", "<b>Bold</b>", "Tag"),
        ("e\u0301mile", "Émile", "Zola"),
    ],
)
def test_case_18_names_of_any_script_are_found_without_their_accents(typed: str, first: str, last: str) -> None:
    assert finds(typed, first=first, last=last)


@pytest.mark.parametrize("typed", ["mith", "eliza jones", "zzz", "!!!", "🦘", "' | 'a':*"])
def test_what_begins_no_name_finds_nobody(typed: str) -> None:
    assert not finds(typed, first="Elizabeth", preferred="Liz", last="Smith")


def test_what_is_typed_can_never_change_the_query() -> None:
    assert search_query("a' | 'b:*&!(c)\\") == "'a':* & 'b':* & 'c':*"


def test_the_longest_names_stay_below_the_limits_of_an_index() -> None:
    longest = {"first_name": "ﷺ" * 255, "last_name": "王" * 255}
    assert len(sort_name(**longest).encode()) < 2600
    assert all(len(word) <= 60 for word in index_words(**longest, preferred_first_name="x" * 255))


def test_the_list_is_ordered_by_last_name_whatever_the_case_or_accents() -> None:
    names = [("Zoë", "Ångström"), ("adam", "Smith"), ("Bea", "smith"), ("Al", "de Groot")]
    ordered = sorted(names, key=lambda n: sort_name(first_name=n[0], last_name=n[1]))
    assert ordered == [("Zoë", "Ångström"), ("Al", "de Groot"), ("adam", "Smith"), ("Bea", "smith")]
