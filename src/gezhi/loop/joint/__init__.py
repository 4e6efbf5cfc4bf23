"""Units that work together: precedents of rulings, parts of assisting units, the load of each."""
