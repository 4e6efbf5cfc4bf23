"""Areas of a picture that a person marked as not for everybody: read from a form, in per cent of the picture."""

import re

from gezhi.kernel.errors import Refused

MOST = 20
CELLS = 12  # a cell of the mosaic is at least a twelfth of the picture's width
NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,2})?")
Area = tuple[float, float, float, float]


def read(text: str) -> list[Area]:
    """Areas from `left,top,width,height; …` in per cent. Refuses public-areas (422).

    >>> read("10,20,30,40; 0,0,5.5,100")
    [(10.0, 20.0, 30.0, 40.0), (0.0, 0.0, 5.5, 100.0)]
    """
    parts = [part for part in re.split(r"[;；\n]", text) if part.strip()]
    if len(parts) > MOST:
        raise Refused("public-areas", status=422, field="areas", value=text[:40], most=MOST)
    return [_area(part) for part in parts]


def _area(part: str) -> Area:
    found = [each.strip() for each in re.split(r"[,，]", part)]
    if len(found) == 4 and all(NUMBER.fullmatch(each) for each in found):
        left, top, width, height = (float(each) for each in found)
        if left < 100 and top < 100 and 0 < width <= 100 and 0 < height <= 100:
            return left, top, width, height
    raise Refused("public-areas", status=422, field="areas", value=part.strip()[:40], most=MOST)


def written(areas: list[list[float]] | list[Area]) -> str:
    """Areas as a form holds them.

    >>> written([(10.0, 20.0, 30.5, 40.0)])
    '10,20,30.5,40'
    """
    return "; ".join(",".join(f"{number:g}" for number in area) for area in areas)


def box(area: Area, width: int, height: int) -> tuple[int, int, int, int]:
    """The pixels of an area, rounded outwards, within the picture.

    >>> box((50.0, 50.0, 80.0, 10.0), 200, 100)
    (100, 50, 200, 60)
    """
    left, top = int(area[0] * width / 100), int(area[1] * height / 100)
    right, bottom = -int(-(area[0] + area[2]) * width // 100), -int(-(area[1] + area[3]) * height // 100)
    return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)


def cell(width: int) -> int:
    """The side of one cell of the mosaic, in pixels.

    >>> cell(2400), cell(5)
    (200, 1)
    """
    return max(1, -(-width // CELLS))
