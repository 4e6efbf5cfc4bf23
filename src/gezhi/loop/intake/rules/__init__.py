"""How a pasted text falls into parts and what stands in each; pure, with a table of examples in the tests."""
