"""Django's entry to the loop."""

from django.apps import AppConfig


class LoopConfig(AppConfig):
    name = "gezhi.loop"
    label = "loop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gezhi.loop import events

        events.connect()
