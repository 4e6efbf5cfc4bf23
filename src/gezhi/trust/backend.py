"""Signed-in users as Django asks for them: user, unit and grants arrive in one statement."""

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone

from gezhi.trust.models import User
from gezhi.trust.store import access as store


class PeopleBackend:
    """Loads the user of a session together with his grants; sign-in itself is a verb of the room."""

    def authenticate(self, request: HttpRequest | None, username: str = "", password: str = "") -> User | None:
        """The active user with this name and password; an unknown name takes as long as a known one."""
        del request
        user = User.objects.filter(username=username.strip().lower()).first()
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, unless disabled meanwhile."""
        found = store.user_with_actor(user_id, timezone.now())
        if found is None or not found[0].is_active:
            return None
        user, actor = found
        user.gezhi_actor = actor  # type: ignore[attr-defined]  # read by actor_from_request
        return user
