"""A streaming XML reader that knows no entities, no DTD and no network."""

from collections.abc import Callable, Iterator
from typing import IO
from xml.parsers import expat

from gezhi.kernel.errors import Refused

CHUNK = 1 << 17
Start = Callable[[str, dict[str, str]], None]


def walk(stream: IO[bytes], *, start: Start, end: Callable[[str], None], text: Callable[[str], None]) -> Iterator[None]:
    """Feed the stream to the handlers with local names (namespaces dropped); yields after every chunk.

    Raises expat.ExpatError on malformed XML and Refused("sheet-broken") on a document type, which no spreadsheet has
    and every XML bomb needs.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    local: dict[str, str] = {}

    def name_of(name: str) -> str:
        found = local.get(name)
        if found is None:
            found = local[name] = name.rpartition(" ")[2]
        return found

    def refuse_type(*_: object) -> None:
        raise Refused("sheet-broken", status=422, kind="XML")

    def started(name: str, attributes: dict[str, str]) -> None:
        start(name_of(name), attributes)

    def ended(name: str) -> None:
        end(name_of(name))

    parser.StartDoctypeDeclHandler = refuse_type
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = text
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
        yield
    parser.Parse(b"", True)
    yield


def attribute(attributes: dict[str, str], local: str) -> str:
    """An attribute by its local name, "" when absent.

    >>> attribute({"urn:x id": "7"}, "id")
    '7'
    """
    if local in attributes:
        return attributes[local]
    return next((value for name, value in attributes.items() if name.rpartition(" ")[2] == local), "")
