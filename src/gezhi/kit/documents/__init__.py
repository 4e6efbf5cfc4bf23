"""Fills an office's own .docx and .xlsx templates with plain data: no code runs, every placeholder is known before."""

from gezhi.kit.documents.filling import Checked, check, fill
from gezhi.kit.documents.language import Found

__all__ = ["Checked", "Found", "check", "fill"]
