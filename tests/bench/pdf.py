"""Print the milliseconds and kilobytes of PDFs of 8 and of 40 exercises: `python -m tests.bench.pdf`.

Exercises and figures are the starter library's, a different choice each time. The first PDF of the process reads
the font file and is told apart; each figure is worked out once a process, so the second figure of a pair says what
a process pays that has drawn all of them before. The same content made by WeasyPrint and fpdf2 (the extra `bench`)
stands beside ours.
"""

import datetime
import random
import statistics
import time
from collections.abc import Callable

from app.exercises.dose_words import word_dose
from app.exercises.figures import figure_for
from app.exercises.library import all_exercises
from app.pdf.document import DocumentExercise, ProgramDocument
from app.pdf.render import render
from tests.bench.pdf_rivals import fpdf_maker, weasyprint_maker

ROUNDS = 40
BUDGETS = {8: 60, 40: 400}  # exercises, and the milliseconds they may take
MOST_KILOBYTES = 300
RIVAL_ROUNDS = 3

Maker = Callable[[ProgramDocument], bytes]


def choose_program(source: random.Random, count: int = 8) -> ProgramDocument:
    """Return a program of exercises of the library, every fourth with a note."""
    exercises = tuple(
        DocumentExercise(
            name=exercise.name,
            dose=word_dose(exercise.dose),
            steps=exercise.steps,
            cautions=exercise.cautions,
            note="Use the red band from Tuesday on; we look at it together next time." if i % 4 == 0 else "",
            figure=figure_for(exercise.slug),
        )
        for i, exercise in enumerate(source.sample(all_exercises(), count))
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


def time_maker(make: Maker, document: ProgramDocument) -> tuple[float, float]:
    """Return the milliseconds one PDF took, and its kilobytes."""
    start = time.perf_counter()
    data = make(document)
    return (time.perf_counter() - start) * 1000, len(data) / 1024


def measure(source: random.Random, count: int) -> None:
    """Measure and print programs of so many exercises, ours and then the others'."""
    documents = [choose_program(source, count) for _ in range(ROUNDS * 8 // count)]
    fresh = [time_maker(render, document)[0] for document in documents]
    again = [time_maker(render, document) for document in documents]
    times, sizes = [each[0] for each in again], [each[1] for each in again]
    ours, size = statistics.median(times), statistics.median(sizes)
    figures = sum(exercise.figure is not None for exercise in documents[0].exercises)
    print(f"{count} exercises ({figures} with a figure), {len(documents)} programs")
    print(f"  figures not drawn yet {statistics.median(fresh):7.1f} ms median, {max(fresh):.1f} ms worst")
    print(f"  figures drawn before  {ours:7.1f} ms median, {max(times):.1f} ms worst; budget {BUDGETS[count]} ms")
    print(f"  size                  {size:7.1f} KB median, {max(sizes):.1f} KB largest; budget {MOST_KILOBYTES} KB")
    for name, maker in (("WeasyPrint", weasyprint_maker()), ("fpdf2", fpdf_maker())):
        if maker is None:
            print(f"  {name:<22}not installed: pip install -e '.[bench]' (WeasyPrint also needs Debian's libpango)")
            continue
        maker(documents[0])  # fonts and figures are read once, as ours are
        theirs = [time_maker(maker, document) for document in documents[:RIVAL_ROUNDS]]
        spent, kilobytes = (statistics.median(each) for each in zip(*theirs, strict=True))
        ratios = f"{spent / ours:.1f} times our time, {kilobytes / size:.1f} times our size"
        print(f"  {name:<22}{spent:7.1f} ms median, {kilobytes:.1f} KB: {ratios}")


def main() -> None:
    """Measure and print."""
    source = random.Random(1)
    print(f"first in the process {time_maker(render, choose_program(source))[0]:.1f} ms")
    for count in BUDGETS:
        measure(source, count)


if __name__ == "__main__":
    main()
