"""The door for partners: one signed piece at a time, answered with what became of it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gezhi.kernel.errors import Refused
from gezhi.kit.parsing import read_json
from gezhi.loop.partners import service, store
from gezhi.loop.partners.rules.signing import Head, check
from gezhi.loop.partners.service.taking import Taken
from gezhi.trust.service.throttling import count_try, hold

LARGEST = 256 * 1024
FREE, FORGET = 20, timedelta(minutes=10)  # wrong signatures from one address before it must wait


@csrf_exempt  # no browser sends this and no cookie counts here: the signature does
@require_POST
def events(request: HttpRequest, code: str) -> HttpResponse:
    """Take one piece: 200 with what became of it, now or before; 401 for the signature, 409 for a contradiction.

    A piece that cannot be made is answered with the refusal, and kept: an officer may work it again.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Refused("malformed", status=413, fields=[])
    now, body = timezone.now(), request.body
    head = Head(*(request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")))
    where = str(request.META.get("REMOTE_ADDR", ""))
    hold("partner", where, now=now)
    partner = store.partner(code)
    secrets = service.secrets_of(partner) if partner is not None and partner.active else {}
    try:  # an unknown partner is refused as a wrong signature is: nobody learns who our partners are
        check([secrets[name] for name in ("secret", "secret_before") if secrets.get(name)], head, body, now=now)
    except Refused:
        count_try("partner", where, free=FREE, forget=FORGET, now=now)
        raise
    assert partner is not None
    said = parsed(body)
    taken = service.take_in(partner, head.mark, said["type"], said["data"], now=now)
    return answered(taken)


def parsed(body: bytes) -> dict[str, Any]:
    """Type and data; raises malformed (422)."""
    try:
        said = read_json(body)
    except ValueError as error:
        raise Refused("malformed", status=422, fields=[{"where": "body", "why": "no JSON that can be kept"}]) from error
    if not isinstance(said, dict) or not isinstance(said.get("type"), str) or not isinstance(said.get("data"), dict):
        raise Refused("malformed", status=422, fields=[{"where": "type, data", "why": "missing"}])
    if len(said["type"]) > 30:
        raise Refused("malformed", status=422, fields=[{"where": "type", "why": "too long"}])
    return said


def answered(taken: Taken) -> HttpResponse:
    row = taken.piece
    known = {
        "piece": row.pk, "state": row.state, "repeated": taken.repeated,
        "case": str(row.case_id) if row.case_id else None, "number": row.facts.get("number", ""), "refusal": row.fault,
    }  # fmt: skip
    return JsonResponse(known, status=200 if row.state == "done" else 422)
