"""Packs: content that varies by place and year, loaded as data."""
