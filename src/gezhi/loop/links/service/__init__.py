"""Verbs of links: sent, opened, signed, answered, taken over or sent back, ended, forgotten."""

from gezhi.loop.links.service.answering import finish, note, sign
from gezhi.loop.links.service.deciding import approve, back
from gezhi.loop.links.service.ending import forget_people, on_erased, revoke, rule_in_force, sweep
from gezhi.loop.links.service.opening import HeldLink, enter, file_for, find, holder, shown_to
from gezhi.loop.links.service.sending import Sent, Wish, contact, renew, send
from gezhi.loop.links.service.standing import (
    deciders,
    default_story,
    may,
    name_of,
    own_path,
    photos_for,
    senders_unit,
    visible_link,
    words_of,
    working,
)
from gezhi.loop.links.service.telling import address_of, hand_over, message_of

__all__ = [
    "HeldLink",
    "Sent",
    "Wish",
    "address_of",
    "approve",
    "back",
    "contact",
    "deciders",
    "default_story",
    "enter",
    "file_for",
    "find",
    "finish",
    "forget_people",
    "hand_over",
    "holder",
    "may",
    "message_of",
    "name_of",
    "note",
    "on_erased",
    "own_path",
    "photos_for",
    "renew",
    "revoke",
    "rule_in_force",
    "send",
    "senders_unit",
    "shown_to",
    "sign",
    "sweep",
    "visible_link",
    "words_of",
    "working",
]
