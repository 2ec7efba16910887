"""Print the median milliseconds and the kilobytes of an 8-exercise PDF: `python tests/bench/pdf.py`.

Exercises and figures are the starter library's, a different choice each time. The first PDF of the process reads
the font file and is told apart; each figure is worked out once a process, so the second figure of a pair says what
a process pays that has drawn all of them before.
"""

import datetime
import random
import statistics
import time

from app.exercises.dose_words import word_dose
from app.exercises.figures import figure_for
from app.exercises.library import all_exercises
from app.pdf.document import DocumentExercise, ProgramDocument
from app.pdf.render import render

ROUNDS = 60


def choose_program(source: random.Random) -> ProgramDocument:
    """Return a program of eight exercises of the library, every fourth with a note."""
    exercises = tuple(
        DocumentExercise(
            name=exercise.name,
            dose=word_dose(exercise.dose),
            steps=exercise.steps,
            cautions=exercise.cautions,
            note="Use the red band from Tuesday on; we look at it together next time." if i % 4 == 0 else "",
            figure=figure_for(exercise.slug),
        )
        for i, exercise in enumerate(source.sample(all_exercises(), 8))
    )
    return ProgramDocument(
        title="Knee strength after your operation",
        practice_name="Harbour Physiotherapy",
        practitioner_name="Sofía Nguyễn",
        client_name="Ελένη Παπαδοπούλου",
        assigned_on=datetime.date(2026, 11, 22),
        page_size="A4",
        note="Please do these every morning. Some muscle soreness is normal for a day or two.",
        exercises=exercises,
        version=2,
        replaces=(1, datetime.date(2026, 11, 3)),
    )


def time_render(document: ProgramDocument) -> tuple[float, float]:
    """Return the milliseconds one rendering took, and the kilobytes it gave."""
    start = time.perf_counter()
    data = render(document)
    return (time.perf_counter() - start) * 1000, len(data) / 1024


def main() -> None:
    """Measure and print."""
    source = random.Random(1)
    first, _ = time_render(choose_program(source))
    documents = [choose_program(source) for _ in range(ROUNDS)]
    fresh = [time_render(document)[0] for document in documents]
    again = [time_render(document) for document in documents]
    times = [milliseconds for milliseconds, _ in again]
    sizes = [kilobytes for _, kilobytes in again]
    figures = sum(exercise.figure is not None for exercise in documents[0].exercises)
    print(f"8 exercises ({figures} with a figure), {ROUNDS} programs")
    print(f"first in the process    {first:6.1f} ms")
    print(f"figures not drawn yet   {statistics.median(fresh):6.1f} ms median, {max(fresh):.1f} ms worst")
    print(f"figures drawn before    {statistics.median(times):6.1f} ms median, {max(times):.1f} ms worst")
    print(f"size                    {statistics.median(sizes):6.1f} KB median, {max(sizes):.1f} KB largest")


if __name__ == "__main__":
    main()
