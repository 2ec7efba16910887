"""Fees are exact amounts; a discount is rounded to a hundredth, halves up."""

from decimal import Decimal

import pytest

from app.fees import Fee, parse_fee


@pytest.mark.parametrize(
    ("fee", "percent", "left"),
    [
        ("39 AUD", 20, "31.20 AUD"),
        ("0.05 AUD", 50, "0.03 AUD"),
        ("0.35 EUR", 10, "0.32 EUR"),
        ("0.01 USD", 1, "0.01 USD"),
        ("1999.99USD", 1, "1,979.99 USD"),
        ("39.50 GBP", 100, "0.00 GBP"),
    ],
)
def test_a_discount_leaves_an_amount_rounded_halves_up(fee: str, percent: int, left: str) -> None:
    parsed = parse_fee(fee)
    assert parsed is not None and str(parsed.less(percent)) == left


def test_what_is_written_is_kept_exactly() -> None:
    assert parse_fee(" 39.10 AUD ") == Fee(Decimal("39.10"), "AUD")
    assert parse_fee("  ") is None


@pytest.mark.parametrize(
    "text", ["39", "AUD", "-39 AUD", "39.125 AUD", "0.00 AUD", "39 aud", "1e3 AUD", "39,50 EUR", "٣ AUD"]
)
def test_what_is_no_fee_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="amount above zero"):
        parse_fee(text)
