"""Pages of scores: runs and their figures, the cases behind them, exclusions, appeals."""
