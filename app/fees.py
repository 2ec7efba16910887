"""A fee by the month, and what a discount leaves of it. Pure; amounts are Decimal and never floats."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
WRITTEN = re.compile(r"(\d{1,7}(?:\.\d{1,2})?) ?([A-Z]{3})", re.ASCII)


@dataclass(frozen=True)
class Fee:
    """An amount above zero with at most two decimals, and its currency (ISO 4217, three letters)."""

    amount: Decimal
    currency: str

    def less(self, percent: int) -> "Fee":
        """Return what is left when so many percent are taken off, rounded to a hundredth, halves up."""
        return Fee((self.amount * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP), self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"


def parse_fee(text: str) -> Fee | None:
    """Return the fee of a line such as "39 AUD", None of an empty one; raises ValueError with a sentence."""
    line = text.strip()
    if not line:
        return None
    found = WRITTEN.fullmatch(line)
    if found is None or not Decimal(found[1]):
        raise ValueError("must be an amount above zero and a currency of three capital letters, such as 39.50 AUD.")
    return Fee(Decimal(found[1]), found[2])
