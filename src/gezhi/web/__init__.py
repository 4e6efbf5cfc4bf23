"""Web: settings, addresses and assembly of the one web process."""
