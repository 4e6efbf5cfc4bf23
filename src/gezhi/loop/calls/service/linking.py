"""Binding a call to the case that it brought, in the act that opens the case; whose call it is may see its number."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from gezhi.kernel.errors import Refused
from gezhi.loop.calls import store
from gezhi.loop.models import Call
from gezhi.loop.service.acts import Moved
from gezhi.trust.rules import Actor
from gezhi.trust.service import identity_of, record, unchanged, verb

T = TypeVar("T")


def own_call(call_id: UUID | str, actor: Actor) -> Call:
    """The call that this person has on the line or had; another's is as if it were not there."""
    call = store.call(call_id)
    if call is None or actor.kind != "user" or call.agent_id != int(actor.id):
        raise Refused("call-not-found", status=404)
    return call


def number_of(call: Call) -> str:
    """The number of the other end, for whoever speaks with it."""
    return identity_of(call.requester).get("phone", "") if call.requester.wrapped_key is not None else ""


@verb("call.link")
def bound(call_id: UUID | str, act: Callable[[], Moved], *, actor: Actor, now: datetime) -> Moved:
    """Run the act that ends a call in a case, and bind the call to that case; both or neither.

    The first case stands: a second one out of the same call is made, but the call stays where it was.
    """
    call = own_call(call_id, actor)
    done = act()
    call = store.call(call.pk, locked=True) or call
    if call.case_id is not None:
        unchanged()
        return done
    call.case_id, call.shown_to, call.shown_until = UUID(str(done.case)), None, None
    call.save(update_fields=["case", "shown_to", "shown_until"])
    record("call.link", "call", call.pk, actor=actor, body={"case": str(done.case)})
    return done
