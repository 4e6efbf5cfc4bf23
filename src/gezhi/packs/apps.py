"""Room `packs` as a Django application."""

from gezhi.kit import rooms


class PacksRoom(rooms.Room):
    name = "gezhi.packs"
    label = "packs"
