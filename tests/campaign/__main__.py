"""The fault campaign as one command: ``python -m tests.campaign --deliveries 500 --seed 1``.

Prints a table and ends with 1 unless every program has exactly one identical file at the right patient.
"""

import argparse
import functools
import sys

from app.log import configure_logging
from tests.campaign.run import run_campaign


def main() -> int:
    """Run it and print what came of it."""
    arguments = argparse.ArgumentParser(prog="python -m tests.campaign", description="Kinebridge's fault campaign")
    arguments.add_argument("--deliveries", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    configure_logging("ERROR")
    tell = functools.partial(print, file=sys.stderr, flush=True)
    report, logs = run_campaign(chosen.deliveries, chosen.seed, tell)
    print(f"Campaign of {chosen.deliveries} programs, seed {chosen.seed}")
    print("\n".join(report.lines()))
    if report.holds:
        return 0
    print("\n".join(["", "What went wrong:", *report.not_delivered[:20], logs]))
    return 1


if __name__ == "__main__":
    sys.exit(main())
