"""The room over HTTP: who I am, units, users, the state of the ledger; and how every other room's API is entered."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyBase
from ninja.utils import check_csrf
from pydantic import Field

from gezhi.kernel.errors import Refused
from gezhi.trust import service
from gezhi.trust.models import Unit, User
from gezhi.trust.rules import Actor
from gezhi.trust.store import people as store

router = Router(tags=["trust"])


class TokenAuth(HttpBearer):
    """`Authorization: Bearer gz_…`: token, user, unit and grants in one statement."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor of the token; a wrong token is refused at once, whatever cookie comes with it."""
        actor = service.actor_of_token(token, timezone.now())
        if actor is None:
            raise Refused("token-wrong", status=401)
        service.attach(request, actor)
        return actor


class SessionAuth(APIKeyBase):
    """The cookie of a signed-in browser; what changes something also needs the header X-CSRFToken."""

    openapi_in = "cookie"
    param_name = settings.SESSION_COOKIE_NAME

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The signed-in actor, or a refusal: it is the last way in."""
        if not key:
            raise Refused("sign-in-needed", status=401)
        actor = service.actor_from_request(request)
        if request.method not in {"GET", "HEAD", "OPTIONS"} and check_csrf(request) is not None:
            raise Refused("form-expired", status=403)
        return actor


auth = [TokenAuth(), SessionAuth()]


class PostOut(Schema):
    role: str
    unit: str = Field(description="Path of the unit subtree")
    matter: str
    area: str
    verbs: list[str]


class MeOut(Schema):
    kind: str
    id: str
    name: str
    unit: str
    language: str
    posts: list[PostOut]


class UnitOut(Schema):
    id: int
    code: str
    path: str
    parent: int | None = Field(alias="parent_id")
    kind: str
    name_zh: str
    name_en: str
    active: bool


class UserIn(Schema):
    username: str = Field(max_length=64)
    display_name: str = Field(max_length=64)
    unit: str = Field("", max_length=50, description="Code of the unit")
    language: str = Field("", max_length=16)


class UserOut(Schema):
    id: int
    username: str
    display_name: str
    unit: str | None
    active: bool
    roles: list[str]


class UserPage(Schema):
    total: int
    users: list[UserOut]


class UserFilter(Schema):
    text: str = Field("", max_length=64)
    unit: str = Field("", max_length=50)
    role: str = Field("", max_length=32)
    offset: int = Field(0, ge=0, le=1_000_000)
    limit: int = Field(50, ge=1, le=200)


class LedgerOut(Schema):
    sequence: int
    hash: str
    oldest_unsealed_seconds: float
    public_key: str


class BreakOut(Schema):
    what: str
    sequence: int | None
    record_id: str


class VerdictOut(Schema):
    whole: bool
    sealed: int
    unsealed: int
    sequence: int
    hash: str
    broken: int
    first: BreakOut | None
    oldest_unsealed_seconds: float


def _now() -> datetime:
    return timezone.now()


@router.get("/me", response=MeOut)
def me(request: HttpRequest) -> dict[str, Any]:
    """Who is asking and what he may do."""
    actor = service.actor_from_request(request)
    posts = [
        {"role": g.role, "unit": g.unit_path, "matter": g.matter, "area": g.area_path, "verbs": sorted(g.verbs)}
        for g in actor.grants
    ]
    return {
        "kind": actor.kind,
        "id": actor.id,
        "name": actor.name,
        "unit": actor.unit_path,
        "language": actor.language,
        "posts": posts,
    }


@router.get("/units", response=list[UnitOut])
def units(request: HttpRequest, active: bool = True) -> list[Unit]:  # noqa: FBT001, FBT002 - a query parameter
    """All units in the order of the tree."""
    service.actor_from_request(request)
    return store.units(active_only=active)


@router.get("/users", response=UserPage)
def users(request: HttpRequest, wanted: Query[UserFilter]) -> dict[str, Any]:
    """Users of the units that one administers."""
    actor = service.actor_from_request(request)
    service.require(actor, "user.edit")
    unit = store.unit(code=wanted.unit) if wanted.unit else None
    if wanted.unit and unit is None:
        raise Refused("unit-unknown", status=404, unit=wanted.unit)
    found, total = store.users_page(
        within=[grant.unit_path for grant in actor.grants_for("user.edit")],
        text=wanted.text,
        unit_path=unit.path if unit else "",
        role=wanted.role,
        now=_now(),
        offset=wanted.offset,
        limit=wanted.limit,
    )
    return {"total": total, "users": [_user_out(user) for user in found]}


def _user_out(user: User) -> dict[str, Any]:
    held = getattr(user, "held", [])
    return {
        "id": user.pk,
        "username": user.username,
        "display_name": user.display_name,
        "unit": user.unit.code if user.unit else None,
        "active": user.is_active,
        "roles": sorted({holding.post.role_id for holding in held}),
    }


@router.post("/users", response={201: UserOut})
def add_user(request: HttpRequest, given: UserIn) -> Status[dict[str, Any]]:
    """Add a user; he comes in by a one-time link that an administrator makes."""
    actor = service.actor_from_request(request)
    user = service.create_user(
        given.username, given.display_name, unit=given.unit, language=given.language, actor=actor, now=_now()
    )
    return Status(201, _user_out(user))


@router.get("/ledger/status", response=LedgerOut)
def ledger_status(request: HttpRequest) -> dict[str, Any]:
    """How far the chain reaches and how old the oldest unsealed record is."""
    service.require(service.actor_from_request(request), "ledger.read")
    return service.ledger_status()


@router.post("/ledger/verify", response=VerdictOut)
def verify_ledger(request: HttpRequest) -> service.Verdict:
    """Seal what waits and check everything; takes about twenty seconds for a million records."""
    service.require(service.actor_from_request(request), "ledger.verify")
    return service.verify_ledger(_now())
