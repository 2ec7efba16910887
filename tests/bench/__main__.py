"""All figures of README in one run, one after the other: ``python -m tests.bench``."""

from app.log import configure_logging
from tests.bench import click, delivery, drain, journeys, library, paint, pdf, search

configure_logging("WARNING")  # so that the figures stay in view
for bench in (click, paint, journeys, pdf, delivery, drain, search, library):
    print(f"\n{bench.__name__.rpartition('.')[2]}")
    bench.main()
