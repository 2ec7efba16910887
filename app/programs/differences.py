"""What changed from one version of a program to the next, in plain words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.locales import write_long_date
from app.programs.content import ContentExercise, ProgramContent
from app.programs.drafts import SECTIONS

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


def _compare_texts(old: ProgramContent, new: ProgramContent) -> Iterator[Difference]:
    if old.title != new.title:
        yield Difference("Changed", "Title", (f"{old.title} {ARROW} {new.title}",))
    if old.note != new.note:
        yield Difference("Changed", "Note of the program")
    if old.stop_when != new.stop_when:
        yield Difference("Changed", "When to stop")
    for what, before, after in (
        ("Start date", old.starts_on, new.starts_on),
        ("Review date", old.review_on, new.review_on),
    ):
        if before != after:
            words = [write_long_date(date) if date else "none" for date in (before, after)]
            yield Difference("Changed", what, (f" {ARROW} ".join(words),))
    if (old.layout, old.is_grey, old.is_large) != (new.layout, new.is_grey, new.is_large):
        yield Difference("Changed", "The way it is printed")


def _compare_exercise(before: ContentExercise, after: ContentExercise) -> Iterator[str]:
    if before.dose_words != after.dose_words:
        yield _compare_doses(before.dose_words, after.dose_words)
    if before.note != after.note:
        yield "note changed" if before.note and after.note else "note added" if after.note else "note removed"
    if before.section != after.section:
        yield f"now in {SECTIONS[after.section]}" if after.section in SECTIONS else "no longer in a section"
    if bool(before.superset) != bool(after.superset):
        yield "now in turn with others" if after.superset else "no longer in turn with others"
    if _description(before) != _description(after):
        yield "description changed"


def _compare_doses(before: str, after: str) -> str:
    """Return what differs between two doses in words, part by part: "3 sets of 8 -> 3 sets of 10"."""
    old, new = before.split(", "), after.split(", ")
    gone, come = _missing(old, new), _missing(new, old)
    if gone and come:
        return f"{gone} {ARROW} {come}"
    return f"no longer {gone}" if gone else f"now {come}" if come else f"{before} {ARROW} {after}"


def _missing(parts: Sequence[str], others: Sequence[str]) -> str:
    known = {part.lower() for part in others}
    return ", ".join(part for part in parts if part.lower() not in known)


def _description(exercise: ContentExercise) -> tuple[object, ...]:
    return exercise.steps, exercise.cautions, exercise.feels_like, exercise.photo_ids, exercise.video_url


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
