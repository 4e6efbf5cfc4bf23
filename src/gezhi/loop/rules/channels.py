"""What a channel asks of an answer: how many sign-offs before it goes out, by whom, and a public reply of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

MOST_SIGN_OFFS = 3


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """`sign_offs` are passes of the review beyond the first, each by another person, who has `sign_role` if any."""

    sign_offs: int = 0
    sign_role: str = ""
    public_reply: bool = False  # the public reads another text than the unit's answer
    channel: str = ""


def strictest(rules: Sequence[ChannelRule]) -> ChannelRule:
    """What holds for one answer to several who asked by different channels: the most that any of them is owed.

    >>> letter, net = ChannelRule(1, "supervisor", channel="mailbox"), ChannelRule(0, "", True)
    >>> strictest([net, letter, ChannelRule()])
    ChannelRule(sign_offs=1, sign_role='supervisor', public_reply=True, channel='mailbox')
    """
    most = max(rules, key=lambda rule: rule.sign_offs)
    return replace(most, public_reply=any(rule.public_reply for rule in rules))


class Reviewed(Protocol):
    """A step of the review: the reply, a pass, or the answer sent back."""

    @property
    def move(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...


def reviewed(passed: tuple[str, ...], step: Reviewed, *, public: bool) -> tuple[tuple[str, ...], bool]:
    """Who has passed the answer while it waits, and whether there is a public reply, after a step of the review."""
    fresh = bool(step.facts.get("public"))
    if step.move != "review_pass":
        return (), fresh
    return (*passed, step.actor) if step.target == "replied" else (), public or fresh


def channel_rule(channel: str, extra: Mapping[str, Any]) -> ChannelRule:
    """The rule out of the columns of a channel.

    >>> channel_rule("mailbox", {"sign_offs": 1, "sign_role": "supervisor", "public_reply": True}).sign_role
    'supervisor'
    >>> channel_rule("hotline", {})
    ChannelRule(sign_offs=0, sign_role='', public_reply=False, channel='hotline')
    """
    offs = min(max(int(extra.get("sign_offs") or 0), 0), MOST_SIGN_OFFS)
    return ChannelRule(offs, str(extra.get("sign_role") or ""), bool(extra.get("public_reply")), channel)
