"""Gezhi 格治: one loop, one base, one ledger for open governance."""

__version__ = "0.1.0"
