"""Brings old and foreign requests into the loop from spreadsheets."""
