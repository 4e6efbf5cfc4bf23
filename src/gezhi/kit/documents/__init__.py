"""Fills an office's own .docx and .xlsx templates with plain data: no code runs, every placeholder is known before."""

from gezhi.kit.documents.filling import Checked, check, fill
from gezhi.kit.documents.language import Found
from gezhi.kit.documents.numbers import Missing, Said

__all__ = ["Checked", "Found", "Missing", "Said", "check", "fill"]
