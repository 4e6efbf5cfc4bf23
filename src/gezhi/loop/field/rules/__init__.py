"""Pure rules of work in the field."""
