"""Reads the spreadsheets that offices really have, and writes safe ones back."""

from gezhi.kit.sheets.reading import read_tables
from gezhi.kit.sheets.shape import Cell, Limits, Row, Sheet
from gezhi.kit.sheets.workbook import Table
from gezhi.kit.sheets.writing import csv_lines, write_csv, write_xlsx, xlsx_pieces

__all__ = [
    "Cell",
    "Limits",
    "Row",
    "Sheet",
    "Table",
    "csv_lines",
    "read_tables",
    "write_csv",
    "write_xlsx",
    "xlsx_pieces",
]
