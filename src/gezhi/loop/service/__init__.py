"""Verbs of the loop, and the reads that other rooms may use."""

from gezhi.loop.service.acts import Moved
from gezhi.loop.service.calendar import fill_year, set_day, set_hours
from gezhi.loop.service.contents import edit_matter, load_content
from gezhi.loop.service.moving import move
from gezhi.loop.service.receiving import Received, Report, case_secret, case_token, receive, secret_digest
from gezhi.loop.service.replaying import replay

__all__ = [
    "Moved",
    "Received",
    "Report",
    "case_secret",
    "case_token",
    "edit_matter",
    "fill_year",
    "load_content",
    "move",
    "receive",
    "replay",
    "secret_digest",
    "set_day",
    "set_hours",
]
