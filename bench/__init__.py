"""Benchmarks: each prints JSON objects, one a line: name, value, unit, baseline, ratio."""
