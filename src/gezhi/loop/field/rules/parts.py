"""A photo that comes in pieces: which piece may follow, and how much one phone may have on its way."""

from uuid import UUID

from gezhi.kernel.errors import Refused

PIECE = 1024 * 1024  # bytes of one request at most
MOST_OPEN = 120  # photos of one person on their way
KEPT_DAYS = 7  # for which an unfinished or unused photo waits


def key_of(text: str) -> UUID:
    """The key that a phone made; refuses what is none."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise Refused("field-key", status=422, field="key", value=str(text)[:40]) from error


def check_length(length: int, most: int) -> None:
    """Refuse a photo that is empty, or larger than any file may be."""
    if length < 1:
        raise Refused("file-empty", status=422)
    if length > most:
        raise Refused("file-too-large", status=422, megabytes=most // 2**20)


def check_piece(got: int, length: int, offset: int, size: int) -> None:
    """Refuse a piece that does not follow on what has arrived; the phone learns from the refusal where to go on.

    >>> check_piece(0, 10, 0, 4)
    """
    if size > PIECE:
        raise Refused("field-piece-large", status=413, most=PIECE)
    if offset != got:
        raise Refused("field-offset", offset=got)
    if not size or got + size > length:
        raise Refused("field-piece-past", status=422, offset=got, length=length)
