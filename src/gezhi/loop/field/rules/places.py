"""Where somebody stood: by the phone, else by a photo, else why it is not known; and how far that is from a place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, isfinite, radians, sin, sqrt
from typing import Any

from gezhi.kernel.errors import Refused

NO_PLACE = ("denied", "no_signal", "indoors", "not_offered", "other")
EARTH = 6_371_000  # metres, its mean radius
COARSE = 50_000  # metres: a fix that may lie so far off says nothing
GOOD = 60  # metres: a fix from which the place of a household is learnt

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A position as it is kept: whence it is known, or why it is not."""

    lon: float | None = None
    lat: float | None = None
    accuracy: int | None = None  # metres
    source: str = ""  # phone | photo
    why_not: str = ""

    @property
    def point(self) -> Point | None:
        """Longitude and latitude, where they are known."""
        return (self.lon, self.lat) if self.lon is not None and self.lat is not None else None


def fix_of(data: Mapping[str, Any]) -> Place | None:
    """What the phone said of its position; None where it said nothing, or nothing that helps.

    >>> fix_of({"lon": "116.391", "lat": "39.907", "accuracy": "12.4"})
    Place(lon=116.391, lat=39.907, accuracy=12, source='phone', why_not='')
    >>> fix_of({"lon": "", "lat": ""}) is None, fix_of({"lon": "1", "lat": "1", "accuracy": "90000"}) is None
    (True, True)
    """
    said = {name: str(data.get(name) or "").strip() for name in ("lon", "lat", "accuracy")}
    if not said["lon"] and not said["lat"]:
        return None
    try:
        lon, lat = float(said["lon"]), float(said["lat"])
        accuracy = float(said["accuracy"]) if said["accuracy"] else None
    except ValueError as error:
        raise Refused("field-invalid", status=422, field="lon", value=f"{said['lon']},{said['lat']}"[:40]) from error
    good = isfinite(lon) and isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90
    if not good or (accuracy is not None and not (isfinite(accuracy) and accuracy >= 0)):
        raise Refused("field-invalid", status=422, field="lon", value=f"{said['lon']},{said['lat']}"[:40])
    if accuracy is not None and accuracy > COARSE:
        return None
    return Place(round(lon, 6), round(lat, 6), None if accuracy is None else round(accuracy), "phone")


def located(fix: Place | None, photos: Iterable[Point], why: str) -> Place:
    """The position that counts: the phone's own, else that of the first photo that has one, else why there is none.

    Refuses field-no-place where nothing is known and no reason is given.

    >>> located(None, [(116.4, 39.9)], "").source, located(None, [], "indoors").why_not
    ('photo', 'indoors')
    """
    if fix is not None:
        return fix
    for lon, lat in photos:
        return Place(round(lon, 6), round(lat, 6), None, "photo")
    if why not in NO_PLACE:
        raise Refused("field-no-place", status=422, field="no_place")
    return Place(why_not=why)


def metres(one: Point | None, other: Point | None) -> int | None:
    """How far two points lie apart, in metres.

    >>> metres((116.0, 40.0), (116.0, 40.001)), metres(None, (1.0, 1.0)) is None
    (111, True)
    """
    if one is None or other is None:
        return None
    (x, y), (u, v) = ((radians(lon), radians(lat)) for lon, lat in (one, other))
    half = sin((v - y) / 2) ** 2 + cos(y) * cos(v) * sin((u - x) / 2) ** 2
    return round(2 * EARTH * asin(sqrt(min(1.0, half))))
