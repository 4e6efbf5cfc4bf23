"""Room `trust` as a Django application."""

from gezhi.kit import rooms


class TrustRoom(rooms.Room):
    name = "gezhi.trust"
    label = "trust"
