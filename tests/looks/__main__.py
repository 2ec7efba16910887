"""Look at every page and state: ``python -m tests.looks [--quick] [--shots DIR] [--only WORDS]``."""

import argparse
import contextlib
import io
import sys
import time
from collections import Counter
from pathlib import Path

from playwright.sync_api import Error, expect

from app.log import configure_logging
from tests.chromium import find_chromium
from tests.looks import all_rows
from tests.looks.judge import judge_briefly, judge_wholly
from tests.looks.stage import running_stage


def main() -> int:
    """Print a line a page and what is wrong with it; returns 1 if anything is."""
    options = _read_options()
    if (path := find_chromium()) is None:
        print("no Chromium on this machine (Debian: apt install chromium)")
        return 0
    if options.shots is not None:
        options.shots.mkdir(parents=True, exist_ok=True)
    configure_logging("CRITICAL")  # what is broken on purpose would be told at length
    expect.set_options(timeout=20_000)
    began, kinds, wrong, rows = time.monotonic(), Counter[str](), 0, all_rows()
    rows = [row for row in rows if not (options.quick and row.is_alike)]
    # The server prints the mails it would send.
    with contextlib.redirect_stdout(io.StringIO()), running_stage(path) as stage:
        for number, row in enumerate(rows):
            try:
                page = row.reach(stage)
                page.wait_for_load_state()
                assert "broken" in page.url or not page.get_by_text("This is our fault").count(), "the server failed"
                if options.only and options.only not in row.name:
                    continue
                judged = judge_briefly(page, number) if options.quick else judge_wholly(page, options.shots, row.slug)
                lines = list(dict.fromkeys(judged))
            except (Error, AssertionError, KeyError) as error:
                lines = [f"not reached: {str(error).splitlines()[0]}"]
            print(
                f"{'ok   ' if not lines else 'WRONG'} {row.name}",
                *lines,
                sep="\n        ",
                file=sys.__stdout__,
                flush=True,
            )
            for line in lines:
                kinds[line.partition(": ")[2].partition(":")[0]] += 1
            wrong += bool(lines)
    print(f"\n{len(rows)} pages and states in {time.monotonic() - began:.0f} s, {wrong} with something wrong")
    for kind, times in kinds.most_common():
        print(f"{times:5} {kind[:100]}")
    return 1 if wrong else 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.looks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="each page once, by turns light on a desk, dark on a phone"
    )
    parser.add_argument("--shots", type=Path, metavar="DIR", help="keep a picture of each size in light and dark")
    parser.add_argument("--only", default="", metavar="WORDS", help="judge only pages whose name has these words")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
