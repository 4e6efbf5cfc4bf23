"""What a person may do with what is held on him: see it, see who looked, correct it, take it along, have it erased."""
