"""Searching the library: what was typed and chosen, the exercises that fit, and how many each choice would leave.

Every word typed must begin a word of the exercise. A slip of the finger is put right when nothing fits the words.
"""

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import (
    CTE,
    REAL,
    ColumnElement,
    Select,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.exercises.models import ExerciseRecord, ExerciseUse, FavouriteExercise
from app.exercises.queries import read_record, visible_to, with_photos
from app.exercises.search import LABEL_WORDS, RANK_WEIGHTS, exact_query, search_query
from app.exercises.spelling import nearest_word, slips_forgiven
from app.words import MOST_WORDS, prefix_query, words

PAGE_LENGTH = 60

FILTERS: Mapping[str, Mapping[str, str]] = {
    "region": REGIONS,
    "goal": GOALS,
    "equipment": EQUIPMENT,
    "position": POSITIONS,
    "difficulty": DIFFICULTIES,
}
"""Filter -> its choices (key -> label), in the order they are shown."""

ONLY: Mapping[str, str] = {
    "": "All",
    "favourites": "Favourites",
    "recent": "Recently used",
    "own": "Our own",
}
"""Which part of the library is searched, key -> label."""

_COLUMNS: Mapping[str, Any] = {
    "region": ExerciseRecord.regions,
    "goal": ExerciseRecord.goal,
    "equipment": ExerciseRecord.equipment,
    "position": ExerciseRecord.position,
    "difficulty": ExerciseRecord.difficulty,
    "favourites": FavouriteExercise.exercise_id.is_not(None),
    "recent": ExerciseUse.exercise_id.is_not(None),
    "own": ExerciseRecord.practice_id.is_not(None),
}
_LISTS = ("region", "equipment")  # columns that hold several keys
_BY_WORDS = ("words", "")
# The sort key is two digits for the region, a space, and the words of the name.
_NAME = func.substr(ExerciseRecord.sort_key, 4)


@dataclass(frozen=True)
class LibrarySearch:
    """What was typed and chosen; "" chooses nothing. Pages are numbered from 1."""

    typed: str = ""
    region: str = ""
    goal: str = ""
    equipment: str = ""
    position: str = ""
    difficulty: str = ""
    only: str = ""
    number: int = 1


@dataclass(frozen=True)
class LibraryRow:
    """An exercise that fits."""

    exercise: Exercise
    is_favourite: bool


@dataclass(frozen=True)
class LibraryPage:
    """The exercises that fit, best first, and for each filter (and "only") its choices: (key, label, how many).

    A number past the last page gives the last. ``corrected`` is what was searched for instead of what was typed, or "".
    """

    rows: Sequence[LibraryRow]
    total: int
    number: int
    facets: Mapping[str, Sequence[tuple[str, str, int]]] = field(default_factory=dict)
    corrected: str = ""

    def has_next(self, length: int = PAGE_LENGTH) -> bool:
        """Return True when more fit than this page and those before it show."""
        return self.number * length < self.total


async def search_library(
    session: AsyncSession, member: Member, search: LibrarySearch, *, length: int = PAGE_LENGTH
) -> LibraryPage:
    """Return a page of the exercises that fit; two queries, and two more when a slip was put right."""
    counts = await _count(session, member, search)
    corrected = ""
    if not counts[_BY_WORDS] and words(search.typed):
        corrected = await _correct(session, member, search.typed)
        if corrected:
            search = replace(search, typed=corrected)
            counts = await _count(session, member, search)
    total = counts["only", search.only]
    number = min(search.number, max(1, -(-total // length)))
    statement = _list_statement(member, search).limit(length).offset((number - 1) * length)
    found = (await session.execute(statement)).all() if total else []
    return LibraryPage(
        rows=[LibraryRow(read_record(row.ExerciseRecord, row.photo_ids), row.is_favourite) for row in found],
        total=total,
        number=number,
        facets={
            name: [(key, label, counts[name, key]) for key, label in choices.items()]
            for name, choices in {**FILTERS, "only": ONLY}.items()
        },
        corrected=corrected if counts[_BY_WORDS] else "",
    )


def _found_by_words(member: Member, typed: str) -> Select[Any]:
    """Select the exercises in use whose words were typed, joined with the member's own mark and last use of each.

    The caller says which columns.
    """
    statement = (
        select()
        .select_from(ExerciseRecord)
        .outerjoin(
            FavouriteExercise,
            and_(
                FavouriteExercise.exercise_id == ExerciseRecord.id,
                FavouriteExercise.membership_id == member.membership_id,
            ),
        )
        .outerjoin(
            ExerciseUse,
            and_(ExerciseUse.exercise_id == ExerciseRecord.id, ExerciseUse.membership_id == member.membership_id),
        )
        .where(visible_to(member), ExerciseRecord.archived_at.is_(None))
    )
    query = search_query(typed)
    if query is not None:
        statement = statement.where(ExerciseRecord.search_words.op("@@")(cast(query, TSQUERY)))
    return statement


def _list_statement(member: Member, search: LibrarySearch) -> Select[Any]:
    """Select the exercises that fit, best first: by what was typed, else what was used last, else by body region."""
    statement = with_photos(
        _found_by_words(member, search.typed).add_columns(
            ExerciseRecord, FavouriteExercise.exercise_id.is_not(None).label("is_favourite")
        )
    ).where(*_chosen(_COLUMNS, search).values())
    query = search_query(search.typed)
    if query is not None:
        begins = _NAME.startswith(" ".join(words(search.typed)), autoescape=True)
        rank = _rank(query) + _rank(exact_query(search.typed))
        # "Clamshell" itself comes before "Clamshell with a band".
        length = case((begins, func.length(ExerciseRecord.sort_key)))
        statement = statement.order_by(begins.desc(), length, rank.desc())
    elif search.only == "recent":
        statement = statement.order_by(ExerciseUse.used_at.desc())
    return statement.order_by(ExerciseRecord.sort_key, ExerciseRecord.id)


def _rank(query: str | None) -> ColumnElement[float]:
    return func.ts_rank(cast(RANK_WEIGHTS, ARRAY(REAL)), ExerciseRecord.search_words, cast(query, TSQUERY))


def _chosen(columns: Mapping[str, Any], search: LibrarySearch) -> dict[str, ColumnElement[bool]]:
    """Return what each choice of the search demands: filter -> condition on these columns, for those chosen."""
    conditions: dict[str, ColumnElement[bool]] = {}
    for name in FILTERS:
        key = getattr(search, name)
        if key:
            conditions[name] = literal(key) == any_(columns[name]) if name in _LISTS else columns[name] == key
    if search.only:
        conditions["only"] = columns[search.only]
    return conditions


async def _count(session: AsyncSession, member: Member, search: LibrarySearch) -> Counter[tuple[str, str]]:
    """Return how many exercises each choice would leave, given the others: (filter, key) -> number; one query.

    ``_BY_WORDS`` counts those that hold the words typed, whatever is chosen.
    """
    found = _found_by_words(member, search.typed)
    base = found.add_columns(*(column.label(name) for name, column in _COLUMNS.items())).cte("base")
    chosen = _chosen({name: base.c[name] for name in _COLUMNS}, search)
    parts = [_count_part(base, *_BY_WORDS)]
    for name in FILTERS:
        others = [condition for other, condition in chosen.items() if other != name]
        keys = func.unnest(base.c[name]) if name in _LISTS else base.c[name]
        keyed = select(keys.label("key")).where(*others).subquery()
        parts.append(select(literal(name), keyed.c.key, func.count()).group_by(keyed.c.key))
    others = [condition for other, condition in chosen.items() if other != "only"]
    for key in ONLY:
        parts.append(_count_part(base, "only", key).where(*others, *([base.c[key]] if key else [])))
    rows = await session.execute(union_all(*parts))
    return Counter({(name, key): number for name, key, number in rows})


def _count_part(base: CTE, name: str, key: str) -> Select[str, str, int]:
    return select(literal(name), literal(key), func.count()).select_from(base)


@functools.lru_cache(maxsize=8192)  # other names are the same with every search
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(words(text))


async def _correct(session: AsyncSession, member: Member, typed: str) -> str:
    """Return what was typed with each word that begins no known one put right where one is near, or ""; one query.

    Known are all words an exercise is found by; near ones are looked for in names and labels.
    """
    found = words(typed)[:MOST_WORDS]
    doubtful = [word for word in found if slips_forgiven(word)]
    if not doubtful:
        return ""
    usable = (visible_to(member), ExerciseRecord.archived_at.is_(None))
    shortest = min(len(word) - slips_forgiven(word) for word in doubtful)
    each = select(func.unnest(func.string_to_array(_NAME, " ")).label("word")).where(*usable).subquery()
    others = select(func.unnest(ExerciseRecord.also_known_as).label("text")).where(*usable).subquery()
    parts = [
        select(literal(True), each.c.word).where(func.length(each.c.word) >= shortest).distinct(),
        select(literal(False), others.c.text).distinct(),
    ]
    for word in doubtful if len(found) > 1 else ():  # one alone was just looked for in vain
        holds = ExerciseRecord.search_words.op("@@")(cast(prefix_query([word]), TSQUERY))
        parts.append(select(literal(True), literal(word)).where(exists().where(*usable, holds)))
    rows = (await session.execute(union_all(*parts))).all()
    known = LABEL_WORDS.union(*((text,) if is_plain else _words_of(text) for is_plain, text in rows))
    right = [nearest_word(word, known) for word in found]
    return " ".join(right) if right != found else ""
