"""Searching the library: what was typed and chosen, the exercises that fit, and how many each choice would leave.

Every word typed must begin a word of the exercise. A slip of the finger is put right when nothing else fits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import ColumnElement, Select, and_, any_, cast, exists, func, literal, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.access import Member
from app.exercises.library import DIFFICULTIES, EQUIPMENT, GOALS, POSITIONS, REGIONS, Exercise
from app.exercises.models import ExerciseRecord, ExerciseUse, FavouriteExercise
from app.exercises.queries import read_record, visible_to, with_photos
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
}
_LISTS = ("region", "equipment")  # columns that hold several keys

_NAMES_AND_LABELS: Any = literal_column("""'{a,b,c}'::"char"[]""")  # the weights of ``search.weighted_words``

# How many slips are forgiven in a word of so many letters or more.
_SLIPS = ((8, 2), (4, 1))


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
    """The exercises that fit, best first; ``facets`` are the choices of each filter with how many each would leave.

    ``corrected`` is what was searched for instead of what was typed, or "".
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
    """Return a page of the exercises that fit; two queries, and two or three more when a slip was put right."""
    found = await _search(session, member, search, length)
    if found.total or not words(search.typed):
        return found
    corrected = await _correct(session, member, search.typed)
    if corrected == " ".join(words(search.typed)):
        return found
    return replace(await _search(session, member, replace(search, typed=corrected), length), corrected=corrected)


async def _search(session: AsyncSession, member: Member, search: LibrarySearch, length: int) -> LibraryPage:
    rows = (await session.execute(_list_statement(member, search, length))).all()
    total = rows[0].total if rows else 0
    found = [LibraryRow(read_record(row.ExerciseRecord, row.photo_ids), row.is_favourite) for row in rows]
    return LibraryPage(found, total, search.number, await _count_choices(session, member, search))


def _list_statement(member: Member, search: LibrarySearch, length: int) -> Select[Any]:
    statement = with_photos(
        select(
            ExerciseRecord,
            func.count().over().label("total"),
            _is_favourite(member).label("is_favourite"),
        )
    ).where(*_base(member, search), *(_fits(name, getattr(search, name)) for name in FILTERS if getattr(search, name)))
    if search.only == "recent":
        statement = statement.join(
            ExerciseUse,
            and_(ExerciseUse.exercise_id == ExerciseRecord.id, ExerciseUse.membership_id == member.membership_id),
        ).order_by(ExerciseUse.used_at.desc())
    query = prefix_query(words(search.typed))
    if query is not None:
        statement = statement.order_by(func.ts_rank(ExerciseRecord.search_words, cast(query, TSQUERY)).desc())
    statement = statement.order_by(ExerciseRecord.sort_key, ExerciseRecord.id)
    return statement.limit(length).offset((search.number - 1) * length)


def _base(member: Member, search: LibrarySearch) -> list[ColumnElement[bool]]:
    """Return the conditions that do not come from a filter."""
    conditions = [visible_to(member), ExerciseRecord.archived_at.is_(None)]
    query = prefix_query(words(search.typed))
    if query is not None:
        conditions.append(ExerciseRecord.search_words.op("@@")(cast(query, TSQUERY)))
    if search.only == "favourites":
        conditions.append(_is_favourite(member))
    elif search.only == "recent":
        used = (ExerciseUse.exercise_id == ExerciseRecord.id, ExerciseUse.membership_id == member.membership_id)
        conditions.append(exists().where(*used))
    elif search.only == "own":
        conditions.append(ExerciseRecord.practice_id.is_not(None))
    return conditions


def _is_favourite(member: Member) -> ColumnElement[bool]:
    return exists().where(
        FavouriteExercise.exercise_id == ExerciseRecord.id, FavouriteExercise.membership_id == member.membership_id
    )


def _fits(name: str, key: str) -> ColumnElement[bool]:
    column = _COLUMNS[name]
    return literal(key) == any_(column) if name in _LISTS else column == key


async def _count_choices(
    session: AsyncSession, member: Member, search: LibrarySearch
) -> dict[str, list[tuple[str, str, int]]]:
    """Return for each filter its choices and how many exercises fit each, given what else is chosen; one query."""
    base = select(*(_COLUMNS[name].label(name) for name in FILTERS)).where(*_base(member, search)).cte("base")
    parts = []
    for name in FILTERS:
        others = [other for other in FILTERS if other != name and getattr(search, other)]
        conditions = [
            literal(getattr(search, other)) == any_(base.c[other])
            if other in _LISTS
            else base.c[other] == getattr(search, other)
            for other in others
        ]
        keys = func.unnest(base.c[name]) if name in _LISTS else base.c[name]
        keyed = select(keys.label("key")).where(*conditions).subquery()
        parts.append(
            select(literal(name).label("name"), keyed.c.key, func.count().label("found")).group_by(keyed.c.key)
        )
    counts = {(row.name, row.key): row.found for row in await session.execute(union_all(*parts))}
    return {
        name: [(key, label, counts.get((name, key), 0)) for key, label in choices.items()]
        for name, choices in FILTERS.items()
    }


async def _correct(session: AsyncSession, member: Member, typed: str) -> str:
    """Return what was typed with each word that begins no name or label put right, where one is near; one query."""
    names = func.ts_filter(ExerciseRecord.search_words, _NAMES_AND_LABELS)
    vocabulary = await session.scalars(
        select(func.unnest(func.tsvector_to_array(names)))
        .where(visible_to(member), ExerciseRecord.archived_at.is_(None))
        .distinct()
    )
    known = sorted(vocabulary)
    return " ".join(nearest_word(word, known) for word in words(typed)[:MOST_WORDS])


def nearest_word(word: str, vocabulary: Sequence[str]) -> str:
    """Return the word itself where it begins a known one, else the known word that is nearest to it, else itself.

    Swapped neighbours count as one slip. A short word may hold none, a long one two.
    """
    if any(known.startswith(word) for known in vocabulary):
        return word
    most = next((slips for letters, slips in _SLIPS if len(word) >= letters), 0)
    near = [(OSA.distance(word, known, score_cutoff=most), known) for known in vocabulary]
    slips, known = min(near, default=(most + 1, word))
    return known if slips <= most else word
