"""A signed-in browser session without a browser: the cookie is made by the product's own one-time link."""

import subprocess
import sys
import urllib.error
import urllib.request

from bench.installation import ROOT, Installation, environment

MAKE = """
import os, django
django.setup()
from datetime import UTC, datetime
from django.apps import apps
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.conf import settings
from importlib import import_module
for name in os.environ["WHO"].split():
    user = apps.get_model("trust", "User").objects.get(username=name)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    print(f"{settings.SESSION_COOKIE_NAME}={store.session_key}")
"""


def cookies(place: Installation, *people: str) -> list[str]:
    """A session for each of the people, made in one process."""
    env = {**environment(place.folder, place.port), "DJANGO_SETTINGS_MODULE": "gezhi.web.settings"}
    said = subprocess.run(
        [sys.executable, "-c", MAKE],
        env={**env, "WHO": " ".join(people)}, cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return said.split()[-len(people) :]


class Session:
    """GET as one of the people."""

    def __init__(self, place: Installation, who: str) -> None:
        self.place = place
        self.headers = {"Cookie": cookies(place, who)[0]}

    def get(self, path: str) -> int:
        request = urllib.request.Request(self.place.url + path, headers=self.headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                response.read()
                return int(response.status) if response.url.endswith(path) else 302
        except urllib.error.HTTPError as error:
            return error.code
