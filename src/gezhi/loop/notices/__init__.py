"""Notices in the page and digests by mail: what happened to the cases of a person, as codes, with nothing personal."""
