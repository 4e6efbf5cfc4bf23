"""How sure a rate is: the Wilson interval beside it, and the rate drawn towards its group where cases are few."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import sqrt

Z = 1.959963984540054  # of 95 %


def wilson(top: Fraction, below: Fraction, z: float = Z) -> tuple[float, float] | None:
    """The interval in which the true share lies, 95 times of 100; None without cases or where it is no share.

    >>> [round(x, 4) for x in wilson(Fraction(9), Fraction(10))]
    [0.5958, 0.9821]
    >>> wilson(Fraction(0), Fraction(0)) is None, wilson(Fraction(3), Fraction(2)) is None
    (True, True)
    """
    if below <= 0 or not 0 <= top <= below:
        return None
    n, share = float(below), float(top / below)
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def shrunk(top: Fraction, below: Fraction, pooled: Fraction, weight: Fraction) -> Fraction | None:
    """The rate as if `weight` more cases had come with the rate of the group.

    >>> shrunk(Fraction(1), Fraction(1), Fraction(1, 2), Fraction(9))
    Fraction(11, 20)
    """
    whole = below + weight
    return (top + weight * pooled) / whole if whole > 0 else None


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """A fraction as people read it, halves away from zero; only for showing.

    >>> rounded(Fraction(1, 8)), rounded(Fraction(-1, 8)), rounded(Fraction(2, 3), 4)
    (Decimal('0.13'), Decimal('-0.13'), Decimal('0.6667'))
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def shares(parts: list[Fraction], places: int = 4) -> list[Decimal]:
    """Parts rounded so that they sum to the rounded whole: the last digits go to the largest remainders.

    >>> [str(x) for x in shares([Fraction(1, 3)] * 3)], str(sum(shares([Fraction(1, 3)] * 3)))
    (['0.3334', '0.3333', '0.3333'], '1.0000')
    """
    step = 10**places
    whole = int(rounded(sum(parts, Fraction(0)), places) * step)
    low = [(part * step).__floor__() for part in parts]
    order = sorted(range(len(parts)), key=lambda at: (low[at] - parts[at] * step, at))
    for at in order[: max(0, whole - sum(low))]:
        low[at] += 1
    return [Decimal(units).scaleb(-places) for units in low]
