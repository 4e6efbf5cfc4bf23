"""Verbs of the loop, and the reads that other rooms may use."""

from gezhi.loop.service.acts import Moved
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Received, Report, receive

__all__ = ["Moved", "Received", "Report", "move", "receive"]
