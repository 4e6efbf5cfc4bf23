"""Room `loop` as a Django application."""

from gezhi.kit import rooms


class LoopRoom(rooms.Room):
    name = "gezhi.loop"
    label = "loop"
