"""A page as one line without the space that only its layout has, so that a test may ask for a piece of it."""

import re


def flat(html: str) -> str:
    """What a browser would read, however the template lays it out over lines."""
    return re.sub(r"(?<=>) | (?=[<>])", "", re.sub(r"\s+", " ", html))
