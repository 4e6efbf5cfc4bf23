"""Who else may carry the message with a link to the person: a gateway for text messages, say."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A message with an address that opens something: never written to a log, so it shows nothing of itself."""

    phone: str = field(repr=False)
    text: str = field(repr=False)
    mark: str  # the same each time it is sent, so that a repeat is known
    language: str


Sender = Callable[[Message], None]
_senders: dict[str, Sender] = {}


def offer_sender(name: str, sender: Sender) -> None:
    """Say who carries messages; `sender` raises OSError or Refused where it cannot. A second offer replaces a first."""
    _senders[name] = sender


def withdraw_sender(name: str) -> None:
    _senders.pop(name, None)


def sender() -> Sender | None:
    """Who carries messages now, if anybody does."""
    return next(iter(_senders.values()), None)
