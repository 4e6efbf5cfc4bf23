"""A room as Django sees it: at start-up it loads the room's events, slots and checks, so that subscriptions stand."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

SHELVES_AT_START = ("slots", "events", "checks")


class Room(AppConfig):
    """Base of every room's application: big keys, and the shelves that register something are imported, and `connect()` in them called, once."""

    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for shelf in SHELVES_AT_START:
            if find_spec(f"{self.name}.{shelf}") is not None:
                connect = getattr(import_module(f"{self.name}.{shelf}"), "connect", None)
                if connect is not None:
                    connect()
