"""Telephone: events of a telephone system, the call on the screen, missed calls, recordings, shifts and handovers."""
