"""A row of a file, and the exercise it makes: what the readers of both formats hand to the plan. Pure."""

from dataclasses import dataclass
from typing import Any, Protocol

from app.exercises.own import OwnExercise


@dataclass(frozen=True)
class Filled:
    """What an exercise says once a row was read into it; problems are sentences for why it cannot be taken.

    notes are sentences on what has no equal here and was left out.
    """

    exercise: OwnExercise
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class FileRow(Protocol):
    """A row of a file: its number as the person counts them, and how many photos it brings."""

    @property
    def number(self) -> int:
        """Where it stands in the file."""

    @property
    def name(self) -> str:
        """The exercise's name, or ""."""

    @property
    def problem(self) -> str:
        """Why it could not be read at all, in a sentence, or ""."""

    @property
    def photos(self) -> int:
        """How many photos were read with it."""

    def fill(self, base: OwnExercise) -> Filled:
        """Return ``base`` with what this row says; a base without a name is a new exercise."""

    def to_data(self) -> dict[str, Any]:
        """Return the row as JSON-able data."""
