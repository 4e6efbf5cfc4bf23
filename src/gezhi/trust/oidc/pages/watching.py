"""Before a page is made for somebody who came by the provider: is he still one of us?"""

import logging
import time
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from gezhi.kernel.errors import Refused
from gezhi.trust.oidc import service, store
from gezhi.trust.oidc.button import MARK

logger = logging.getLogger(__name__)
LOOK = 30.0  # seconds for which a session that was looked at is let through by this process
MOST = 10_000
_looked: dict[str, float] = {}


def look_again(request: HttpRequest) -> None:
    """Ask the provider where the last time is five minutes ago; whoever is turned away goes on as a stranger."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.session.get(MARK):
        return
    key, moment = request.session.session_key or "", time.monotonic()
    if moment - _looked.get(key, -LOOK) < LOOK:
        return
    if len(_looked) > MOST:
        _looked.clear()
    try:
        service.check_session(key, now=timezone.now())
    except Refused as refused:
        logger.warning("a sign-in could not be looked at: %s", refused)
    if store.session_lives(key):
        _looked[key] = moment
    else:
        sessions: Any = import_module(settings.SESSION_ENGINE)
        request.session = sessions.SessionStore()
