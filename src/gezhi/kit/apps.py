"""Room `kit` as a Django application."""

from gezhi.kit import rooms


class KitRoom(rooms.Room):
    name = "gezhi.kit"
    label = "kit"
