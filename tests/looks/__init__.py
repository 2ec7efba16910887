"""Every page and state in a browser, as people use them who see and work differently: ``python -m tests.looks``."""

from collections.abc import Sequence

from tests.looks.rows import ROWS, Row


def all_rows() -> Sequence[Row]:
    """Return every row, in the order in which they build on each other."""
    from tests.looks import entering, working, arranging  # noqa: F401, I001 - each adds its rows, in this order

    return ROWS
