"""`gezhi loop notices …`: read delivery reports of the mail server."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from gezhi.kit.commands import Nouns, now


def add_commands(nouns: Nouns) -> None:
    nouns.add("loop", "notices bounced", bounced, files, help="stop letters to mailboxes that delivery reports name")


def files(parser: ArgumentParser) -> None:
    parser.add_argument("file", nargs="+", help="a delivery report as the mail server sent it (.eml)")


def bounced(arguments: Namespace) -> int:
    """Mark each mailbox that a report says cannot be reached for good."""
    from gezhi.kit.senders import bounced_in
    from gezhi.loop.notices.service import mark_bounced
    from gezhi.loop.notices.store import with_address
    from gezhi.trust.rules import Actor

    count = 0
    for name in arguments.file:
        for address, status in bounced_in(Path(name).read_bytes()):
            for user in with_address(address):
                count += mark_bounced(user, status, actor=Actor.system("loop"), now=now())
    print(f"{count} mailboxes stopped")
    return 0
