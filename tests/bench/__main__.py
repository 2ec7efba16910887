"""All figures of README in one run, one after the other: ``python -m tests.bench``."""

from tests.bench import click, delivery, drain, library, pdf, search

for bench in (click, pdf, delivery, drain, search, library):
    print(f"\n{bench.__name__.rpartition('.')[2]}")
    bench.main()
