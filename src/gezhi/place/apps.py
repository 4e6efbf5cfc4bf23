"""Room `place` as a Django application."""

from gezhi.kit import rooms


class PlaceRoom(rooms.Room):
    name = "gezhi.place"
    label = "place"
