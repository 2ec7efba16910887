"""What changed from one version of a program to the next, in plain words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.programs.content import ContentExercise, ProgramContent

ARROW = "\N{RIGHTWARDS ARROW}"

# A pair of an exercise before and after; None where it was added or removed.
Pair = tuple[ContentExercise | None, ContentExercise | None]


@dataclass(frozen=True)
class Difference:
    """One change: what was done ("Added", "Removed", "Changed") and to what; ``details`` says how, line by line."""

    verb: str
    what: str
    details: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.verb}: {self.what}" + (f" ({'; '.join(self.details)})" if self.details else "")


def list_differences(old: ProgramContent, new: ProgramContent) -> list[Difference]:
    """Return what a reader of the old version has to know about the new one; nothing when they say the same."""
    pairs = _match(old.exercises, new.exercises)
    found = list(_compare_texts(old, new))
    found += [Difference("Added", after.name) for before, after in pairs if before is None and after]
    found += [Difference("Removed", before.name) for before, after in pairs if after is None and before]
    for before, after in pairs:
        if before and after and (details := tuple(_compare_exercise(before, after))):
            found.append(Difference("Changed", after.name, details))
    if _is_reordered(old.exercises, pairs):
        found.append(Difference("Changed", "Order of the exercises"))
    return found


def sum_up(differences: Sequence[Difference]) -> str:
    """Return the changes in one short line: "2 added, 1 removed, Squat changed"; "" when there are none."""
    counts = [(verb, [d.what for d in differences if d.verb == verb]) for verb in ("Added", "Removed", "Changed")]
    parts = [f"{names[0] if len(names) == 1 else len(names)} {verb.lower()}" for verb, names in counts if names]
    return ", ".join(parts)


def _compare_texts(old: ProgramContent, new: ProgramContent) -> Iterator[Difference]:
    if old.title != new.title:
        yield Difference("Changed", "Title", (f"{old.title} {ARROW} {new.title}",))
    if old.note != new.note:
        yield Difference("Changed", "Note for the client")


def _compare_exercise(before: ContentExercise, after: ContentExercise) -> Iterator[str]:
    if before.dose_words != after.dose_words:
        yield f"{before.dose_words} {ARROW} {after.dose_words}"
    if before.note != after.note:
        yield "note changed" if before.note and after.note else "note added" if after.note else "note removed"
    if (before.steps, before.cautions) != (after.steps, after.cautions):
        yield "description changed"


def _match(old: Sequence[ContentExercise], new: Sequence[ContentExercise]) -> list[Pair]:
    """Pair the exercises of two versions, in the order of the new one and then what was removed.

    The same exercise may stand twice, once for each side: those of one side belong together, the rest go by order.
    """
    left = list(old)
    before: dict[int, ContentExercise] = {}
    for exact in (True, False):
        for place, after in enumerate(new):
            if place in before:
                continue
            for candidate in left:
                if candidate.slug == after.slug and (not exact or candidate.dose.side == after.dose.side):
                    before[place] = candidate
                    left.remove(candidate)
                    break
    return [(before.get(place), after) for place, after in enumerate(new)] + [(gone, None) for gone in left]


def _is_reordered(old: Sequence[ContentExercise], pairs: Sequence[Pair]) -> bool:
    """Return True when exercises of both versions no longer stand in the same order."""
    places = {id(exercise): place for place, exercise in enumerate(old)}
    kept = [places[id(before)] for before, after in pairs if before is not None and after is not None]
    return kept != sorted(kept)
