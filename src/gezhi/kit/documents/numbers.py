"""Numbers that know how they are written: a share stays a number in a sheet and is words in a text."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Self


class Said(float):
    """A number with its words, and the number format for a cell that has none of its own.

    >>> str(percent(Fraction(7, 8))), percent(Fraction(7, 8)) * 2
    ('87.50%', 1.75)
    """

    words: str
    format: str

    def __new__(cls, value: Fraction | float, words: str, form: str) -> Self:
        made = super().__new__(cls, float(value))
        made.words, made.format = words, form
        return made

    def __str__(self) -> str:
        return self.words


class Missing(str):
    """Words that stand where there is no number."""

    __slots__ = ()


def rounded(value: Fraction, places: int) -> Decimal:
    """Halves away from zero, as people round.

    >>> rounded(Fraction(1, 8), 2), rounded(Fraction(-1, 8), 2)
    (Decimal('0.13'), Decimal('-0.13'))
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def percent(value: Fraction, places: int = 2) -> Said:
    """A share of a whole."""
    zeros = "0" * places
    return Said(value, f"{rounded(100 * value, places)}%", f"0.{zeros}%" if places else "0%")


def change(value: Fraction) -> Said:
    """By how much something grew, as a share of what it was.

    >>> str(change(Fraction(1, 8))), str(change(Fraction(-1, 3))), str(change(Fraction(0)))
    ('+12.5%', '-33.3%', '0.0%')
    """
    return Said(value, f"{'+' if value > 0 else ''}{rounded(100 * value, 1)}%", "+0.0%;-0.0%;0.0%")


def points(value: Fraction, unit: str) -> Said:
    """By how many percentage points a share grew.

    >>> str(points(Fraction(1, 80), "点"))
    '+1.25点'
    """
    told = 100 * value
    return Said(told, f"{'+' if told > 0 else ''}{rounded(told, 2)}{unit}", "+0.00;-0.00;0.00")
