"""A room as Django sees it: at start-up its slots, events and checks are loaded, so that subscriptions stand."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

SHELVES_AT_START = ("slots", "events", "checks")


class Room(AppConfig):
    """Base of every room's application: shelves that register something are loaded, `connect()` in them called."""

    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for shelf in SHELVES_AT_START:
            if find_spec(f"{self.name}.{shelf}") is not None:
                connect = getattr(import_module(f"{self.name}.{shelf}"), "connect", None)
                if connect is not None:
                    connect()
