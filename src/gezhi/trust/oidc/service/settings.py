"""What the office sets about its provider: address, client, texts, mapping; each change is in the ledger."""

import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from gezhi.kernel.errors import Refused
from gezhi.trust.models import OidcRule
from gezhi.trust.oidc import store
from gezhi.trust.oidc.rules import mapping
from gezhi.trust.oidc.rules.metadata import safe_address
from gezhi.trust.rules import ADMINISTRATORS, Actor
from gezhi.trust.service.access import require
from gezhi.trust.service.acts import record, unchanged, verb
from gezhi.trust.service.sealing import open_secret, seal_secret
from gezhi.trust.store import people

VERB = "oidc.edit"
SECRET = "oidc-client"  # noqa: S105 - the name of the file and the purpose of its seal
SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")
CLIENT = re.compile(r"[\x20-\x7e]{1,200}")
LONGEST_GRACE = 24 * 60
LONGEST_CLAIMS = 20_000


@dataclass(frozen=True, slots=True)
class Office:
    """The settings in force; without issuer and client nobody comes in this way."""

    issuer: str = ""
    client_id: str = ""
    scopes: str = "openid profile"
    username_claim: str = "preferred_username"
    name_claim: str = "name"
    button_zh: str = ""
    button_en: str = ""
    grace_minutes: int = 60

    @property
    def on(self) -> bool:
        return bool(self.issuer and self.client_id)


def office() -> Office:
    """The settings in force."""
    known = {item.name for item in fields(Office)}
    return Office(**{name: value for name, value in store.setting().items() if name in known})


def office_on() -> Office:
    """The settings in force; refused with `oidc-off` where the office has set no provider."""
    held = office()
    if not held.on:
        raise Refused("oidc-off", status=404)
    return held


def secret_file() -> Path:
    """Where the client secret lies, sealed."""
    return Path(settings.GEZHI_KEYS) / f"{SECRET}.sealed"


def client_secret() -> str:
    """The client secret, or an empty text for a public client."""
    path = secret_file()
    return open_secret(SECRET, path.read_bytes()) if path.exists() else ""


def _keep_secret(secret: str) -> None:
    path = secret_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = path.with_name(f".{SECRET}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(seal_secret(SECRET, secret))
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)


def require_all(actor: Actor) -> None:
    """Who comes in, comes in everywhere: the right must reach from the root."""
    root = people.root()
    require(actor, VERB, unit_paths=[root.path] if root else [])


@verb("oidc.edit")
def set_provider(given: Mapping[str, Any], *, secret: str | None = None, actor: Actor, now: datetime) -> Office:
    """Set the provider; what is not given stays, `secret` None keeps the secret, an empty issuer turns it all off.

    Another issuer or client ends every session that the old one vouched for.
    Raises Refused: not-allowed (403), oidc-setting (422).
    """
    require_all(actor)
    values = asdict(office())
    after = checked({**values, **given})
    changed = sorted(name for name, value in values.items() if getattr(after, name) != value)
    if not changed and secret is None:
        unchanged()
        return after
    store.set_setting(asdict(after), by=actor.key, now=now)
    ended = _let_go() if {"issuer", "client_id"} & set(changed) else 0
    body = {"changed": changed, "secret": secret is not None, "issuer": after.issuer, "client": after.client_id}
    record(VERB, "setting", store.OIDC, actor=actor, body={**body, "grace": after.grace_minutes, "sessions": ended})
    if secret is not None:
        _keep_secret(secret.strip())
    return after


def _let_go() -> int:
    """End every session that the provider vouched for; how many."""
    rows = store.every_grant()
    ended = 0
    for row in rows:
        if row.session is not None:
            store.end_session(row.session)
            ended += 1
        row.delete()
    return ended


def checked(given: Mapping[str, Any]) -> Office:
    """Settings in good form. Refuses oidc-setting (422)."""
    texts = {item.name: str(given.get(item.name, "")).strip() for item in fields(Office)}
    grace, issuer, client = texts.pop("grace_minutes"), texts["issuer"], texts["client_id"]
    wrong = {
        "issuer": "?" in issuer or (bool(issuer) and not safe_address(issuer)),
        "client_id": bool(issuer) != bool(client) or not CLIENT.fullmatch(client or "-"),
        "scopes": not SCOPES.fullmatch(texts["scopes"]) or "openid" not in texts["scopes"].split(),
        "username_claim": not mapping.CLAIM.fullmatch(texts["username_claim"]),
        "name_claim": not mapping.CLAIM.fullmatch(texts["name_claim"]),
        "button_zh": len(texts["button_zh"]) > 40,
        "button_en": len(texts["button_en"]) > 60,
        "grace_minutes": not grace.isdecimal() or int(grace) > LONGEST_GRACE,
    }  # fmt: skip
    for name, bad in wrong.items():
        if bad or len(texts.get(name, "")) > 500:
            raise Refused("oidc-setting", status=422, name=name, value=str(given.get(name, ""))[:60])
    return Office(**texts, grace_minutes=int(grace))


@verb("oidc.edit")
def add_rule(
    claim: str, value: str, *, deny: bool = False, unit: str = "", role: str = "", actor: Actor, now: datetime
) -> OidcRule:
    """Add a row to the mapping: it denies, or gives a role over a unit (by code).

    Raises Refused: not-allowed (403), oidc-setting (422), unit-unknown and role-unknown (404), oidc-administrators
    (422: the three administrators never come by claims), oidc-rule-there (409).
    """
    del now
    require_all(actor)
    claim, value = claim.strip(), value.strip()
    if not mapping.CLAIM.fullmatch(claim):
        raise Refused("oidc-setting", status=422, name="claim", value=claim[:60])
    if not value or len(value) > 300 or not value.isprintable():
        raise Refused("oidc-setting", status=422, name="value", value=value[:60])
    place, kind = people.unit(code=unit), people.role(role)
    if deny:
        place, kind = None, None
    elif place is None or not place.active:
        raise Refused("unit-unknown", status=404, unit=unit)
    elif role in ADMINISTRATORS or (kind is not None and kind.admin):
        raise Refused("oidc-administrators", status=422, role=role)
    elif kind is None or role == "citizen":
        raise Refused("role-unknown", status=404, role=role)
    last = max((row.position for row in store.rule_rows()), default=0)
    same = {"claim": claim, "value": value, "deny": deny, "unit": place, "role": kind}
    row, made = OidcRule.objects.get_or_create(**same, defaults={"position": last + 1})
    if not made:
        raise Refused("oidc-rule-there")
    body = {"rule": row.pk, "claim": claim, "value": value, "deny": deny, "unit": unit, "role": role}
    record(VERB, "setting", store.OIDC, actor=actor, body=body if not deny else {**body, "unit": "", "role": ""})
    return row


@verb("oidc.edit")
def drop_rule(key: int, *, actor: Actor, now: datetime) -> None:
    """Take a row out of the mapping; posts given by it fall at the next look, within five minutes."""
    del now
    require_all(actor)
    row = store.rule(key)
    if row is None:
        raise Refused("oidc-rule-unknown", status=404, rule=key)
    body = {"dropped": key, "claim": row.claim, "value": row.value, "deny": row.deny, "role": row.role_id or ""}
    row.delete()
    record(VERB, "setting", store.OIDC, actor=actor, body=body)


def try_on(text: str, *, actor: Actor) -> mapping.Outcome:
    """What a person with these claims (a JSON object as text) would get; nothing is changed and nothing is kept."""
    require_all(actor)
    try:
        claims = json.loads(text[:LONGEST_CLAIMS])
    except (ValueError, RecursionError) as broken:
        raise Refused("oidc-claims", status=422) from broken
    if not isinstance(claims, dict):
        raise Refused("oidc-claims", status=422)
    return mapping.outcome(store.rules(), claims)
