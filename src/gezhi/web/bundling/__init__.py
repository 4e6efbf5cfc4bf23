"""One archive that installs with the network off: what goes in, how it is packed, how it is checked, what it is of."""
