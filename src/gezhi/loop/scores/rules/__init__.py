"""Pure rules of scores: formulas, scored events, counting, intervals, periods, deductions."""
