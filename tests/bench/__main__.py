"""All figures of README in one run, one after the other: ``python -m tests.bench``."""

from tests.bench import click, delivery, library, pdf, search

for name, bench in (("click", click), ("pdf", pdf), ("delivery", delivery), ("search", search), ("library", library)):
    print(f"\n{name}")
    bench.main()
