"""The dispatch catalogue 职责清单: which unit a matter in an area belongs to, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of the catalogue; units are named by their codes."""

    no: int
    matter: str
    area: str
    lead: str
    assisting: tuple[str, ...] = ()
    fallback: str = ""
    basis_zh: str = ""
    basis_en: str = ""
    verified: bool = True


def duty_for(duties: Mapping[str, Sequence[Duty]], matter_path: str, area: str) -> Duty | None:
    """The row for a matter in an area: the deepest matter that has a row, within it the deepest area.

    >>> rows = {"01": [Duty(1, "01", "", "housing")], "0103": [Duty(2, "0103", "", "urban"),
    ...         Duty(3, "0103", "3601", "street")]}
    >>> duty_for(rows, "01.0103.010304", "360102").no, duty_for(rows, "01.0103", "99").no
    (3, 2)
    >>> duty_for(rows, "01.0109", "").lead, duty_for(rows, "02", "")
    ('housing', None)
    """
    for code in reversed(matter_path.split(".")):
        fitting = [duty for duty in duties.get(code, ()) if area.startswith(duty.area)]
        if fitting:
            return max(fitting, key=lambda duty: len(duty.area))
    return None
