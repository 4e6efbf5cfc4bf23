"""Cases that tell of the same: found while somebody types, merged by a person, recognised as a repeat by a person."""
