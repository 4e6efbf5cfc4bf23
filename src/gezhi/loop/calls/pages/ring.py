"""What rings for somebody: a tiny answer, asked for twice a second by a signed address, in one statement at most."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gezhi.kernel.codes import mask_phone
from gezhi.loop.calls import store
from gezhi.loop.pages import common
from gezhi.trust.service import open_text

SALT = "gezhi.calls.ring"
LIFE = 12 * 3600  # as long as a session
VERB = "case.answer"


@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The address at which this person's telephone is watched; 204 for who has none.

    No roster is asked: who steps in for somebody, and an office that keeps no shifts, hear their telephone too.
    """
    actor = common.guard(request, VERB)
    if actor.kind != "user" or not store.extension_of(int(actor.id)):
        return HttpResponse(status=204)
    token = signing.dumps(int(actor.id), salt=SALT, compress=False)
    return JsonResponse({"watch": f"/desk/calls/ring/{token}/"})


@require_GET
def watch(request: HttpRequest, token: str) -> HttpResponse:
    """The call that rings, as a bar; 204 when none does, 410 when the address has become too old."""
    try:
        user = int(signing.loads(token, salt=SALT, max_age=LIFE))
    except (signing.BadSignature, ValueError, TypeError):
        return HttpResponse(status=410)
    row = store.shown_to(user, timezone.now())
    if row is None:
        return HttpResponse(status=204)
    response = HttpResponse(render_to_string("loop/calls/parts/ring.html", {"ring": line(row)}))  # and no session
    response.headers["Cache-Control"] = "no-store"
    return response


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A requester as the one statement read it."""

    pk: UUID
    wrapped_key: bytes | None


def line(row: tuple[Any, ...]) -> dict[str, Any]:
    """What the bar says: the masked number, how many earlier cases, and where to go."""
    key, state, direction, earlier, _, case, person, wrapped, identity = row
    phone = open_text(_Keyed(person, wrapped), identity).get("phone", "") if identity else ""
    return {
        "id": str(key), "state": state, "masked": mask_phone(phone) if phone else "", "earlier": earlier, "case": case,
        "url": f"/desk/call/?call={key}", "direction": direction,
    }  # fmt: skip
