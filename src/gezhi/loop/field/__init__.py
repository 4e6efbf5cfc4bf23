"""Work in the field: looks at the place of a case, patrol findings, visits; by a phone that is often without a line."""
