"""Moving in: requests of other systems brought here, with what they know, and an account of what had no place."""
