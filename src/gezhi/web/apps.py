"""Room `web` as a Django application."""

from gezhi.kit import rooms


class WebRoom(rooms.Room):
    name = "gezhi.web"
    label = "web"
