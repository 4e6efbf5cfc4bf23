"""The sections in the bar at the top: each room offers its own, people see those that they may open."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Item:
    """One link. `place` is bar, bell, or menu for what few people need; `prefix` marks it current; lower `order` first.

    `searches` says that the page answers the search box of the bar, which is offered to who may open it; `ring` is the
    address at which a page asks what rings for this person, `polls` the one at which it looks up how much is unread;
    such a link stands as a bell beside the person.
    """

    label: str
    url: str
    order: int
    icon: str = ""
    place: str = "bar"
    prefix: str = ""
    exact: bool = False
    searches: bool = False
    ring: str = ""
    polls: str = ""

    def current(self, path: str) -> bool:
        """Whether the page at `path` belongs to this section.

        >>> Item("Desk", "/desk/", 1).current("/desk/2/"), Item("Desk", "/desk/", 1).current("/other/")
        (True, False)
        """
        return path == self.url if self.exact else path.startswith(self.prefix or self.url)


Provider = Callable[[HttpRequest], Iterable[Item]]
_providers: dict[str, Provider] = {}


def offer(room: str, provider: Provider) -> None:
    """Give the sections of a room; a second offer of the same room replaces the first."""
    _providers[room] = provider


def sections(request: HttpRequest) -> list[Item]:
    """Every section that this person may open, in order."""
    return sorted((item for provider in _providers.values() for item in provider(request)), key=lambda item: item.order)
