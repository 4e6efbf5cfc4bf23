"""Both ways to talk with an assistant: HTTP at /mcp with a person's own token, and standard input and output."""

import json
import secrets
import sys
from argparse import Namespace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

import gezhi
from gezhi.kernel.errors import Refused
from gezhi.kit.http import sentence
from gezhi.kit.parsing import read_json
from gezhi.loop.assistant import protocol
from gezhi.loop.assistant.protocol import Dialogue, Message, Side
from gezhi.loop.assistant.tools import Toolbox
from gezhi.trust.rules import Actor
from gezhi.trust.service import actor_of_token, token_digest

LARGEST = 1024 * 1024  # bytes of one message
LIFE = 12 * 3600  # seconds for which a session is kept
MARK = "mcp"


def about(language: str) -> dict[str, Any]:
    """What the server says of itself at the handshake."""
    with translation.override(language):
        how = gettext(
            "You act in the name of one person, with that person's rights; every act is recorded as done by an "
            "assistant. Find and read a case first; what_can_i_do says what may be done with it; unlock_tools opens "
            "the tools for it. Never invent facts for an answer to a citizen. Who asked is never shown here."
        )
    return {"serverInfo": {"name": "gezhi", "title": "Gezhi 格治", "version": gezhi.__version__}, "instructions": how}


# ---- over HTTP


@csrf_exempt  # no cookie counts here: the token in the header does
def door(request: HttpRequest) -> HttpResponse:
    """Streamable HTTP: one message per POST; nothing is sent unasked, so a GET finds no stream."""
    try:
        if not _from_here(request):
            return JsonResponse({"code": "origin"}, status=403)
        actor, digest = _who(request)
        if request.method == "DELETE":
            _load(request, actor, digest).delete()
            return HttpResponse(status=204)
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST, DELETE"})
        return _post(request, actor, digest)
    except Refused as refused:
        body = protocol.error(protocol.INVALID, sentence(refused))
        body["error"]["data"] = {"code": refused.code}
        answer = JsonResponse(body, status=refused.status, json_dumps_params={"ensure_ascii": False})
        if refused.status == 401:
            answer["WWW-Authenticate"] = 'Bearer realm="gezhi"'
        return answer


def _from_here(request: HttpRequest) -> bool:
    """Whether no browser of another site sends this (DNS rebinding)."""
    origin = request.headers.get("Origin", "")
    try:
        return not origin or urlsplit(origin).netloc == request.get_host()
    except ValueError:  # no address at all
        return False


def _who(request: HttpRequest) -> tuple[Actor, str]:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    actor = actor_of_token(token.strip(), timezone.now()) if kind.lower() == "bearer" else None
    if actor is None:
        raise Refused("token-wrong", status=401)
    return actor, token_digest(token.strip()).hex()


def _sessions() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore


def _load(request: HttpRequest, actor: Actor, digest: str) -> Any:
    """The session that the header names, if this very token opened it."""
    key = request.headers.get("Mcp-Session-Id", "")
    if not key:
        raise Refused("assistant-session-missing", status=400)
    store = _sessions()(key) if key.isalnum() and len(key) < 64 else None
    held = store.get(MARK) if store is not None else None
    if store is None or not held or held["by"] != actor.key or held["token"] != digest:
        raise Refused("assistant-session-unknown", status=404)
    return store


def _post(request: HttpRequest, actor: Actor, digest: str) -> HttpResponse:
    raw = request.body if int(request.META.get("CONTENT_LENGTH") or 0) <= LARGEST else b""
    try:
        message = read_json(raw, nul=True)
    except ValueError:
        return JsonResponse(protocol.error(protocol.PARSE, "No JSON, or too long."), status=400)
    starts = isinstance(message, dict) and message.get("method") == "initialize" and "id" in message
    store = _opened() if starts else _load(request, actor, digest)
    held = store.get(MARK) or {"by": actor.key, "token": digest, "ready": False, "groups": []}
    dialogue = Dialogue(store.session_key, held["ready"], frozenset(held["groups"]))
    spoken = request.headers.get("Mcp-Protocol-Version", protocol.VERSION)
    if spoken != protocol.VERSION and not starts:
        raise Refused("assistant-version", status=400, version=spoken[:20], known=protocol.VERSION)
    box = Toolbox(actor, timezone.now(), settings.LANGUAGE_CODE)
    sent = protocol.answers(message, Side(dialogue, box, about(box.language)))
    after = {**held, "ready": dialogue.ready, "groups": sorted(dialogue.groups)}
    if starts or after != held:
        store[MARK] = after
        store.save()
    answer = _answer(sent)
    if starts:
        answer["Mcp-Session-Id"] = store.session_key
    answer["Cache-Control"] = "no-store"
    return answer


def _opened() -> Any:
    """A new session; its key is no way into a page, for nobody is signed in by it."""
    store = _sessions()()
    store.set_expiry(LIFE)
    store.create()
    return store


def _answer(sent: list[Message]) -> HttpResponse:
    """Nothing as 202, one message as JSON, several as a short stream of events that ends."""
    if not sent:
        return HttpResponse(status=202)
    if len(sent) == 1:
        status = 400 if sent[0].get("error", {}).get("code") == protocol.INVALID and sent[0].get("id") is None else 200
        return JsonResponse(sent[0], status=status, json_dumps_params={"ensure_ascii": False})
    lines = "".join(f"event: message\ndata: {json.dumps(one, ensure_ascii=False)}\n\n" for one in sent)
    return HttpResponse(lines.encode(), content_type="text/event-stream; charset=utf-8")


# ---- over standard input and output


def stdio(given: Namespace) -> int:
    """`gezhi mcp`: one message a line, in the name of the person whose token the file holds."""
    token = Path(given.token_file).read_text(encoding="utf-8").strip()
    return converse(token, sys.stdin.buffer, sys.stdout)


def converse(token: str, lines: IO[bytes], out: IO[str]) -> int:
    """Answer each line until there are no more; the token is looked at anew each time."""
    dialogue = Dialogue(secrets.token_hex(8))
    while line := lines.readline(LARGEST + 1):
        now = datetime.now(UTC)
        actor = actor_of_token(token, now)
        if actor is None:
            raise Refused("token-wrong", status=401)
        sent = [protocol.error(protocol.PARSE, "No JSON, or too long.")]
        try:
            message = read_json(line, nul=True) if len(line) <= LARGEST else None
        except ValueError:
            message = None
        if message is not None:
            box = Toolbox(actor, now, settings.LANGUAGE_CODE)
            sent = protocol.answers(message, Side(dialogue, box, about(box.language)))
        for one in sent:
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
        out.flush()
    return 0
