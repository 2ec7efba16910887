"""Lists as Cliniko gives them: filters (`q[]`), sorting, paging (docs.api.cliniko.com, guides Filtering, Pagination).

Works on any of the state's dataclasses; a filter names one of its fields.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.datastructures import URL

PER_PAGE = 50
MAX_PER_PAGE = 100

# Longest first, so that ">=" is not read as ">".
_FILTER = re.compile(r"(?P<field>[a-z_]+):(?P<op>!\?|\?|!=|>=|<=|~~|=|~|>|<|\*)(?P<value>.*)", re.DOTALL)
_ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip

Test = Callable[[Any], bool]


class BadQueryError(ValueError):
    """A filter, sort or page number that cannot be understood; the message names the part, never its value."""


def parse_filters(texts: Iterable[str], kinds: Mapping[str, type]) -> tuple[list[Test], set[str]]:
    """Return the tests a record must pass and the names of fields opened with `*`, such as `archived_at:*`.

    `kinds` says for each field that may be filtered whether it is text (str), a number (int) or a date-time.
    Raises BadQueryError.
    """
    tests, opened = [], set()
    for text in texts:
        match = _FILTER.fullmatch(text)
        if match is None or match["field"] not in kinds:
            raise BadQueryError("q is not a filter this resource knows")
        name, op, value = match["field"], match["op"], match["value"]
        if op == "*":
            opened.add(name)
        else:
            tests.append(_make_test(name, op, value, kinds[name]))
    return tests, opened


def _make_test(name: str, op: str, value: str, kind: type) -> Test:
    """Return a function that says whether a record passes one filter; nulls pass only `?` and `!=`."""
    if op in ("?", "!?"):
        return lambda record: (getattr(record, name) is None) == (op == "?")
    if op == "~":
        return lambda record: value.casefold() in (getattr(record, name) or "").casefold()
    if op == "~~":
        pattern = _wildcard(value)
        return lambda record: pattern.fullmatch(getattr(record, name) or "") is not None
    if kind is int and op == "=":
        wanted = {str(_read_int(part)) for part in value.split(",")}
        return lambda record: str(getattr(record, name)) in wanted
    compare, right = _ORDERINGS[op], _read(value, kind)

    def passes(record: Any) -> bool:
        left = getattr(record, name)
        if left is None:
            return op == "!="
        return compare(int(left) if kind is int else left, right)

    return passes


def _wildcard(pattern: str) -> re.Pattern[str]:
    """Return a regular expression for a wildcard search in which % stands for anything; case does not matter."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("%")), re.IGNORECASE | re.DOTALL)


def _read(value: str, kind: type) -> Any:
    if kind is int:
        return _read_int(value)
    if kind is datetime:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise BadQueryError("q holds a date-time that cannot be read") from None
        if moment.tzinfo is None:
            raise BadQueryError("q holds a date-time without its zone; UTC is expected")
        return moment
    return value


def _read_int(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise BadQueryError("a number was expected")
    return int(value)


def sort_records(records: Iterable[Any], text: str | None, kinds: Mapping[str, type]) -> list[Any]:
    """Return the records sorted by `sort=field:desc,...`, by creation when nothing is asked. Raises BadQueryError."""
    ordered = sorted(records, key=lambda record: (record.created_at, int(record.id)))
    for part in reversed(text.split(",") if text else []):
        name, _, direction = part.partition(":")
        if name not in kinds or direction not in ("", "asc", "desc"):
            raise BadQueryError("sort names no field this resource knows")
        ordered.sort(key=_sort_key(name), reverse=direction == "desc")
    return ordered


def _sort_key(name: str) -> Callable[[Any], tuple[bool, Any]]:
    """Return a key for sorting by a field; nulls come last and are never compared with values."""

    def key(record: Any) -> tuple[bool, Any]:
        value = getattr(record, name)
        return (value is None, 0 if value is None else value)

    return key


def page_of(
    records: Sequence[Any], url: URL, page: str | None, per_page: str | None
) -> tuple[list[Any], dict[str, Any]]:
    """Return one page of the records, and `total_entries` and `links` to go beside it. Raises BadQueryError."""
    size = min(_read_int(per_page), MAX_PER_PAGE) if per_page else PER_PAGE
    number = _read_int(page) if page else 1
    if size < 1 or number < 1:
        raise BadQueryError("pages are counted from 1")
    last = max(1, math.ceil(len(records) / size))
    links = {"self": str(url.include_query_params(page=number))}
    if number < last:
        links["next"] = str(url.include_query_params(page=number + 1))
    if number > 1:
        links["previous"] = str(url.include_query_params(page=number - 1))
    first = (number - 1) * size
    return list(records[first : first + size]), {"total_entries": len(records), "links": links}
