"""Made-up requests to every route for as long as wanted: ``python -m tests.fuzz --seconds 300 --seed 7``.

Ends with 1 at the first answer of 500 or more, and prints the request.
"""

import argparse
import os
import sys

import pytest


def main() -> int:
    """Run the test of the suite for longer, with another seed."""
    arguments = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Made-up requests to every route")
    arguments.add_argument("--seconds", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=5)
    chosen = arguments.parse_args()
    os.environ |= {"KINEBRIDGE_FUZZ_SECONDS": str(chosen.seconds), "KINEBRIDGE_FUZZ_SEED": str(chosen.seed)}
    return pytest.main(["-n", "0", "-q", "-s", "--show-capture=no", "tests/fuzz/test_fuzz.py"])


if __name__ == "__main__":
    sys.exit(main())
