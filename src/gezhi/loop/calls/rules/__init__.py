"""Pure rules of the telephone part: what a call is, signatures, shifts, addresses of recordings."""
