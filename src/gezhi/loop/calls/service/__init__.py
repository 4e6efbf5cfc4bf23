"""Verbs of the telephone part: hear an event, ring back, ask for a call, listen, shifts, handover."""
